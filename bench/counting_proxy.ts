import type { LinkSpec } from "../net/mod.ts";

/**
 * A TCP proxy that counts bytes both ways, and passes them on as a link would: late, and so many a second. It runs in a
 * thread of its own: in one of those that it stands between it would take their time.
 */
export class CountingProxy {
  readonly #worker: Worker;
  readonly #bytes: BigInt64Array;
  readonly port: number;

  private constructor(worker: Worker, port: number, bytes: BigInt64Array) {
    this.#worker = worker;
    this.port = port;
    this.#bytes = bytes;
  }

  static async start(target: number, link: LinkSpec): Promise<CountingProxy> {
    const worker = new Worker(new URL("./counting_proxy_worker.ts", import.meta.url), { type: "module" });
    const shared = new SharedArrayBuffer(8);
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage({ target, link, shared });
    return new CountingProxy(worker, await promise, new BigInt64Array(shared));
  }

  get bytes(): number {
    return Number(Atomics.load(this.#bytes, 0));
  }

  close(): void {
    this.#worker.terminate();
  }
}
