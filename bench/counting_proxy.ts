import type { LinkSpec } from "../net/mod.ts";

const PIECE_BYTES = 16 * 1024;

/** A TCP proxy that counts bytes both ways, and passes them on as a link would: late, and so many a second. */
export class CountingProxy {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #target: number;
  readonly #link: LinkSpec;
  readonly #free = { up: 0, down: 0 };
  bytes = 0;

  constructor(target: number, link: LinkSpec) {
    this.#target = target;
    this.#link = link;
    this.#accept().catch(() => {});
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  close(): void {
    this.#listener.close();
  }

  async #accept(): Promise<void> {
    for await (const near of this.#listener) {
      const far = await Deno.connect({ hostname: "127.0.0.1", port: this.#target });
      for (const conn of [near, far]) conn.setNoDelay(true);
      this.#pump(near, far, "up").catch(() => far.close());
      this.#pump(far, near, "down").catch(() => near.close());
    }
  }

  /** Connections share the link's rate; a byte arrives half a round trip after it was on the link. */
  async #pump(from: Deno.TcpConn, to: Deno.TcpConn, way: "up" | "down"): Promise<void> {
    const rate = way === "up" ? this.#link.upBytesPerSecond : this.#link.downBytesPerSecond;
    let sending = Promise.resolve();
    for (let buffer = new Uint8Array(PIECE_BYTES);; buffer = new Uint8Array(PIECE_BYTES)) {
      const count = await from.read(buffer);
      if (count === null) break;
      this.bytes += count;
      const free = this.#free[way] = Math.max(this.#free[way], performance.now()) + count / rate * 1000;
      const piece = buffer.subarray(0, count);
      const due = free + this.#link.rttMs / 2;
      const sent = sending.then(async () => {
        await until(due);
        for (let at = 0; at < piece.length;) at += await to.write(piece.subarray(at));
      });
      sending = sent.catch(() => {});
      // What is on its way is no more than the link holds.
      await until(free);
      if (rate === Infinity) await sent;
    }
    await sending;
    await to.closeWrite();
  }
}

async function until(time: number): Promise<void> {
  const wait = time - performance.now();
  if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
}
