import type { Channel, ChannelSink } from "./channel.ts";

/** Two channels in this process: what one writes the other delivers, in a later turn. */
export function memoryChannelPair(): [Channel, Channel] {
  const left = new MemoryChannel();
  const right = new MemoryChannel();
  left.other = right;
  right.other = left;
  return [left, right];
}

class MemoryChannel implements Channel {
  other!: MemoryChannel;
  #sink: ChannelSink | undefined;
  #arrived: { chunk: Uint8Array; taken: () => void }[] = [];
  #finish: { error?: Error } | undefined;
  #running = false;
  #ended = false;
  #closed = false;

  start(sink: ChannelSink): void {
    this.#sink = sink;
    this.#run();
  }

  write(chunk: Uint8Array): Promise<void> | void {
    if (this.#closed || this.other.#ended) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.other.#arrived.push({ chunk, taken: resolve });
    this.other.#run();
    return promise;
  }

  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.other.#finish ??= {};
      this.other.#run();
    }
    return Promise.resolve();
  }

  abort(reason: Error): void {
    this.#closed = true;
    this.#drop(reason);
    this.other.#closed = true;
    this.other.#drop(new Error("The other side gave up", { cause: reason }));
  }

  #drop(error: Error): void {
    for (const { taken } of this.#arrived.splice(0)) taken();
    this.#finish ??= { error };
    this.#run();
  }

  async #run(): Promise<void> {
    if (this.#running || this.#sink === undefined) return;
    this.#running = true;
    await Promise.resolve();
    for (let next = this.#arrived.shift(); next !== undefined; next = this.#arrived.shift()) {
      await this.#sink.data(next.chunk);
      next.taken();
    }
    this.#running = false;
    if (this.#finish === undefined || this.#ended) return;
    this.#ended = true;
    this.#sink.end(this.#finish.error);
  }
}
