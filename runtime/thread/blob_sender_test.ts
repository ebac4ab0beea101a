import { deepEqual } from "node:assert/strict";
import { BlobSender } from "./blob_sender.ts";
import { BLOB_ASK, BLOB_OFFER } from "./frame.ts";

/** Large enough to be asked for first. */
const CONTENT = new Uint8Array(64 * 1024);

/** What settles within a time that no answer takes. */
async function within<T>(promise: Promise<T>): Promise<T | "waits"> {
  const { promise: late, resolve } = Promise.withResolvers<"waits">();
  const timer = setTimeout(() => resolve("waits"), 5_000);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

Deno.test("BlobSender waits for no answer once its session has ended, before the question or after it", async () => {
  const asked: number[] = [];
  const sender = new BlobSender((kind) => void asked.push(kind));
  const before = sender.offer([CONTENT]);
  while (!asked.includes(BLOB_ASK)) await new Promise((resolve) => setTimeout(resolve, 1));
  sender.close();
  const hashes = (await within(before) as { hashes: string[] }).hashes?.length ?? "waits";
  const offered = await within(sender.offer([CONTENT.fill(1)])) as { hashes: string[] };
  const passed = await within(sender.pass([CONTENT.fill(2)], () => {}));
  deepEqual([hashes, offered.hashes?.length, passed.length], [1, 1, 1]);
  deepEqual(asked.filter((kind) => kind === BLOB_ASK || kind === BLOB_OFFER), [BLOB_ASK]);
});
