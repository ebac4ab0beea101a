import { deepStrictEqual, equal, rejects } from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { nameOf } from "./content_names.ts";
import { openContentStore } from "./content_store.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const named = (...contents: Uint8Array[]): [Uint8Array[], string[]] => [contents, contents.map(nameOf)];
const sha256 = (content: Uint8Array) => new Uint8Array(createHash("sha256").update(content).digest());

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("ContentStore gives back what was put, also after it was opened again", () =>
  withFolder(async (folder) => {
    const content = bytes("hello");
    await (await openContentStore(folder)).put("device", sha256(content), content);
    const store = await openContentStore(folder);
    deepStrictEqual(await store.get("device", sha256(content)), content);
    equal(store.bytes, 5);
  }));

Deno.test("ContentStore keeps devices apart, and wipes one", () =>
  withFolder(async (folder) => {
    const store = await openContentStore(folder);
    const content = bytes("hello");
    await store.put("a", sha256(content), content);
    equal(await store.get("b", sha256(content)), undefined);
    await store.put("b", sha256(content), content);
    deepStrictEqual(store.devices(), ["a", "b"]);
    await store.wipe("a");
    equal(await store.get("a", sha256(content)), undefined);
    deepStrictEqual(await store.get("b", sha256(content)), content);
    equal(store.bytes, 5);
  }));

Deno.test("ContentStore refuses content with another hash, and drops what was damaged", () =>
  withFolder(async (folder) => {
    const store = await openContentStore(folder);
    const content = bytes("hello");
    await rejects(store.put("a", sha256(bytes("other")), content), /doesn't have the hash/);
    await store.put("a", sha256(content), content);
    await Deno.writeFile(join(folder, "a", sha256(content).toHex()), bytes("hellO"));
    equal(await store.get("a", sha256(content)), undefined);
    equal(store.bytes, 0);
  }));

Deno.test("ContentStore drops what was used longest ago when it is full", () =>
  withFolder(async (folder) => {
    const store = await openContentStore(folder, { maxBytes: 10 });
    const [one, two, three] = [bytes("1111"), bytes("2222"), bytes("3333")];
    for (const content of [one, two]) await store.put("a", sha256(content), content);
    await store.get("a", sha256(one));
    await store.put("a", sha256(three), three);
    equal(await store.get("a", sha256(two)), undefined);
    deepStrictEqual(await store.get("a", sha256(one)), one);
    equal(store.bytes, 8);
  }));

Deno.test("ContentStore refuses a device name that is a path", () =>
  withFolder(async (folder) => {
    const store = await openContentStore(folder);
    await rejects(store.put("../x", sha256(bytes("")), bytes("")), /no peer id/);
  }));

Deno.test("ContentStore keeps a device within its quota, and others' content out of it", () =>
  withFolder(async (folder) => {
    let quota = 8;
    const store = await openContentStore(folder, { maxBytes: 100, quotaOf: () => quota });
    const [one, two, three] = [bytes("1111"), bytes("2222"), bytes("3333")];
    await store.put("b", sha256(one), one);
    for (const content of [one, two, three]) await store.put("a", sha256(content), content);
    equal(await store.get("a", sha256(one)), undefined);
    deepStrictEqual([store.bytesOf("a"), store.bytesOf("b")], [8, 4]);
    quota = 4;
    await store.trim("a");
    deepStrictEqual(await store.get("a", sha256(three)), three);
    deepStrictEqual([store.bytesOf("a"), store.bytesOf("b"), store.bytes], [4, 4, 8]);
    quota = 0;
    await store.put("a", sha256(two), two);
    equal(await store.get("a", sha256(two)), undefined);
  }));

/** What lies on the disk for a device. */
function bytesOnDisk(folder: string, device: string): number {
  return [...Deno.readDirSync(join(folder, device))].reduce(
    (sum, { name }) => sum + Deno.statSync(join(folder, device, name)).size,
    0,
  );
}

Deno.test("ContentStore has what came together at once, and gives it back after it was opened again", () =>
  withFolder(async (folder) => {
    const store = await openContentStore(folder);
    const contents = Array.from({ length: 40 }, (_, i) => new Uint8Array(i * 500).fill(i));
    const given = [...contents, contents[3]!];
    const names = given.map(nameOf);
    store.putAll("a", given, names);
    const all = async (from: typeof store) => {
      for (const content of contents) deepStrictEqual(await from.get("a", sha256(content)), content);
    };
    await all(store);
    await store.written();
    await all(store);
    equal([...Deno.readDirSync(join(folder, "a"))].length, 1);
    equal(bytesOnDisk(folder, "a"), store.bytes);
    const again = await openContentStore(folder);
    await all(again);
    equal(again.bytes, store.bytes);
  }));

Deno.test("ContentStore takes a pack that was cut off for none", () =>
  withFolder(async (folder) => {
    const store = await openContentStore(folder);
    store.putAll("a", ...named(bytes("one"), bytes("two")));
    store.putAll("a", ...named(bytes("three"), bytes("four")));
    await store.written();
    const [first] = [...Deno.readDirSync(join(folder, "a"))];
    const path = join(folder, "a", first!.name);
    Deno.truncateSync(path, Deno.statSync(path).size - 1);
    Deno.writeTextFileSync(join(folder, "a", `${"0".repeat(32)}.pack.tmp`), "half");
    const again = await openContentStore(folder);
    const there = ["one", "two", "three", "four"].filter((text) => again.has("a", sha256(bytes(text))));
    equal(there.length, 2);
    equal(bytesOnDisk(folder, "a"), again.bytes);
  }));

Deno.test("ContentStore keeps to its bounds on the disk, whatever comes and is used", () =>
  withFolder(async (folder) => {
    const maxBytes = 100_000;
    const store = await openContentStore(folder, { maxBytes });
    let state = 7;
    const random = (below: number) => (state = Math.imul(state, 1664525) + 1013904223 >>> 0) % below;
    const known = new Map<string, Uint8Array>();
    let found = 0;
    for (let round = 0; round < 200; round++) {
      const contents = Array.from({ length: 1 + random(6) }, () => {
        const content = new Uint8Array(random(6_000));
        for (let i = 0; i < content.length; i += 16) content[i] = random(256);
        return content;
      });
      store.putAll("a", ...named(...contents));
      contents.forEach((content) => known.set(nameOf(content), content));
      if (round % 3 === 0) await store.written();
      const names = [...known.keys()];
      for (let i = 0; i < 3; i++) {
        const name = names[random(names.length)]!;
        const got = await store.get("a", Uint8Array.fromHex(name));
        if (got !== undefined) deepStrictEqual(got, known.get(name));
        if (got !== undefined) found++;
      }
      if (round % 3 === 0) equal(bytesOnDisk(folder, "a"), store.bytes, `round ${round}`);
      equal(store.bytes <= maxBytes, true, `${store.bytes} bytes in round ${round}`);
    }
    await store.written();
    const again = await openContentStore(folder, { maxBytes });
    for (const name of known.keys()) {
      const hash = Uint8Array.fromHex(name);
      equal(again.has("a", hash), store.has("a", hash));
    }
    equal(
      found > 20 && again.bytes > maxBytes / 2,
      true,
      `${found} were found, ${again.bytes} bytes are left`,
    );
  }));

Deno.test("ContentStore.lostSince() tells whether something went that was put or used since", () =>
  withFolder(async (folder) => {
    const store = await openContentStore(folder, { maxBytes: 10 });
    await store.put("a", sha256(bytes("1111")), bytes("1111"));
    const mark = store.mark();
    await store.put("a", sha256(bytes("2222")), bytes("2222"));
    await store.put("a", sha256(bytes("3333")), bytes("3333"));
    equal(store.lostSince("a", mark), false);
    await store.put("a", sha256(bytes("4444")), bytes("4444"));
    equal(store.lostSince("a", mark), true);
    equal(store.lostSince("b", mark), false);
  }));
