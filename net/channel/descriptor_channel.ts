import { ByteQueue } from "./byte_queue.ts";
import type { Channel, ChannelSink } from "./channel.ts";
import { CLOSE_TIMEOUT_MS } from "./constants.ts";

/** A readable and a writable end of this machine: a local socket, or a child's stdout and stdin. */
export interface Descriptors {
  /** The next piece, whose bytes are the caller's from now on; null at the end. */
  read(): Promise<Uint8Array | null>;
  /** Writes some of the bytes; their count. */
  write(bytes: Uint8Array): Promise<number>;
  /** Ends the writable end in order. */
  closeWrite(): Promise<void>;
  /** Frees both ends; may be called twice. */
  free(): void;
}

/** A {@linkcode Channel} over local descriptors, which it owns from now on. */
export function descriptorChannel(ends: Descriptors): Channel {
  return new DescriptorChannel(ends);
}

class DescriptorChannel implements Channel {
  readonly #ends: Descriptors;
  readonly #out: ByteQueue;
  #sink: ChannelSink | undefined;
  #ended = false;
  #closing = false;
  #failure: Error | undefined;

  constructor(ends: Descriptors) {
    this.#ends = ends;
    this.#out = new ByteQueue((bytes) => this.#writeAll(bytes), (error) => this.abort(error));
  }

  start(sink: ChannelSink): void {
    this.#sink = sink;
    if (this.#failure !== undefined) sink.end(this.#failure);
    else this.#pump(sink);
  }

  write(chunk: Uint8Array): Promise<void> | void {
    if (!this.#closing) return this.#out.write(chunk);
  }

  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    const timer = setTimeout(
      () => this.abort(new Error("Cannot close channel: it did not flush")),
      CLOSE_TIMEOUT_MS,
    );
    await this.#out.flushed();
    await this.#ends.closeWrite().catch(() => {});
    clearTimeout(timer);
    if (this.#ended) this.#ends.free();
  }

  abort(reason: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = reason;
    this.#closing = true;
    this.#out.fail();
    this.#ends.free();
    this.#end(reason);
  }

  async #pump(sink: ChannelSink): Promise<void> {
    try {
      while (true) {
        const chunk = await this.#ends.read();
        if (chunk === null || this.#ended) break;
        const wait = sink.data(chunk);
        if (wait !== undefined) await wait;
      }
      this.#end();
    } catch (error) {
      this.abort(error as Error);
    }
  }

  #end(error?: Error): void {
    if (this.#ended || this.#sink === undefined) return;
    this.#ended = true;
    this.#sink.end(error);
    if (this.#closing) this.#ends.free();
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    let at = 0;
    while (at < bytes.length) at += await this.#ends.write(at === 0 ? bytes : bytes.subarray(at));
  }
}
