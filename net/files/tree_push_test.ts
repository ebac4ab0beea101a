import { deepStrictEqual, equal, notEqual, ok, rejects } from "node:assert/strict";
import { type Channel, memoryChannelPair } from "../channel/mod.ts";
import { BLOB_DELTA, BLOB_SIGN, MAX_ASKED } from "../../runtime/mod.ts";
import { nameOf } from "./content_names.ts";
import { BlobDesk } from "./blob_desk.ts";
import { deltaMessage } from "./delta_messages.ts";
import { type ContentStore, openContentStore } from "./content_store.ts";
import { FileClient, serveFiles } from "./file_protocol.ts";
import { readRows } from "./pack_file.ts";
import { readTreeIndex, TreeIndex, writeTreeIndex } from "./tree_index.ts";
import { hashesOf, pushTree } from "./tree_push.ts";

const DEVICE = "device";

interface Lab extends AsyncDisposable {
  readonly top: string;
  readonly store: ContentStore;
  readonly index: TreeIndex;
  /** Sends the folder; how many bytes went. */
  push(wrap?: (channel: Channel) => Channel): Promise<number>;
  client(): FileClient;
}

async function lab(): Promise<Lab> {
  const base = await Deno.makeTempDir();
  const top = `${base}/top`;
  await Deno.mkdir(top);
  const store = await openContentStore(`${base}/store`);
  const index = new TreeIndex();
  const client = (wrap: (channel: Channel) => Channel = (channel) => channel) => {
    const [here, there] = memoryChannelPair();
    serveFiles(there, { store, device: DEVICE });
    return new FileClient(wrap(here));
  };
  return {
    top,
    store,
    index,
    client,
    push: async (wrap) => (await pushTree(top, client(wrap), { index })).sentBytes,
    [Symbol.asyncDispose]: () => Deno.remove(base, { recursive: true }),
  };
}

function noise(bytes: number, seed = 1): Uint8Array {
  const out = new Uint8Array(bytes);
  let state = seed;
  for (let i = 0; i < bytes; i++) out[i] = (state = Math.imul(state, 1664525) + 1013904223 | 0) >>> 24;
  return out;
}

/** A file of the tree, put together again from what the store has. */
async function restored({ store, index }: Lab, path: string): Promise<Uint8Array> {
  const parts = await Promise.all(
    index.files.get(path)!.chunks.map(async (chunk) => (await store.get(DEVICE, Uint8Array.fromHex(chunk)))!),
  );
  return new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

/** Where the store has a content on the disk. */
function placeOf({ top }: Lab, hash: string): { path: string; at: number } {
  const folder = `${top}/../store/${DEVICE}`;
  for (const { name } of Deno.readDirSync(folder)) {
    const row = readRows(`${folder}/${name}`, name)?.find((row) => row.hash === hash);
    if (row !== undefined) return { path: `${folder}/${name}`, at: row.at };
  }
  throw new Error(`${hash} is nowhere in the store`);
}

Deno.test("pushTree() brings every byte to the store, and nothing the second time", async () => {
  await using it = await lab();
  const big = noise(5_000_000);
  Deno.mkdirSync(`${it.top}/empty`);
  Deno.mkdirSync(`${it.top}/a/b`, { recursive: true });
  Deno.writeFileSync(`${it.top}/a/b/big`, big);
  Deno.writeTextFileSync(`${it.top}/a/none`, "");
  Deno.writeTextFileSync(`${it.top}/ü 😀`, "text");
  Deno.symlinkSync("loop", `${it.top}/loop`);
  ok(await it.push() > 5_000_000);
  deepStrictEqual(await restored(it, "a/b/big"), big);
  deepStrictEqual(await restored(it, "a/none"), new Uint8Array());
  equal(new TextDecoder().decode(await restored(it, "ü 😀")), "text");
  const { root } = it.index;
  ok(await it.push() < 100);
  equal(it.index.root, root);
});

Deno.test("pushTree() sees each kind of change, and a tree that is as it was by its looks alone", async () => {
  await using it = await lab();
  Deno.mkdirSync(`${it.top}/a/b`, { recursive: true });
  Deno.writeTextFileSync(`${it.top}/a/b/file`, "text");
  Deno.symlinkSync("file", `${it.top}/a/b/link`);
  const changes: Record<string, () => void> = {
    "a link's target": () => {
      Deno.removeSync(`${it.top}/a/b/link`);
      Deno.symlinkSync("else", `${it.top}/a/b/link`);
    },
    "a link's name": () => Deno.renameSync(`${it.top}/a/b/link`, `${it.top}/a/b/other`),
    "a folder's mode": () => Deno.chmodSync(`${it.top}/a`, 0o700),
    "a file's time": () => Deno.utimeSync(`${it.top}/a/b/file`, 1000, 1000),
    "an empty folder": () => Deno.mkdirSync(`${it.top}/a/b/empty`),
    "a file that goes up": () => Deno.renameSync(`${it.top}/a/b/file`, `${it.top}/a/file`),
  };
  await it.push();
  for (const [name, change] of Object.entries(changes)) {
    const { root } = it.index;
    change();
    await it.push();
    notEqual(it.index.root, root, name);
    const path = `${it.top}/../index`;
    await writeTreeIndex(path, it.index);
    const read = await readTreeIndex(path);
    const { root: same, files } = await pushTree(it.top, it.client(), { index: read });
    deepStrictEqual([same, files, read.changed], [it.index.root, 1, false], name);
  }
});

Deno.test("pushTree() sends next to nothing for a byte in front, for edits here and there, and for a folder's new name", async () => {
  await using it = await lab();
  const big = noise(10_000_000);
  Deno.mkdirSync(`${it.top}/a`);
  Deno.writeFileSync(`${it.top}/a/big`, big);
  for (let i = 0; i < 200; i++) Deno.writeTextFileSync(`${it.top}/a/file ${i}`, `text ${i} `.repeat(50));
  await it.push();
  Deno.renameSync(`${it.top}/a`, `${it.top}/other`);
  const renamed = await it.push();
  ok(renamed < 2_000, `${renamed} bytes for a name`);
  const longer = new Uint8Array(big.length + 1);
  longer.set(big, 1);
  Deno.writeFileSync(`${it.top}/other/big`, longer);
  const inserted = await it.push();
  ok(inserted < 8_000, `${inserted} bytes for a byte`);
  deepStrictEqual(await restored(it, "other/big"), longer);
  for (let spot = 1; spot < 11; spot++) longer.set([1, 2, 3], Math.floor(longer.length * spot / 11));
  const edited = longer.slice(0, -7);
  Deno.writeFileSync(`${it.top}/other/big`, edited);
  const edits = await it.push();
  ok(edits < 40_000, `${edits} bytes for ten spots and an end`);
  deepStrictEqual(await restored(it, "other/big"), edited);
});

Deno.test("pushTree() sends next to nothing for one of many entries of a folder", async () => {
  await using it = await lab();
  for (let i = 0; i < 4_000; i++) Deno.writeTextFileSync(`${it.top}/entry ${i}`, String(i));
  await it.push();
  Deno.writeTextFileSync(`${it.top}/entry 2000`, "changed");
  Deno.removeSync(`${it.top}/entry 3000`);
  const sent = await it.push();
  ok(sent < 10_000, `${sent} bytes`);
  const hashes = hashesOf(it.index);
  equal(hashes.length > 4_000, true);
  deepStrictEqual(await it.client().ask(hashes, true), hashes.map(() => true));
});

Deno.test("pushTree() sends more small files than a clone takes at once", async () => {
  await using it = await lab();
  for (let i = 0; i <= MAX_ASKED; i++) Deno.writeTextFileSync(`${it.top}/${i}`, String(i));
  await it.push();
  deepStrictEqual(await restored(it, String(MAX_ASKED)), new TextEncoder().encode(String(MAX_ASKED)));
});

Deno.test("pushTree() leaves out what is gone meanwhile, and says so", async () => {
  await using it = await lab();
  for (const name of ["a", "b", "c"]) Deno.writeTextFileSync(`${it.top}/${name}`, name);
  let gone = false;
  const onProgress = () => {
    if (!gone) Deno.removeSync(`${it.top}/b`);
    gone = true;
  };
  const { skipped, files } = await pushTree(it.top, it.client(), { index: it.index, onProgress });
  deepStrictEqual([skipped, files], [["b"], 2]);
  deepStrictEqual(await restored(it, "c"), new TextEncoder().encode("c"));
  // What could not be read is asked for again: looks alone would hide it.
  equal(it.index.looks, undefined);
});

Deno.test("pushTree() sends of a file that grows or shrinks as fast as it is sent what was there, and says how much", async () => {
  await using it = await lab();
  const bytes = 6_000_000;
  const bits = noise(bytes);
  for (const name of ["grows", "shrinks", "small"]) Deno.writeFileSync(`${it.top}/${name}`, bits);
  Deno.truncateSync(`${it.top}/small`, 1000);
  let writes = 0;
  await it.push((channel) => ({
    ...{ start: (sink) => channel.start(sink), close: () => channel.close(), abort: (e) => channel.abort(e) },
    write(chunk) {
      // It looks at the files after its first question.
      if (writes++ === 0) return channel.write(chunk);
      if (writes < 300) Deno.writeFileSync(`${it.top}/grows`, bits.subarray(0, 100_000), { append: true });
      Deno.writeTextFileSync(`${it.top}/small`, "more", { append: true });
      Deno.truncateSync(`${it.top}/shrinks`, 5_000_000);
      return channel.write(chunk);
    },
  }));
  equal((await restored(it, "grows")).length, bytes);
  deepStrictEqual(await restored(it, "grows"), bits);
  const shrunk = await restored(it, "shrinks");
  deepStrictEqual(shrunk, bits.subarray(0, shrunk.length));
  const folder = await it.store.get(DEVICE, Uint8Array.fromHex(it.index.root!));
  const told = new TextDecoder().decode(folder).split("\n").map((line) => JSON.parse(line));
  for (const [name, , , , length] of told) equal(length, (await restored(it, name)).length, name);
  // What they have become since is sent the next time.
  await it.push();
  deepStrictEqual(await restored(it, "shrinks"), bits.subarray(0, 5_000_000));
});

Deno.test("pushTree() compresses less for a clone that answers at once, however long the tree takes to read", async () => {
  const text = Array.from({ length: 300_000 }, (_, i) => (i * i).toString(36)).join(" ");
  const push = async (wrap?: (channel: Channel) => Channel) => {
    await using it = await lab();
    for (let i = 0; i < 6; i++) Deno.writeTextFileSync(`${it.top}/${i}`, `${i}${text}`);
    return await it.push(wrap);
  };
  const far = await push((channel) => ({
    ...{ start: (sink) => channel.start(sink), close: () => channel.close(), abort: (e) => channel.abort(e) },
    write: (chunk) => new Promise((resolve) => setTimeout(() => resolve(channel.write(chunk)), 20)),
  }));
  // On a busy machine a clone may take its time.
  let near = await push();
  for (let i = 0; i < 50 && near === far; i++) near = await push();
  ok(near > far, `${near} against ${far}`);
});

Deno.test("pushTree() keeps secrets at home", async () => {
  await using it = await lab();
  Deno.mkdirSync(`${it.top}/.git`);
  Deno.writeTextFileSync(`${it.top}/.git/config`, "secret");
  Deno.writeTextFileSync(`${it.top}/.env`, "secret");
  const result = await pushTree(it.top, it.client(), { index: it.index });
  deepStrictEqual([result.files, result.skipped.toSorted()], [0, [".env", ".git"]]);
});

Deno.test("pushTree() goes on where it was after the connection broke", async () => {
  await using it = await lab();
  const bytes = 32_000_000;
  Deno.writeFileSync(`${it.top}/big`, noise(bytes));
  const broken = it.push((channel) => ({
    ...{ start: (sink) => channel.start(sink), close: () => channel.close(), abort: (e) => channel.abort(e) },
    write(chunk) {
      // More than may be on its way at once: something has arrived when the last is written.
      if (it.store.bytes > 1_000_000) channel.abort(new Error("cut"));
      return channel.write(chunk);
    },
  }));
  await rejects(broken);
  equal(it.index.root, undefined);
  const arrived = it.store.bytes;
  ok(arrived > 1_000_000 && arrived < bytes, `${arrived} bytes arrived`);
  const rest = await it.push();
  ok(rest < bytes - arrived + 300_000, `${rest} bytes of the rest`);
  deepStrictEqual(await restored(it, "big"), noise(bytes));
});

Deno.test("FileClient.ask() with check finds what was damaged; a push then brings it again", async () => {
  await using it = await lab();
  Deno.writeFileSync(`${it.top}/file`, noise(300_000));
  await it.push();
  const hashes = hashesOf(it.index);
  deepStrictEqual(await it.client().ask(hashes, true), hashes.map(() => true));
  const { path, at } = placeOf(it, hashes[0]!);
  Deno.writeFileSync(path, Deno.readFileSync(path).map((byte, i) => i === at + 9 ? byte ^ 1 : byte));
  deepStrictEqual(await it.client().ask(hashes, true), hashes.map((_, i) => i > 0));
  it.index.distrust();
  await it.push();
  deepStrictEqual(await restored(it, "file"), noise(300_000));
});

Deno.test("pushTree() sends a chunk whole if the clone lost what it resembles", async () => {
  await using it = await lab();
  const bytes = noise(12_000);
  Deno.writeFileSync(`${it.top}/file`, bytes);
  await it.push();
  for (const damage of [(path: string) => Deno.truncateSync(path, 100), Deno.removeSync]) {
    await it.store.written();
    damage(placeOf(it, it.index.files.get("file")!.chunks[0]!).path);
    bytes[5_000]! ^= 1;
    Deno.writeFileSync(`${it.top}/file`, bytes);
    const sent = await it.push();
    ok(sent > bytes.length * 0.9, `${sent} bytes`);
    deepStrictEqual(await restored(it, "file"), bytes);
  }
});

Deno.test("BlobDesk keeps only what comes out as it was called, and bounds what it reads", async () => {
  await using it = await lab();
  const base = noise(1000);
  it.store.putAll(DEVICE, [base], [nameOf(base)]);
  const name = new Uint8Array(await crypto.subtle.digest("SHA-256", base as Uint8Array<ArrayBuffer>)).toHex();
  const toDevice = () => {};
  const desk = new BlobDesk(it.store, DEVICE, { toDevice, toGuest: () => {} });
  const take = async (kind: number, payload: Uint8Array) => await desk.take({ kind, payload });
  const packed = (message: Uint8Array) => {
    const payload = new Uint8Array(9 + message.length);
    new DataView(payload.buffer).setUint32(1, 1);
    new DataView(payload.buffer).setUint32(5, message.length);
    payload.set(message, 9);
    return payload;
  };
  const before = it.store.bytes;
  // Steps that make something else than they say; steps of what isn't there.
  await take(BLOB_DELTA, packed(deltaMessage([name], "ab".repeat(32), Uint8Array.of(0, 0, 0, 0, 1, 7))));
  await take(
    BLOB_DELTA,
    packed(deltaMessage(["cd".repeat(32)], "ab".repeat(32), Uint8Array.of(0, 0, 0, 0, 1, 7))),
  );
  equal(it.store.bytes, before);
  const one = Uint8Array.fromHex(name);
  for (
    const bad of [
      Uint8Array.of(0, ...one),
      Uint8Array.of(5, ...one, ...one, ...one, ...one, ...one),
      Uint8Array.of(2, ...one),
    ]
  ) {
    await rejects(take(BLOB_SIGN, bad), RangeError);
    await rejects(take(BLOB_DELTA, packed(bad)), RangeError);
  }
});

Deno.test("FileClient says what to do where the clone hangs up before it answers", async () => {
  const [here, there] = memoryChannelPair();
  const client = new FileClient(here);
  const asked = client.ask(["ab".repeat(32)]);
  there.abort(new Error("not paired"));
  await rejects(asked, /doesn't trust this device, run `pair`/);
});

Deno.test("serveFiles() ends a stream that sends something else", async () => {
  await using it = await lab();
  const [here, there] = memoryChannelPair();
  serveFiles(there, { store: it.store, device: DEVICE });
  const ended = new Promise<Error | undefined>((resolve) => here.start({ data: () => {}, end: resolve }));
  here.write(Uint8Array.of(0, 0, 0, 2, 1, 7));
  ok(await ended instanceof Error);
});
