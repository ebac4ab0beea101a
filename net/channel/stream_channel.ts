import type { Stream } from "@libp2p/interface";
import type { Channel, ChannelSink } from "./channel.ts";
import { CLOSE_TIMEOUT_MS } from "./constants.ts";
import { timed } from "./timed.ts";

/** A channel over a libp2p stream, which it owns from now on. */
export function streamChannel(stream: Stream): Channel {
  return new StreamChannel(stream);
}

class StreamChannel implements Channel {
  readonly #stream: Stream;
  #ended = false;
  #closed = false;
  /** The sink asked to wait. */
  #held = false;
  #resuming = false;
  /** An orderly end that came while held. */
  #onDelivered: (() => void) | undefined;
  /** Arrived while held; at most a window, as the stream is paused then. */
  readonly #queue: Uint8Array[] = [];

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  start(sink: ChannelSink): void {
    const stream = this.#stream;
    const end = (error?: Error) => {
      if (this.#ended) return;
      if (error === undefined && this.#held) {
        this.#onDelivered = end;
        return;
      }
      this.#ended = true;
      sink.end(error);
    };
    stream.addEventListener("message", ({ data }) => {
      if (data instanceof Uint8Array) this.#deliver(sink, data);
      else for (const chunk of data) this.#deliver(sink, chunk);
    });
    stream.addEventListener("end", () => {
      // "end" also precedes "close" when the stream was cut: only an orderly end is one.
      if (stream.status === "open" || stream.status === "closing" || stream.status === "closed") end();
    });
    stream.addEventListener("close", (event) => {
      this.#closed = true;
      end(event.error ?? (stream.readableEnded ? undefined : new Error("The connection closed")));
    });
    if (stream.status === "aborted" || stream.status === "reset") {
      end(new Error(`The stream was ${stream.status}`));
    } // Protocol negotiation may have read to the end and put back what was not its own: that is delivered first, in a microtask.
    else if (stream.readableEnded || stream.status === "closed") queueMicrotask(() => end());
  }

  write(chunk: Uint8Array): Promise<void> | void {
    if (this.#closed || this.#stream.writeStatus !== "writable") return;
    try {
      this.#stream.send(chunk);
      if (this.#stream.writeBufferLength > 0 || this.#stream.writableNeedsDrain) return this.#room();
    } catch (error) {
      this.abort(error as Error);
    }
  }

  async close(): Promise<void> {
    try {
      await timed(CLOSE_TIMEOUT_MS, (signal) => this.#stream.close({ signal }));
    } catch (error) {
      this.#stream.abort(error as Error);
    }
  }

  /**
   * Resolves when all that was written is with the muxer. "drain" alone doesn't say so: it comes with each window update, however
   * small, and one more piece for each would pile up. The stream's own promise for it is never renewed: from the second time on it
   * has been kept already, and waiting for it would keep this process from ever hearing of the real one.
   */
  async #room(): Promise<void> {
    const stream = this.#stream;
    while (!this.#closed && stream.writeStatus === "writable") {
      if (stream.writeBufferLength > 0) await this.#next("idle");
      else if (stream.writableNeedsDrain) await this.#next("drain");
      else return;
    }
  }

  /** Resolves at the next event of this kind, or when the stream closes. */
  #next(kind: "idle" | "drain"): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#stream.removeEventListener(kind, done);
        this.#stream.removeEventListener("close", done);
        resolve();
      };
      this.#stream.addEventListener(kind, done);
      this.#stream.addEventListener("close", done);
    });
  }

  abort(reason: Error): void {
    this.#stream.abort(reason);
  }

  #deliver(sink: ChannelSink, chunk: Uint8Array): void {
    if (this.#held) {
      this.#queue.push(chunk);
      return;
    }
    const wait = sink.data(chunk);
    if (wait === undefined) return;
    this.#held = true;
    this.#pause();
    wait.then(() => this.#release(sink));
  }

  #release(sink: ChannelSink): void {
    this.#held = false;
    while (!this.#held && this.#queue.length > 0) this.#deliver(sink, this.#queue.shift()!);
    if (this.#held) return;
    this.#onDelivered?.();
    if (this.#stream.readStatus !== "paused") return;
    this.#resuming = true;
    try {
      this.#stream.resume();
    } catch {
      // It tells the other end that there is room; the connection closed meanwhile, which the stream itself will say.
    }
    this.#resuming = false;
    if (this.#held) this.#pause();
  }

  /**
   * Not while the stream resumes: it delivers what it kept in the middle of that, and a pause then is undone at once, after
   * which its buffer overflows.
   */
  #pause(): void {
    if (!this.#resuming && this.#stream.readStatus === "readable") this.#stream.pause();
  }
}
