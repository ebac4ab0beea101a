/** Measures a link from the device: pings, and short trains of frames whose spread at the receiver gives the bandwidth. */
import type { Channel } from "../channel/mod.ts";
import {
  AWAY_PROBE_INTERVAL_MS,
  BUCKET_PROBE_SHARE,
  EAGER_ROUNDS,
  FAR_RTT_MS,
  FIRST_PINGS,
  LARGE_PROBE_BYTES,
  LEAST_CONFIRMING_BYTES,
  LEAST_PROBE_BYTES,
  NOISE,
  NOISY_PROBE_MS,
  OTHER_LINK,
  PING_INTERVAL_MS,
  PING_WINDOW,
  PROBE_INTERVAL_MS,
  PROBE_MS,
  PROBE_WINDOW,
  REPEAT_PROBE_MS,
  RTT_GRAIN,
  RTT_GRAIN_MS,
  SHORT_PROBE_MS,
  SMALL_PROBE_BYTES,
  STEADY_PROBES,
  SURPRISE,
  TELLING_CHANGE,
} from "./constants.ts";
import type { LinkSpec } from "./emulated_link.ts";
import { LinkEnds } from "./link_ends.ts";
import { Bandwidth, type Spread, TransferWatch } from "./bandwidth.ts";

/** How a train went. */
interface Probe extends Spread {
  /** It had the link for itself. */
  readonly alone: boolean;
  /** It took much less than the link's pace would have: a token bucket let its beginning through at once. */
  readonly hadBucket: boolean;
}

/** What is known of a link. */
export interface LinkFigures {
  readonly link: LinkSpec;
  /** How far apart the last measures are, each. */
  readonly spread: LinkSpec;
  /** How long ago the older of both ways was measured. */
  readonly ageMs: number;
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
  /** Probes in a row that said nothing new. */
  #steady = 0;
  /** The rounds at the start are over. */
  #isSettled = false;
  readonly #isAway: () => boolean;
  /** What was measured before is only remembered. */
  readonly #begunAt: number;

  /**
   * `onChange` is called whenever the link's measures changed by a telling amount. Without `probes`, for a network that costs by
   * the byte, only the first measure sends any: 8 KiB each way. What is `remembered` stands in for {@linkcode first}. While a thread
   * `isAway`, nobody decides by these figures, and probes are few.
   */
  constructor(
    channel: Channel,
    onChange: (link: LinkSpec) => void = () => {},
    { probes = true, remembered, isAway = () => false }: {
      readonly probes?: boolean;
      readonly remembered?: LinkSpec | undefined;
      readonly isAway?: () => boolean;
    } = {},
  ) {
    this.#onChange = onChange;
    this.#probes = probes;
    this.#isAway = isAway;
    if (remembered !== undefined) this.#recall(remembered);
    this.#begunAt = performance.now();
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

  /** The same with how sure it is; undefined while there is only what was remembered. */
  figures(): LinkFigures | undefined {
    const link = this.current();
    const measuredAt = Math.min(this.#up.measuredAt, this.#down.measuredAt);
    if (link === undefined || measuredAt < this.#begunAt) return undefined;
    const spread = {
      rttMs: Math.max(...this.#rtts) - link.rttMs,
      upBytesPerSecond: this.#up.spread,
      downBytesPerSecond: this.#down.spread,
    };
    return { link, spread, ageMs: performance.now() - measuredAt };
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

  /** Goes on measuring until closed. */
  async watch(): Promise<void> {
    const signal = new AbortController().signal;
    for (let round = 0; !this.#closed; round++) {
      await pause(PING_INTERVAL_MS);
      try {
        await this.#round(round, signal);
      } catch {
        return;
      }
      this.#tell();
    }
  }

  /** A ping, and what it makes due. @throws {Error} when closed */
  async #round(round: number, signal: AbortSignal): Promise<void> {
    // Asked a second time at once: one that is late may have waited for either process.
    const isOther = await this.#ping(signal) === "other" && await this.#ping(signal) !== "usual";
    const interval = Math.max(
      this.#isAway() ? AWAY_PROBE_INTERVAL_MS : PROBE_INTERVAL_MS,
      ...[this.#up, this.#down].map(bucketIntervalMs),
    );
    this.#isSettled = round >= EAGER_ROUNDS;
    const due = isOther || !this.#isSettled ||
      performance.now() - this.#probedAt >= interval - PING_INTERVAL_MS / 2;
    if (!due || !this.#probes) return;
    this.#probedAt = performance.now();
    // Of another link nothing is known: what took the old one a moment may take this one seconds.
    if (isOther) return await this.#probeBoth(signal, LEAST_PROBE_BYTES);
    if (this.#steady < STEADY_PROBES) return await this.#probeBoth(signal);
    // A link that becomes another one mostly does so both ways: one at a time tells it as soon.
    const way = this.#steady % 2 === 0 ? "up" : "down";
    if (!await this.#probe(way, signal)) await this.#probe(way === "up" ? "down" : "up", signal);
  }

  async #probeBoth(signal: AbortSignal, bytes?: number): Promise<void> {
    // One direction's report would wait behind the other's train; but far links are slow to ask.
    if (Math.min(...this.#rtts) < FAR_RTT_MS) {
      await this.#probe("up", signal, bytes);
      await this.#probe("down", signal, bytes);
    } else await Promise.all([this.#probe("up", signal, bytes), this.#probe("down", signal, bytes)]);
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

  /** Whether the link seems to be another one by its answer: much farther, or much nearer. */
  async #ping(signal: AbortSignal): Promise<"usual" | "other" | "queued"> {
    const at = performance.now();
    await this.#answer<void>("pong", signal, () => this.#ends.sendPing());
    const rtt = this.#lastRttMs = performance.now() - at;
    const known = Math.min(...this.#rtts);
    const isSlower = rtt > (1 + SURPRISE) * known;
    // Behind bulk a ping tells of the queue.
    if (isSlower && (this.#up.isPassing() || this.#down.isPassing())) return "queued";
    const before = this.#rtts.at(-1);
    // Two in a row that agree: the link has become another.
    if (isSlower && before !== undefined && before > (1 + SURPRISE) * known) {
      this.#rtts.splice(0, this.#rtts.length, before);
    }
    this.#rtts.push(rtt);
    if (this.#rtts.length > PING_WINDOW) this.#rtts.shift();
    const isOther = rtt > OTHER_LINK * known + RTT_GRAIN_MS || OTHER_LINK * rtt + RTT_GRAIN_MS < known;
    return isOther ? "other" : "usual";
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
      const probe = await this.#train(way, bytes, signal);
      bandwidth.probed(probe);
      bandwidth.hasBucket ||= probe.hadBucket;
      if (probe.ms >= REPEAT_PROBE_MS) break;
    }
  }

  /** Measures one direction, and tells whether it is as it was known to be. */
  async #probe(way: "up" | "down", signal: AbortSignal, bytes?: number): Promise<boolean> {
    const bandwidth = way === "up" ? this.#up : this.#down;
    if (bandwidth.isPassing()) {
      // Real transfers tell it.
      this.#steady++;
      return true;
    }
    const ms = bandwidth.isNoisy ? NOISY_PROBE_MS : PROBE_MS;
    const sized = bandwidth.hasBucket ? LARGE_PROBE_BYTES : probeBytes(bandwidth.value()!, ms);
    const asked = await this.#train(way, bytes ?? sized, signal);
    if (bandwidth.hasBucket && asked.alone) bandwidth.hasBucket = asked.hadBucket;
    const first = bytes === undefined ? await this.#throughBucket(way, asked, signal) : asked;
    const isAsKnown = bytes === undefined && this.#isAsKnown(bandwidth, first);
    this.#steady = isAsKnown ? this.#steady + 1 : 0;
    if (isAsKnown) bandwidth.probed(first);
    else await this.#probeNews(way, { first, ms, sized: bytes === undefined }, signal);
    return isAsKnown;
  }

  /** A small probe that was much faster than what is known may have gone through a bucket: a large one tells. */
  async #throughBucket(way: "up" | "down", probe: Probe, signal: AbortSignal): Promise<Probe> {
    const bandwidth = way === "up" ? this.#up : this.#down;
    const isFaster = rateOf(probe) > OTHER_LINK * bandwidth.value()!;
    if (!isFaster || probe.bytes > LARGE_PROBE_BYTES / 2) return probe;
    const large = await this.#train(way, LARGE_PROBE_BYTES, signal);
    bandwidth.hasBucket = large.hadBucket;
    return large;
  }

  /** Where probes disagree anyway, one more that does says nothing, unless it is far from all. */
  #isAsKnown(bandwidth: Bandwidth, probe: Probe): boolean {
    if (!bandwidth.isNews(probe)) return true;
    const change = rateOf(probe) / bandwidth.value()!;
    return this.#isSettled && bandwidth.isNoisy && change < OTHER_LINK && change > 1 / OTHER_LINK;
  }

  /** Asks again at once where an answer surprises, or where it was not `sized` by what is known. */
  async #probeNews(
    way: "up" | "down",
    { first, ms, sized }: { first: Probe; ms: number; sized: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    const bandwidth = way === "up" ? this.#up : this.#down;
    if (first.bytes > LARGE_PROBE_BYTES / 2 && first.ms < PROBE_MS / 2) {
      return await this.#repeat(way, first, signal);
    }
    if (sized && (!first.alone || !bandwidth.isSurprising(first))) return bandwidth.probed(first);
    // Where pauses are usual, two in a row are too; but a link that became much slower isn't asked a third time.
    const wanted = bandwidth.isNoisy && 2 * rateOf(first) > bandwidth.value()! ? 3 : 2;
    const all = [first];
    // One more than has to agree: the first was sized for another rate.
    while (all.length <= wanted) {
      const bytes = Math.max(LEAST_CONFIRMING_BYTES, probeBytes(rateOf(all.at(-1)!), ms));
      all.push(await this.#train(way, bytes, signal));
      const last = all.slice(-wanted);
      if (last.length === wanted && agree(last)) return bandwidth.changed(last.at(-2)!, last.at(-1)!);
    }
    bandwidth.probed(all.at(-1)!);
  }

  /** On a fast link the largest probe is short: of three, the middle one counts. */
  async #repeat(way: "up" | "down", first: Probe, signal: AbortSignal): Promise<void> {
    const three = [first];
    while (three.length < 3) three.push(await this.#train(way, LARGE_PROBE_BYTES, signal));
    const middle = three.sort((a, b) => rateOf(a) - rateOf(b))[1]!;
    const bandwidth = way === "up" ? this.#up : this.#down;
    const known = bandwidth.value()!;
    // However far apart: where all are far off, on the same side, nothing that is known holds any more.
    const rates = three.map(rateOf);
    const isOther = Math.min(...rates) > OTHER_LINK * known || OTHER_LINK * Math.max(...rates) < known;
    if (isOther || agree(three) && Math.abs(rateOf(middle) - known) > SURPRISE * known) {
      bandwidth.changed(middle, middle);
    } else bandwidth.probed(middle);
  }

  /**
   * What a pause delays comes at once afterwards, as on a faster link; but what was asked for can't have taken longer than it did,
   * if nothing else was in its way. A pace that is as known needs no such check: a slow device's own pauses would count.
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
    const isLate = alone && tookMs > (1 + NOISE) * spread.ms &&
      (way === "up" ? this.#up : this.#down).isNews(spread);
    const hadBucket = tookMs < (1 - NOISE) * spread.ms;
    return { bytes: spread.bytes, ms: isLate ? tookMs : spread.ms, alone, hadBucket };
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

/** Whether probes that had the link for themselves say the same. */
function agree(probes: readonly Probe[]): boolean {
  const rates = probes.map(rateOf);
  return Math.max(...rates) - Math.min(...rates) < SURPRISE * Math.max(...rates) &&
    probes.every(({ alone }) => alone);
}

/** Bytes that keep a link of this rate busy long enough. */
function probeBytes(bytesPerSecond: number, ms: number = PROBE_MS): number {
  const bytes = Math.round(bytesPerSecond * ms / 1000);
  return Math.max(LEAST_PROBE_BYTES, Math.min(LARGE_PROBE_BYTES, bytes));
}

/** Least time between probes of a direction, the other one's in between. */
function bucketIntervalMs(bandwidth: Bandwidth): number {
  if (!bandwidth.hasBucket) return 0;
  return LARGE_PROBE_BYTES / bandwidth.value()! * 1000 / (2 * BUCKET_PROBE_SHARE);
}

function rateOf({ bytes, ms }: Spread): number {
  return bytes / Math.max(ms, 0.05) * 1000;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => Deno.unrefTimer(setTimeout(resolve, ms)));
}
