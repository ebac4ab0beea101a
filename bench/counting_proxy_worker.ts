/** The thread of a {@linkcode CountingProxy}. */
/// <reference lib="deno.worker" />
import type { LinkSpec } from "../net/mod.ts";

interface Start {
  readonly target: number;
  readonly link: LinkSpec;
  /** Where bytes are counted. */
  readonly shared: SharedArrayBuffer;
}

/** What a slow link takes at once. */
const PIECE_BYTES = 16 * 1024;
/** What one without a rate does: a read each would cost more than the bytes. */
const FAST_PIECE_BYTES = 256 * 1024;

async function serve({ target, link, shared }: Start, listener: Deno.TcpListener): Promise<void> {
  const bytes = new BigInt64Array(shared);
  const ends = { up: 0, down: 0 };
  for await (const near of listener) {
    const far = await Deno.connect({ hostname: "127.0.0.1", port: target });
    for (const conn of [near, far]) conn.setNoDelay(true);
    const pumped = { link, bytes, ends };
    pump(near, far, { ...pumped, way: "up" }).catch(() => far.close());
    pump(far, near, { ...pumped, way: "down" }).catch(() => near.close());
  }
}

interface Pumped {
  readonly link: LinkSpec;
  readonly bytes: BigInt64Array;
  /** When the link is free again, each way: connections share its rate. */
  readonly ends: { up: number; down: number };
  readonly way: "up" | "down";
}

/** A byte arrives half a round trip after it was on the link. */
async function pump(
  from: Deno.TcpConn,
  to: Deno.TcpConn,
  { link, bytes, ends, way }: Pumped,
): Promise<void> {
  const rate = way === "up" ? link.upBytesPerSecond : link.downBytesPerSecond;
  const isFast = rate === Infinity && link.rttMs === 0;
  let sending = Promise.resolve();
  let buffer = new Uint8Array(isFast ? FAST_PIECE_BYTES : PIECE_BYTES);
  while (true) {
    const count = await from.read(buffer);
    if (count === null) break;
    Atomics.add(bytes, 0, BigInt(count));
    const piece = buffer.subarray(0, count);
    if (isFast) {
      await writeAll(to, piece);
      continue;
    }
    buffer = new Uint8Array(PIECE_BYTES);
    const free = ends[way] = Math.max(ends[way], performance.now()) + count / rate * 1000;
    const due = free + link.rttMs / 2;
    const sent = sending.then(async () => {
      await until(due);
      await writeAll(to, piece);
    });
    sending = sent.catch(() => {});
    // What is on its way is no more than the link holds.
    await until(free);
  }
  await sending;
  await to.closeWrite();
}

async function writeAll(to: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
}

async function until(time: number): Promise<void> {
  const wait = time - performance.now();
  if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
}

self.onmessage = ({ data }: MessageEvent<Start>) => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  self.postMessage((listener.addr as Deno.NetAddr).port);
  serve(data, listener).catch(() => {});
};
