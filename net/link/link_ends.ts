/** What both ends of a measured link say to each other, and the end that only answers. */
import { encodeFrame, type Frame, FrameDecoder } from "../../runtime/mod.ts";
import type { Channel } from "../channel/mod.ts";
import type { Spread } from "./bandwidth.ts";
import { LARGE_PROBE_BYTES, MAX_PIECE_BYTES, MAX_PROBES_PER_SECOND, PROBE_PIECES } from "./constants.ts";
import { type Arrival, spreadOf } from "./train.ts";

/** 8 bytes that come back in a {@linkcode PONG}. */
const PING = 1;
const PONG = 2;
/** A piece of a train: pieces still to come (u32), then filler. */
const TRAIN = 3;
/** How a train arrived: bytes behind its first piece, and their microseconds (u32 each). */
const REPORT = 4;
/** Asks for a train of so many bytes (u32). */
const REQUEST = 5;

/** Answers another peer's pings and probes until the channel ends. A malformed frame ends it. */
export function answerLink(channel: Channel): void {
  // Half-closed it would stay: a connection has room for so many streams only.
  const ends = new LinkEnds(channel, () => channel.close());
  let second = 0;
  let probes = 0;
  ends.onRequest = (bytes) => {
    const now = Math.floor(performance.now() / 1000);
    if (now !== second) [second, probes] = [now, 0];
    if (probes++ < MAX_PROBES_PER_SECOND) ends.sendTrain(bytes);
  };
  ends.onTrain = (spread) => ends.sendReport(spread);
}

/** The frames of one end. */
export class LinkEnds {
  readonly channel: Channel;
  onPong: () => void = () => {};
  onTrain: (spread: Spread) => void = () => {};
  onReport: (spread: Spread) => void = () => {};
  onRequest: (bytes: number) => void = () => {};
  readonly #decoder = new FrameDecoder(MAX_PIECE_BYTES);
  #train: Arrival[] | undefined;

  constructor(channel: Channel, onEnd: () => void) {
    this.channel = channel;
    // A channel that has ended says so at once, before whoever makes this has it.
    channel.start({ data: (chunk) => this.#data(chunk), end: () => queueMicrotask(onEnd) });
  }

  sendPing(): void {
    this.channel.write(encodeFrame(PING, new Uint8Array(8)));
  }

  async sendTrain(bytes: number): Promise<void> {
    const filler = crypto.getRandomValues(new Uint8Array(Math.floor(bytes / PROBE_PIECES)));
    for (let left = PROBE_PIECES - 1; left >= 0; left--) {
      await this.channel.write(encodeFrame(TRAIN, u32(left), filler));
    }
  }

  sendReport({ bytes, ms }: Spread): void {
    this.channel.write(encodeFrame(REPORT, u32(bytes), u32(Math.min(2 ** 32 - 1, Math.round(ms * 1000)))));
  }

  sendRequest(bytes: number): void {
    this.channel.write(encodeFrame(REQUEST, u32(bytes)));
  }

  /** Takes no more while its answers wait: who asks without reading fills nobody's memory. */
  #data(chunk: Uint8Array): Promise<void> | void {
    try {
      this.#decoder.push(chunk);
      let wait: Promise<void> | void = undefined;
      for (let frame = this.#decoder.next(); frame !== undefined; frame = this.#decoder.next()) {
        wait = this.#frame(frame) ?? wait;
      }
      return wait;
    } catch (error) {
      this.channel.abort(error as Error);
    }
  }

  #frame({ kind, payload }: Frame): Promise<void> | void {
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    if (kind === PING && payload.length === 8) return this.channel.write(encodeFrame(PONG, payload));
    if (kind === PONG) this.onPong();
    else if (kind === TRAIN && payload.length >= 4) this.#trainPiece(view.getUint32(0), payload.length);
    else if (kind === REPORT && payload.length === 8) {
      this.onReport({ bytes: view.getUint32(0), ms: view.getUint32(4) / 1000 });
    } else if (kind === REQUEST && payload.length === 4 && view.getUint32(0) <= LARGE_PROBE_BYTES) {
      this.onRequest(view.getUint32(0));
    } else {throw new TypeError(
        `Cannot read link frame: kind ${kind} with ${payload.length} bytes is not known`,
      );}
  }

  #trainPiece(left: number, bytes: number): void {
    const at = performance.now();
    if (this.#train === undefined) this.#train = [{ at, bytes: 0 }];
    // A train has few pieces; a hostile one ends in a wrong figure, not in memory.
    else if (this.#train.length < 2 * PROBE_PIECES) {
      this.#train.push({ at, bytes: this.#train.at(-1)!.bytes + bytes });
    }
    if (left > 0) return;
    const train = this.#train;
    this.#train = undefined;
    this.onTrain(spreadOf(train));
  }
}

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
