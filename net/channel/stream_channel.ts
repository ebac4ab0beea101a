import type { Stream } from "@libp2p/interface";
import type { Channel, ChannelSink } from "./channel.ts";
import { CLOSE_TIMEOUT_MS } from "./constants.ts";

/** A channel over a libp2p stream, which it owns from now on. */
export function streamChannel(stream: Stream): Channel {
  return new StreamChannel(stream);
}

class StreamChannel implements Channel {
  readonly #stream: Stream;
  #ended = false;
  #closed = false;

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  start(sink: ChannelSink): void {
    const stream = this.#stream;
    const end = (error?: Error) => {
      if (this.#ended) return;
      this.#ended = true;
      sink.end(error);
    };
    stream.addEventListener("message", ({ data }) => {
      let wait: Promise<void> | void = undefined;
      if (data instanceof Uint8Array) wait = sink.data(data);
      else for (const chunk of data) wait = join(wait, sink.data(chunk));
      if (wait !== undefined) this.#holdUntil(wait);
    });
    stream.addEventListener("end", () => {
      // "end" also precedes "close" when the stream was cut: only an orderly end is one.
      if (stream.status === "open" || stream.status === "closing" || stream.status === "closed") end();
    });
    stream.addEventListener("close", (event) => {
      this.#closed = true;
      end(event.error ?? (stream.readableEnded ? undefined : new Error("The connection closed")));
    });
    if (stream.status === "closed" && stream.readBufferLength === 0) end();
    else if (stream.status === "aborted" || stream.status === "reset") {
      end(new Error(`The stream was ${stream.status}`));
    } else if (stream.readableEnded) end();
  }

  write(chunk: Uint8Array): Promise<void> | void {
    if (this.#closed || this.#stream.writeStatus !== "writable") return;
    try {
      if (this.#stream.send(chunk)) return;
      return this.#stream.onDrain().catch(() => {});
    } catch (error) {
      this.abort(error as Error);
    }
  }

  async close(): Promise<void> {
    try {
      await this.#stream.close({ signal: AbortSignal.timeout(CLOSE_TIMEOUT_MS) });
    } catch (error) {
      this.#stream.abort(error as Error);
    }
  }

  abort(reason: Error): void {
    this.#stream.abort(reason);
  }

  async #holdUntil(wait: Promise<void>): Promise<void> {
    if (this.#stream.readStatus === "readable") this.#stream.pause();
    await wait;
    if (this.#stream.readStatus === "paused") this.#stream.resume();
  }
}

function join(first: Promise<void> | void, second: Promise<void> | void): Promise<void> | void {
  if (first === undefined) return second;
  return second === undefined ? first : first.then(() => second);
}
