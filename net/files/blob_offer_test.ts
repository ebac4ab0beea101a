/** Bytes of files on their way to a guest, from a device's end to a clone's, over a link of which each crossing is seen. */
import { deepStrictEqual, equal, ok, rejects } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import {
  BLOB_COMING,
  BLOB_GONE,
  BLOB_OFFER,
  BLOB_PUSH,
  BLOB_REQUEST,
  encodeFrame,
  type Frame,
  FrameDecoder,
  HASH_BYTES,
  MAX_ASKED,
} from "../../runtime/mod.ts";
import { BlobSender } from "../../runtime/thread/blob_sender.ts";
import { nameOf } from "./content_names.ts";
import { BlobDesk } from "./blob_desk.ts";
import { type ContentStore, openContentStore } from "./content_store.ts";

const DEVICE = "device";
/** Stands for the answer to the guest that names the bytes. */
const ANSWER = 20;

interface Lab extends AsyncDisposable {
  readonly store: ContentStore;
  readonly desk: BlobDesk;
  readonly sender: BlobSender;
  /** One over a link of which a question would take as long as so many bytes. */
  senderOver(roundTripBytes: number): BlobSender;
  /** What went up, and what came down, since the last delivery. */
  readonly up: Frame[];
  readonly down: Frame[];
  /** What the guest has. */
  readonly got: Map<string, Uint8Array>;
}

async function lab(maxBytes = 10_000_000): Promise<Lab> {
  const folder = await Deno.makeTempDir();
  const store = await openContentStore(folder, { maxBytes });
  const [up, down]: Frame[][] = [[], []];
  const got = new Map<string, Uint8Array>();
  const desk = new BlobDesk(store, DEVICE, {
    toDevice: (frame) => void down.push(decoded(frame)),
    toGuest: (frame) => {
      const { payload } = decoded(frame);
      got.set(payload.subarray(0, HASH_BYTES).toHex(), payload.subarray(HASH_BYTES));
    },
  });
  const senderOver = (bytes: number) =>
    new BlobSender((kind, ...parts) => void up.push(decoded(encodeFrame(kind, ...parts))), () => bytes);
  const clean = () => Deno.remove(folder, { recursive: true });
  return { store, desk, sender: senderOver(0), senderOver, up, down, got, [Symbol.asyncDispose]: clean };
}

function decoded(frame: Uint8Array): Frame {
  const decoder = new FrameDecoder();
  decoder.push(frame);
  return decoder.next()!;
}

/** Answers a guest's request with contents; returns how often the link was crossed from one side to the other until it had them. */
async function serve(
  it: Lab,
  contents: readonly Uint8Array[],
): Promise<{ crossings: number; bytes: number }> {
  let bytes = 0;
  const hashes = await it.sender.pass(contents, (sent) => void (bytes += sent));
  it.up.push({ kind: ANSWER, payload: new Uint8Array() });
  let crossings = 0;
  for (; hashes.some((hash) => !it.got.has(hash)); crossings++) {
    ok(it.up.length + it.down.length > 0, "nothing is on its way, and the guest waits");
    if (crossings % 2 === 0) {
      for (const frame of it.up.splice(0)) {
        if (frame.kind !== ANSWER) await it.desk.take(frame);
        else for (const hash of hashes) await it.desk.request(request(hash));
      }
    } else {
      for (const frame of it.down.splice(0)) {
        if (frame.kind === BLOB_REQUEST) it.sender.requested(frame.payload);
        else await it.sender.answered(frame.payload);
      }
    }
  }
  hashes.forEach((hash, i) => deepStrictEqual(it.got.get(hash), contents[i]));
  return { crossings, bytes };
}

/** What was sent is taken at the other side; what went, by kind. */
async function cross(it: Lab): Promise<number[]> {
  const frames = it.up.splice(0);
  for (const frame of frames) await it.desk.take(frame);
  return frames.map(({ kind }) => kind);
}

function request(hash: string): Frame {
  return { kind: BLOB_REQUEST, payload: Uint8Array.fromHex(hash) };
}

function noise(bytes: number): Uint8Array {
  return new Uint8Array(randomBytes(bytes));
}

Deno.test("BlobSender.pass() sends no bytes that the store has, and one answer is all that the guest waits for", async () => {
  await using it = await lab();
  const contents = [noise(50_000), noise(60_000)];
  for (const content of contents) it.store.putAll(DEVICE, [content], [nameOf(content)]);
  const { crossings, bytes } = await serve(it, contents);
  equal(bytes, 0);
  equal(crossings, 1);
});

Deno.test("BlobSender.pass() brings what the store lacks once, and answers what the guest asked for meanwhile", async () => {
  await using it = await lab();
  const contents = [noise(50_000), noise(60_000), noise(40_000)];
  it.store.putAll(DEVICE, [contents[1]!], [nameOf(contents[1]!)]);
  const { crossings, bytes } = await serve(it, contents);
  ok(bytes > 90_000 && bytes < 100_000, `${bytes} bytes were sent`);
  equal(crossings, 3);
  // Nothing was asked for twice, and what came is kept.
  deepStrictEqual(it.down, []);
  deepStrictEqual(await it.store.get(DEVICE, hashOf(it, contents[0]!)), contents[0]);
});

Deno.test("BlobSender.pass() sends little at once, without asking", async () => {
  await using it = await lab();
  const { crossings, bytes } = await serve(it, [noise(3_000)]);
  ok(bytes >= 3_000);
  equal(crossings, 1);
});

Deno.test("BlobDesk answers a guest although the store keeps nothing", async () => {
  await using it = await lab(10);
  const { crossings } = await serve(it, [noise(50_000)]);
  equal(crossings, 3);
});

Deno.test("BlobDesk takes no more offers than it can keep in mind", async () => {
  await using it = await lab();
  const offer = () => ({ kind: BLOB_OFFER, payload: noise(HASH_BYTES * MAX_ASKED) });
  await it.desk.take(offer());
  await rejects(it.desk.take(offer()), RangeError);
});

Deno.test("BlobSender.announce() lets the guest ask for each content before it has come, and wait for that one alone", async () => {
  await using it = await lab();
  const contents = [noise(3_000), noise(1_000), noise(40_000)];
  const sender = it.senderOver(1_000_000);
  let bytes = 0;
  const hashes = await sender.announce(contents, (sent) => void (bytes += sent));
  deepStrictEqual(await cross(it), [BLOB_COMING]);
  await it.desk.request(request(hashes[1]!));
  equal(it.got.size, 0);
  await sender.stream();
  await it.desk.take(it.up.shift()!);
  deepStrictEqual(it.got.get(hashes[1]!), contents[1]);
  deepStrictEqual(await cross(it), [BLOB_PUSH]);
  deepStrictEqual([it.got.size, it.down.length], [1, 0], "nobody asked for the others");
  await it.desk.request(request(hashes[2]!));
  deepStrictEqual(it.got.get(hashes[2]!), contents[2]);
  ok(bytes > 44_000);
});

Deno.test("BlobSender.announce() offers what is worth the question, and sends what the store lacks without being told to", async () => {
  await using it = await lab();
  const contents = [noise(60_000), noise(50_000)];
  it.store.putAll(DEVICE, [contents[0]!], [nameOf(contents[0]!)]);
  let bytes = 0;
  await it.sender.announce(contents, (sent) => void (bytes += sent));
  deepStrictEqual(await cross(it), [BLOB_OFFER]);
  await it.sender.answered(it.down.shift()!.payload);
  await it.sender.stream();
  deepStrictEqual(await cross(it), [BLOB_PUSH]);
  ok(bytes > 50_000 && bytes < 60_000, `${bytes} bytes were sent`);
});

Deno.test("BlobSender.giveUp() ends the wait for what won't come, and what was given up can be passed again", async () => {
  await using it = await lab();
  const contents = [noise(3_000), noise(2_000)];
  const hashes = await it.sender.announce(contents, () => {});
  await cross(it);
  await it.desk.request(request(hashes[0]!));
  it.sender.giveUp();
  await it.sender.stream();
  deepStrictEqual(await cross(it), [BLOB_GONE]);
  deepStrictEqual(it.got.get(hashes[0]!), new Uint8Array(), "the guest is told");
  it.got.clear();
  deepStrictEqual((await serve(it, contents)).crossings, 1);
});

Deno.test("BlobSender.giveUp() gives up what is being asked for, too", async () => {
  await using it = await lab();
  const hashes = await it.sender.announce([noise(60_000)], () => {});
  await cross(it);
  it.sender.giveUp();
  await it.desk.request(request(hashes[0]!));
  await it.sender.answered(it.down.shift()!.payload);
  await it.sender.stream();
  deepStrictEqual(await cross(it), [BLOB_GONE]);
  deepStrictEqual(it.got.get(hashes[0]!), new Uint8Array());
});

Deno.test("BlobSender.pass() sends at once what was announced and now is waited for", async () => {
  await using it = await lab();
  const contents = [noise(3_000), noise(2_000)];
  await it.sender.announce(contents, () => {});
  await it.sender.pass([contents[1]!], () => {});
  deepStrictEqual(await cross(it), [BLOB_COMING, BLOB_PUSH]);
  await it.desk.request(request(nameOf(contents[1]!)));
  deepStrictEqual(it.got.get(nameOf(contents[1]!)), contents[1]);
});

Deno.test("BlobSender sends what isn't worth compressing as it is", async () => {
  await using it = await lab();
  const sent: number[] = [];
  const send = (kind: number, ...parts: Uint8Array[]) => {
    sent.push(parts.reduce((sum, { length }) => sum + length, 0));
    it.up.push(decoded(encodeFrame(kind, ...parts)));
  };
  const contents = [new Uint8Array(3_000), noise(1_000), new Uint8Array()];
  const hashes = await new BlobSender(send, () => 0, (bytes) => bytes > 4_000).pass(contents, () => {});
  await cross(it);
  deepStrictEqual(sent, [1 + 4 + 3 * 4 + 4_000]);
  for (const [i, hash] of hashes.entries()) {
    deepStrictEqual(await it.store.get(DEVICE, Uint8Array.fromHex(hash)), contents[i]);
  }
});

/** The name under which the guest got some content. */
function hashOf({ got }: Lab, content: Uint8Array): Uint8Array {
  const found = [...got].find(([, bytes]) => bytes.length === content.length && bytes[0] === content[0]);
  return Uint8Array.fromHex(found![0]);
}
