import { deepStrictEqual, equal, rejects } from "node:assert/strict";
import { type Channel, memoryChannelPair } from "../channel/mod.ts";
import { BLOB_ASK, BLOB_FOUND, BLOB_PUSH, encodeFrame, FrameDecoder } from "../../runtime/mod.ts";
import { FileClient } from "./file_protocol.ts";

const HASH = "ab".repeat(32);

/** The kinds of the frames that arrive, in order; each piece is taken when `take` says so. */
function kindsAt(there: Channel, take: () => Promise<void> | void): number[] {
  const kinds: number[] = [];
  const decoder = new FrameDecoder();
  there.start({
    data(chunk) {
      decoder.push(chunk);
      for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
        kinds.push(frame.kind);
        if (frame.kind === BLOB_ASK) there.write(encodeFrame(BLOB_FOUND, Uint8Array.of(1)));
      }
      return take();
    },
    end: () => {},
  });
  return kinds;
}

Deno.test("FileClient.ask() goes before contents that wait, and after those that are on their way", async () => {
  const [here, there] = memoryChannelPair();
  const kinds = kindsAt(there, () => {});
  const client = new FileClient(here);
  const pushes = [1, 2, 3].map(() => client.push(new Uint8Array(1_000_000)));
  deepStrictEqual(await client.ask([HASH]), [true]);
  await Promise.all(pushes);
  deepStrictEqual(kinds, [BLOB_PUSH, BLOB_ASK, BLOB_PUSH, BLOB_PUSH]);
  await client.close();
});

Deno.test("FileClient gives up a clone that is there and answers nothing, and says so", async () => {
  const [here, there] = memoryChannelPair();
  there.start({ data: () => {}, end: () => {} });
  const client = new FileClient(here, 20);
  await rejects(client.ask([HASH]), /the clone is there, but took and answered nothing for 0.02 s/);
  await rejects(client.push(new Uint8Array(1)), /took and answered nothing/);
});

Deno.test("FileClient gives up a clone that takes nothing, with all that waits", async () => {
  const [here, there] = memoryChannelPair();
  there.start({ data: () => new Promise(() => {}), end: () => {} });
  const client = new FileClient(here, 20);
  const [first, second, asked] = [
    client.push(new Uint8Array(1)),
    client.push(new Uint8Array(1)),
    client.ask([HASH]),
  ];
  for (const waiting of [first, second, asked]) await rejects(waiting, /took and answered nothing/);
});

Deno.test("FileClient waits as long as it takes for a clone that goes on taking bytes", async () => {
  const [here, there] = memoryChannelPair();
  const limitMs = 200;
  const kinds = kindsAt(there, () => new Promise((resolve) => setTimeout(resolve, limitMs / 10)));
  const client = new FileClient(here, limitMs);
  const started = performance.now();
  // Twenty pieces, the whole of which takes longer than the limit.
  await client.push(...Array.from({ length: 20 }, () => new Uint8Array(70_000)));
  equal(performance.now() - started > limitMs, true);
  deepStrictEqual(await client.ask([HASH]), [true]);
  deepStrictEqual(kinds, [BLOB_PUSH, BLOB_ASK]);
  await client.close();
});
