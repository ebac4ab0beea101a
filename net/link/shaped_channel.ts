/**
 * Emulated links: what passes is delayed by half the round-trip time each way and paced at the link's bandwidth, in user
 * space, on the device's side of a real channel. All channels of one {@linkcode EmulatedLink} share its bandwidth.
 */
import type { Channel, ChannelSink } from "../channel/mod.ts";
import type { LinkSpec } from "./emulated_link.ts";

/** Queue of the emulated link, milliseconds: longer, and a ping would wait behind bulk as on a badly buffered link. */
const QUEUE_MS = 20;
/** Time on the wire of one piece, so that several channels take turns. */
const PIECE_MS = 10;
const MIN_PIECE_BYTES = 1_400;
const MAX_PIECE_BYTES = 32 * 1024;
/** Timers of the event loop are late by up to this; what is left is waited for turn by turn. */
const TIMER_SLACK_MS = 2;
/** On links slower than this a late timer doesn't show. */
const PRECISE_BELOW_RTT_MS = 20;

/** One direction of a link: when what is sent now arrives. */
export class Pacer {
  #bytesPerMs = 0;
  #delayMs = 0;
  #freeAt = 0;

  constructor(bytesPerSecond: number, delayMs: number) {
    this.set(bytesPerSecond, delayMs);
  }

  /** What is sent from now on goes at another pace. */
  set(bytesPerSecond: number, delayMs: number): void {
    this.#bytesPerMs = bytesPerSecond / 1000;
    this.#delayMs = delayMs;
  }

  get pieceBytes(): number {
    return Math.min(MAX_PIECE_BYTES, Math.max(MIN_PIECE_BYTES, Math.floor(this.#bytesPerMs * PIECE_MS)));
  }

  /** Takes the link for some bytes: when their last one arrives, and from when on more may be queued. */
  reserve(bytes: number, now: number): { arrivesAt: number; roomAt: number } {
    this.#freeAt = Math.max(this.#freeAt, now) + bytes / this.#bytesPerMs;
    return { arrivesAt: this.#freeAt + this.#delayMs, roomAt: this.#freeAt - QUEUE_MS };
  }
}

/** A link in between, shared by the channels that are put behind it. */
export class EmulatedLink {
  #spec: LinkSpec;
  readonly #up: Pacer;
  readonly #down: Pacer;

  constructor(spec: LinkSpec) {
    this.#spec = spec;
    this.#up = new Pacer(spec.upBytesPerSecond, spec.rttMs / 2);
    this.#down = new Pacer(spec.downBytesPerSecond, spec.rttMs / 2);
  }

  get spec(): LinkSpec {
    return this.#spec;
  }

  /** Becomes another link, as when a person walks away from the access point. */
  change(spec: LinkSpec): void {
    this.#spec = spec;
    this.#up.set(spec.upBytesPerSecond, spec.rttMs / 2);
    this.#down.set(spec.downBytesPerSecond, spec.rttMs / 2);
  }

  /** Puts a channel behind this link. The channel is the result's from now on. */
  shape(channel: Channel): Channel {
    const precise = this.#spec.rttMs < PRECISE_BELOW_RTT_MS;
    return new ShapedChannel(channel, new Line(this.#up, precise), new Line(this.#down, precise));
  }
}

class ShapedChannel implements Channel {
  readonly #inner: Channel;
  readonly #up: Line;
  readonly #down: Line;
  #sink: ChannelSink | undefined;

  constructor(inner: Channel, up: Line, down: Line) {
    this.#inner = inner;
    this.#up = up;
    this.#down = down;
  }

  start(sink: ChannelSink): void {
    this.#sink = sink;
    this.#inner.start({
      data: (chunk) => this.#down.send(chunk, (piece) => sink.data(piece)),
      end: (error) => this.#down.finish(() => sink.end(error)),
    });
  }

  write(chunk: Uint8Array): Promise<void> | void {
    return this.#up.send(chunk, (piece) => this.#inner.write(piece));
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#up.finish(() => resolve(this.#inner.close())));
  }

  abort(reason: Error): void {
    this.#up.drop();
    this.#down.drop();
    this.#inner.abort(reason);
    this.#sink?.end(reason);
    this.#sink = undefined;
  }
}

/** What one channel has under way in one direction. */
class Line {
  readonly #pacer: Pacer;
  readonly #precise: boolean;
  #queue: { at: number; deliver: () => Promise<void> | void }[] = [];
  #running = false;

  constructor(pacer: Pacer, precise: boolean) {
    this.#pacer = pacer;
    this.#precise = precise;
  }

  send(chunk: Uint8Array, deliver: (piece: Uint8Array) => Promise<void> | void): Promise<void> | void {
    let roomAt = 0;
    const now = performance.now();
    for (let at = 0; at < chunk.length; at += this.#pacer.pieceBytes) {
      const piece = chunk.subarray(at, at + this.#pacer.pieceBytes);
      const reserved = this.#pacer.reserve(piece.length, now);
      roomAt = reserved.roomAt;
      this.#queue.push({ at: reserved.arrivesAt, deliver: () => deliver(piece) });
    }
    if (!this.#running) this.#run();
    if (roomAt > now) return new Promise((resolve) => setTimeout(resolve, roomAt - now));
  }

  /** Runs after all that was sent is delivered. */
  finish(last: () => void): void {
    this.#queue.push({ at: this.#queue.at(-1)?.at ?? 0, deliver: last });
    if (!this.#running) this.#run();
  }

  drop(): void {
    this.#queue = [];
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      await this.#until(next.at);
      if (this.#queue[0] !== next) break;
      this.#queue.shift();
      await next.deliver();
    }
    this.#running = false;
  }

  async #until(at: number): Promise<void> {
    const slack = this.#precise ? TIMER_SLACK_MS : 0;
    const wait = at - performance.now() - slack;
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    while (performance.now() < at) await new Promise((resolve) => setImmediate(resolve));
  }
}
