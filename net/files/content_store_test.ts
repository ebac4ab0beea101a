import { deepStrictEqual, equal, rejects } from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { openContentStore } from "./content_store.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
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
