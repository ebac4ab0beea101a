/**
 * Measures a link from the device: pings, and short trains of frames whose spread at the receiver gives the bandwidth.
 * Both ends speak the same few frames; the clone only answers.
 */
import { encodeFrame, type Frame, FrameDecoder } from "../../runtime/mod.ts";
import type { Channel } from "../channel/mod.ts";
import {
  EAGER_ROUNDS,
  FAR_RTT_MS,
  FIRST_PINGS,
  LARGE_PROBE_BYTES,
  LEAST_PROBE_BYTES,
  MAX_PIECE_BYTES,
  MAX_PROBES_PER_SECOND,
  NOISE,
  NOISY_PROBE_MS,
  PING_INTERVAL_MS,
  PING_WINDOW,
  PROBE_INTERVAL_MS,
  PROBE_MS,
  PROBE_PIECES,
  PROBE_WINDOW,
  REPEAT_PROBE_MS,
  RTT_GRAIN,
  RTT_GRAIN_MS,
  SHORT_PROBE_MS,
  SMALL_PROBE_BYTES,
  SURPRISE,
  TELLING_CHANGE,
} from "./constants.ts";
import type { LinkSpec } from "./emulated_link.ts";
import { type Arrival, spreadOf } from "./train.ts";
import { Bandwidth, type Spread, TransferWatch } from "./bandwidth.ts";

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

/** How a train went, and whether it had the link for itself. */
interface Probe extends Spread {
  readonly alone: boolean;
}

/** Measures from the device's side for as long as a session lives. It owns the channel. */
export class LinkMeter {
  readonly #ends: LinkEnds;
  readonly #rtts: number[] = [];
  readonly #up = new Bandwidth();
  readonly #down = new Bandwidth();
  readonly #sent = new TransferWatch((spread) => this.#up.passed(spread));
  readonly #arrived = new TransferWatch((spread) => this.#down.passed(spread));
  readonly #onChange: (link: LinkSpec) => void;
  #told: LinkSpec | undefined;
  readonly #probes: boolean;
  #waiting: { pong?: () => void; up?: (spread: Spread) => void; down?: (spread: Spread) => void } = {};
  #closed = false;
  #lastRttMs = 0;
  /** Session bytes so far, both ways: a probe among them tells its share. */
  #passed = 0;
  /** Of the last probes; long ago where all that is known was remembered. */
  #probedAt = -Infinity;

  /**
   * `onChange` is called whenever the link's measures changed by a telling amount. Without `probes`, for a network that costs by
   * the byte, only the first measure sends any: 8 KiB each way. What is `remembered` stands in for {@linkcode first}.
   */
  constructor(
    channel: Channel,
    onChange: (link: LinkSpec) => void = () => {},
    { probes = true, remembered }: { readonly probes?: boolean; readonly remembered?: LinkSpec | undefined } =
      {},
  ) {
    this.#onChange = onChange;
    this.#probes = probes;
    if (remembered !== undefined) this.#recall(remembered);
    this.#ends = new LinkEnds(channel, () => this.close());
    this.#ends.onPong = () => this.#waiting.pong?.();
    this.#ends.onTrain = (spread) => this.#waiting.down?.(spread);
    this.#ends.onReport = (spread) => this.#waiting.up?.(spread);
  }

  /** Takes the first measures: a few round trips and 8 (slow link) to 200 KiB (fast link) each way. @throws {Error} if the link breaks. */
  async first(signal: AbortSignal): Promise<LinkSpec> {
    for (let i = 0; i < FIRST_PINGS; i++) {
      await this.#ping(signal);
      // On a far link one is enough: the grain of timers doesn't show, and a session waits.
      if (this.#rtts[0]! > FAR_RTT_MS) break;
    }
    await this.#firstProbe("up", signal);
    await this.#firstProbe("down", signal);
    this.#probedAt = performance.now();
    return this.#told = this.current()!;
  }

  #recall(link: LinkSpec): void {
    this.#rtts.push(link.rttMs);
    // Most of a window: one probe that went wrong doesn't outweigh it, two that agree do.
    for (let i = 0; i < PROBE_WINDOW - 1; i++) {
      this.#up.probed({ bytes: link.upBytesPerSecond, ms: 1_000 });
      this.#down.probed({ bytes: link.downBytesPerSecond, ms: 1_000 });
    }
    this.#told = link;
  }

  /** What is known now, or undefined before {@linkcode first}. */
  current(): LinkSpec | undefined {
    const upBytesPerSecond = this.#up.value();
    const downBytesPerSecond = this.#down.value();
    if (this.#rtts.length === 0 || upBytesPerSecond === undefined || downBytesPerSecond === undefined) {
      return undefined;
    }
    return { rttMs: Math.min(...this.#rtts), upBytesPerSecond, downBytesPerSecond };
  }

  /** Session bytes that were sent; `waits` if the link takes no more now. */
  sent(bytes: number, waits: boolean): void {
    this.#passed += bytes;
    this.#sent.sent(bytes, waits);
  }

  /** The link takes more again, after bytes that had to wait. */
  hasRoom(): void {
    this.#sent.hasRoom();
  }

  /** Session bytes that arrived. */
  arrived(bytes: number): void {
    this.#passed += bytes;
    this.#arrived.arrived(bytes);
  }

  /** Goes on measuring until closed. A round's pings and probes of both directions go at the same time: far links are slow to ask. */
  async watch(): Promise<void> {
    const signal = new AbortController().signal;
    for (let round = 0; !this.#closed; round++) {
      await pause(PING_INTERVAL_MS);
      const due = round < EAGER_ROUNDS ||
        performance.now() - this.#probedAt >= PROBE_INTERVAL_MS - PING_INTERVAL_MS / 2;
      const asked = [this.#ping(signal)];
      if (due && this.#probes) {
        this.#probedAt = performance.now();
        asked.push(this.#probe("up", signal), this.#probe("down", signal));
      }
      const closed = (await Promise.allSettled(asked)).some(({ status }) => status === "rejected");
      if (closed) return;
      this.#tell();
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting.pong?.();
    this.#waiting.up?.({ bytes: 0, ms: 1 });
    this.#waiting.down?.({ bytes: 0, ms: 1 });
    this.#ends.channel.close();
  }

  #tell(): void {
    const link = this.current();
    if (link === undefined || this.#closed) return;
    const told = this.#told;
    const changed = told === undefined || (Object.keys(link) as (keyof LinkSpec)[])
      .some((key) => Math.abs(link[key] - told[key]) > TELLING_CHANGE * told[key]);
    if (!changed) return;
    this.#told = link;
    this.#onChange(link);
  }

  async #ping(signal: AbortSignal): Promise<void> {
    const at = performance.now();
    await this.#answer<void>("pong", signal, () => this.#ends.sendPing());
    const rtt = this.#lastRttMs = performance.now() - at;
    const known = Math.min(...this.#rtts);
    const isSlower = rtt > (1 + SURPRISE) * known;
    // Behind bulk a ping tells of the queue.
    if (isSlower && (this.#up.isPassing() || this.#down.isPassing())) return;
    const before = this.#rtts.at(-1);
    // Two in a row that agree: the link has become another.
    if (isSlower && before !== undefined && before > (1 + SURPRISE) * known) {
      this.#rtts.splice(0, this.#rtts.length, before);
    }
    this.#rtts.push(rtt);
    if (this.#rtts.length > PING_WINDOW) this.#rtts.shift();
  }

  /** A direction's first measure: short probes are repeated, larger. */
  async #firstProbe(way: "up" | "down", signal: AbortSignal): Promise<void> {
    const bandwidth = way === "up" ? this.#up : this.#down;
    const small = await this.#train(way, SMALL_PROBE_BYTES, signal);
    const isShort = small.ms < SHORT_PROBE_MS;
    if (!isShort || !this.#probes) bandwidth.probed(small);
    if (small.ms >= REPEAT_PROBE_MS || !this.#probes) return;
    const bytes = isShort ? LARGE_PROBE_BYTES : probeBytes(rateOf(small));
    for (let i = isShort ? 0 : 1; i < PROBE_WINDOW; i++) {
      bandwidth.probed(await this.#train(way, bytes, signal));
    }
  }

  /** Sized by what is known; asked again at once where the answer surprises. */
  async #probe(way: "up" | "down", signal: AbortSignal): Promise<void> {
    const bandwidth = way === "up" ? this.#up : this.#down;
    if (bandwidth.isPassing()) return;
    const ms = bandwidth.isNoisy ? NOISY_PROBE_MS : PROBE_MS;
    const first = await this.#train(way, probeBytes(bandwidth.value()!, ms), signal);
    if (first.bytes > LARGE_PROBE_BYTES / 2 && first.ms < PROBE_MS / 2) {
      return await this.#repeat(way, first, signal);
    }
    if (!first.alone || !bandwidth.isSurprising(first)) return bandwidth.probed(first);
    const more = [await this.#train(way, probeBytes(rateOf(first), ms), signal)];
    // Where pauses are usual, two in a row are too; but a link that became much slower isn't asked a third time.
    if (bandwidth.isNoisy && 2 * rateOf(first) > bandwidth.value()!) {
      more.push(await this.#train(way, probeBytes(rateOf(first), ms), signal));
    }
    const rates = [first, ...more].map(rateOf);
    const agree = Math.max(...rates) - Math.min(...rates) < SURPRISE * Math.max(...rates);
    if (agree && more.every(({ alone }) => alone)) bandwidth.changed(first, more[0]!);
    else bandwidth.probed(more.at(-1)!);
  }

  /** On a fast link the largest probe is short: of three, the middle one counts. */
  async #repeat(way: "up" | "down", first: Probe, signal: AbortSignal): Promise<void> {
    const three = [first];
    while (three.length < 3) three.push(await this.#train(way, LARGE_PROBE_BYTES, signal));
    const middle = three.sort((a, b) => rateOf(a) - rateOf(b))[1]!;
    const bandwidth = way === "up" ? this.#up : this.#down;
    const known = bandwidth.value()!;
    const agree = three.every(({ alone }) => alone) &&
      rateOf(three[2]!) - rateOf(three[0]!) < SURPRISE * rateOf(middle);
    if (agree && Math.abs(rateOf(middle) - known) > SURPRISE * known) bandwidth.changed(middle, middle);
    else bandwidth.probed(middle);
  }

  /**
   * What a pause delays comes at once afterwards, as on a faster link; but what was asked for can't have taken longer than it did,
   * if nothing else was in its way.
   */
  async #train(way: "up" | "down", bytes: number, signal: AbortSignal): Promise<Probe> {
    const at = performance.now();
    const passed = this.#passed;
    const spread = await this.#answer<Spread>(
      way,
      signal,
      () => way === "up" ? this.#ends.sendTrain(bytes) : this.#ends.sendRequest(bytes),
    );
    const fastest = Math.min(...this.#rtts);
    // A ping went ahead of it: a link that became farther isn't late.
    const rttMs = this.#lastRttMs > 2 * fastest ? this.#lastRttMs : fastest;
    const tookMs = performance.now() - at - rttMs - RTT_GRAIN_MS - RTT_GRAIN * rttMs;
    const alone = this.#passed - passed < bytes * NOISE;
    const isLate = alone && tookMs > (1 + NOISE) * spread.ms;
    return { bytes: spread.bytes, ms: isLate ? tookMs : spread.ms, alone };
  }

  #answer<T>(kind: "pong" | "up" | "down", signal: AbortSignal, ask: () => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const gone = () => reject(new Error("Cannot measure link: it was closed"));
      if (this.#closed) return gone();
      const abort = () => reject(signal.reason);
      signal.addEventListener("abort", abort, { once: true });
      this.#waiting[kind] = (value?: Spread) => {
        delete this.#waiting[kind];
        signal.removeEventListener("abort", abort);
        if (this.#closed) gone();
        else resolve(value as T);
      };
      ask();
    });
  }
}

/** Bytes that keep a link of this rate busy long enough. */
function probeBytes(bytesPerSecond: number, ms: number = PROBE_MS): number {
  const bytes = Math.round(bytesPerSecond * ms / 1000);
  return Math.max(LEAST_PROBE_BYTES, Math.min(LARGE_PROBE_BYTES, bytes));
}

function rateOf({ bytes, ms }: Spread): number {
  return bytes / Math.max(ms, 0.05) * 1000;
}

/** The frames of one end. */
class LinkEnds {
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

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => Deno.unrefTimer(setTimeout(resolve, ms)));
}
