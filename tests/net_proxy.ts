/** A TCP proxy for tests: it can pass bytes slowly, or stop passing them without closing (a cut cable). */
export class Proxy {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #conns: Deno.Conn[] = [];
  readonly #target: number;
  #bytesPerSecond: number;
  #frozen = false;

  constructor(target: number, bytesPerSecond = Infinity) {
    this.#target = target;
    this.#bytesPerSecond = bytesPerSecond;
    this.#accept();
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  /** From now on bytes pass at this pace. */
  pace(bytesPerSecond: number): void {
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** From now on nothing passes. */
  freeze(): void {
    this.#frozen = true;
  }

  close(): void {
    this.#listener.close();
    for (const conn of this.#conns) {
      try {
        conn.close();
      } catch {
        // Closed by its pump.
      }
    }
  }

  async #accept(): Promise<void> {
    for await (const near of this.#listener) {
      const far = await Deno.connect({ hostname: "127.0.0.1", port: this.#target });
      this.#conns.push(near, far);
      // Else what is passed on slowly waits for the other side's late acknowledgements, and is slower still.
      for (const conn of [near, far]) conn.setNoDelay(true);
      for (const pump of [this.#pump(near, far), this.#pump(far, near)]) pump.catch(() => {});
    }
  }

  async #pump(from: Deno.Conn, to: Deno.Conn): Promise<void> {
    const buffer = new Uint8Array(4096);
    let freeAt = 0;
    for (let count = await from.read(buffer); count !== null; count = await from.read(buffer)) {
      freeAt = Math.max(freeAt, performance.now()) + count / this.#bytesPerSecond * 1000;
      const wait = freeAt - performance.now();
      if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
      if (this.#frozen) return;
      for (let at = 0; at < count;) at += await to.write(buffer.subarray(at, count));
    }
    to.close();
  }
}
