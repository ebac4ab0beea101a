import { decodeJson, encodeJsonFrame, FRAME_HEADER_BYTES, HOP_CONTROL } from "../../runtime/mod.ts";
import type { Channel, ChannelSink } from "./channel.ts";
import { MAX_CONTROL_BYTES } from "./constants.ts";

/** A JSON object that came from another process or machine; nothing in it was checked. */
export type Message = Readonly<Record<string, unknown>>;

/**
 * A channel on which control messages (JSON frames) are exchanged first, and whatever follows is handed on.
 *
 * At most {@linkcode MAX_CONTROL_BYTES} are buffered; reading a message consumes exactly its frame.
 */
export class ControlChannel {
  readonly channel: Channel;
  /** Settles when the other side has hung up, or the channel broke; a side that isn't read may do so unseen. */
  readonly ended: Promise<void>;
  #tellEnded!: () => void;
  #buffer = new Uint8Array(0);
  #finish: { error?: Error } | undefined;
  #wake: (() => void) | undefined;
  #room: PromiseWithResolvers<void> | undefined;
  #sink: ChannelSink | undefined;

  constructor(channel: Channel) {
    this.channel = channel;
    this.ended = new Promise((resolve) => this.#tellEnded = resolve);
    channel.start({ data: (chunk) => this.#data(chunk), end: (error) => this.#end(error) });
  }

  /** Sends one message. */
  send(message: object): Promise<void> | void {
    return this.channel.write(encodeJsonFrame(HOP_CONTROL, message));
  }

  /**
   * The next message; undefined at the end of the stream.
   *
   * @throws {Error} if it isn't one (another kind, too long, no JSON object), if the channel breaks, or if the signal
   * aborts first.
   */
  async receive(signal?: AbortSignal): Promise<Message | undefined> {
    while (true) {
      signal?.throwIfAborted();
      const message = this.#takeMessage();
      if (message !== undefined) return message;
      if (this.#finish?.error !== undefined) throw this.#finish.error;
      if (this.#finish !== undefined) return undefined;
      await this.#arrival(signal);
    }
  }

  /** Gives all that follows to `sink`; no message is received any more. */
  handOver(sink: ChannelSink): void {
    this.#sink = sink;
    const rest = this.#buffer;
    this.#buffer = new Uint8Array(0);
    const wait = rest.length > 0 ? sink.data(rest) : undefined;
    if (wait === undefined) this.#room?.resolve();
    else wait.then(() => this.#room?.resolve());
    if (this.#finish !== undefined) Promise.resolve(wait).then(() => sink.end(this.#finish!.error));
  }

  #data(chunk: Uint8Array): Promise<void> | void {
    if (this.#sink !== undefined) return this.#sink.data(chunk);
    const joined = new Uint8Array(this.#buffer.length + chunk.length);
    joined.set(this.#buffer);
    joined.set(chunk, this.#buffer.length);
    this.#buffer = joined;
    this.#wake?.();
    // The piece that completes a message may be larger; what is behind it stays with the sender.
    if (joined.length > 0) return (this.#room ??= Promise.withResolvers<void>()).promise;
  }

  #end(error?: Error): void {
    this.#finish = error === undefined ? {} : { error };
    if (this.#sink !== undefined) this.#sink.end(error);
    this.#wake?.();
    this.#tellEnded();
  }

  #takeMessage(): Message | undefined {
    if (this.#buffer.length < FRAME_HEADER_BYTES) return this.#more();
    const length = new DataView(this.#buffer.buffer, this.#buffer.byteOffset).getUint32(0);
    if (this.#buffer[4] !== HOP_CONTROL) throw new Error("Cannot read message: a control frame was expected");
    if (length === 0 || length > MAX_CONTROL_BYTES) {
      throw new RangeError(`Cannot read message: its length ${length} is not in 1..${MAX_CONTROL_BYTES}`);
    }
    if (this.#buffer.length < length + 4) return this.#more();
    const body = decodeJson(this.#buffer.subarray(FRAME_HEADER_BYTES, length + 4));
    this.#buffer = this.#buffer.slice(length + 4);
    if (this.#buffer.length === 0) this.#more();
    if (typeof body !== "object" || body === null || Array.isArray(body)) {
      throw new TypeError("Cannot read message: it is not a JSON object");
    }
    return body as Message;
  }

  #more(): undefined {
    this.#room?.resolve();
    this.#room = undefined;
  }

  #arrival(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal!.reason);
      signal?.addEventListener("abort", abort, { once: true });
      this.#wake = () => {
        this.#wake = undefined;
        signal?.removeEventListener("abort", abort);
        resolve();
      };
    });
  }
}
