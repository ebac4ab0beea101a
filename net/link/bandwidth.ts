import {
  LONG_PASSIVE_MS,
  NOISE,
  PASSIVE_AGE_MS,
  PASSIVE_BYTES,
  PASSIVE_GAP_MS,
  PASSIVE_HOLD_MS,
  PASSIVE_MS,
  PROBE_WINDOW,
  SHORT_PROBE_MS,
  SURPRISE,
} from "./constants.ts";

/** How a run of bytes arrived, or left. */
export interface Spread {
  readonly bytes: number;
  readonly ms: number;
}

/** Least spread a run is given: below it the clock's and the event loop's grain is all there is. */
const MIN_SPREAD_MS = 0.05;

/**
 * One direction's bandwidth: the median of the last probes, or what real transfers showed lately. Where probes disagree one of the
 * machines pauses now and then, which makes probes slower only: then the fastest counts.
 *
 * A short probe on a fast link shows too little (slow start, compilers, timers), so a higher rate of real bulk counts instead,
 * but only while probes are short: a link that becomes slow shows in the next probes. While bulk flows it alone counts: probes
 * stay away then.
 */
export class Bandwidth {
  #probes: Spread[] = [];
  #probedAt = 0;
  #passed: { rate: number; at: number } | undefined;
  /** What is small goes faster, for a token bucket in between lets it through at once: only large probes tell. */
  hasBucket = false;

  /** Bytes a second; undefined before the first probe. */
  value(now: number = performance.now()): number | undefined {
    const sorted = this.#probes.map(rate).sort((a, b) => a - b);
    // Of a short one either end may be late; of what a bucket let through, some more may count than was the link's.
    const pauses = this.isNoisy && !this.hasBucket && this.#probes.every(({ ms }) => ms >= SHORT_PROBE_MS);
    const median = pauses ? sorted.at(-1) : sorted[sorted.length >> 1];
    if (median === undefined || this.#passed === undefined) return median;
    const { rate: passed, at } = this.#passed;
    if (this.isPassing(now) && at > this.#probedAt) return passed;
    const usable = now - at < PASSIVE_AGE_MS && this.#probes.every(({ ms }) => ms < SHORT_PROBE_MS);
    return usable ? Math.max(median, passed) : median;
  }

  /** Whether the last probes disagree. */
  get isNoisy(): boolean {
    const sorted = this.#probes.map(rate).sort((a, b) => a - b);
    return sorted.length > 1 && sorted.at(-1)! - sorted[0]! > NOISE * sorted[sorted.length >> 1]!;
  }

  /** How far apart the last probes are, bytes a second. */
  get spread(): number {
    const rates = this.#probes.map(rate);
    return Math.max(...rates) - Math.min(...rates);
  }

  /** When it was measured last, as `performance.now()` counts. */
  get measuredAt(): number {
    return Math.max(this.#probedAt, this.#passed?.at ?? 0);
  }

  /** The last probe's. */
  get latest(): number | undefined {
    const last = this.#probes.at(-1);
    return last && rate(last);
  }

  /** Whether a real transfer shows the bandwidth now. */
  isPassing(now: number = performance.now()): boolean {
    return this.#passed !== undefined && now - this.#passed.at < PASSIVE_HOLD_MS;
  }

  /** Whether a probe says something else than what is known, and is long enough to be believed. */
  isSurprising(spread: Spread): boolean {
    return this.#probes.length > 0 && spread.ms >= SHORT_PROBE_MS && this.isNews(spread);
  }

  /** Whether a probe says something else than what is known, if anything is. */
  isNews(spread: Spread): boolean {
    const known = this.value();
    return known === undefined || Math.abs(rate(spread) - known) > SURPRISE * known;
  }

  probed(spread: Spread, now: number = performance.now()): void {
    this.#probedAt = now;
    this.#probes.push(spread);
    if (this.#probes.length > PROBE_WINDOW) this.#probes.shift();
  }

  /** Two probes, one right after the other, that agree: the link has changed, and what was known is of the past. */
  changed(first: Spread, second: Spread): void {
    this.#passed = undefined;
    this.#probes = [first];
    this.probed(second);
  }

  /** A real transfer's rate. It can be the sender's, so that a lower one counts only a little unless it took long. */
  passed(spread: Spread, now: number = performance.now()): void {
    const before = this.isPassing(now) || spread.ms < LONG_PASSIVE_MS ? this.#passed?.rate ?? 0 : 0;
    const sample = rate(spread);
    const weight = sample > before ? 1 : spread.ms >= LONG_PASSIVE_MS ? 0.5 : 0.2;
    this.#passed = { rate: weight * sample + (1 - weight) * before, at: now };
  }
}

/** Watches bytes that go or come, and tells the rate of those that did so without pause. */
export class TransferWatch {
  readonly #tell: (spread: Spread) => void;
  #since: number | undefined;
  #last = 0;
  #bytes = 0;
  /** When the sender could go on; undefined while it waits. */
  #roomAt: number | undefined;

  constructor(tell: (spread: Spread) => void) {
    this.#tell = tell;
  }

  /** Bytes that arrived. */
  arrived(bytes: number, now: number = performance.now()): void {
    if (now - this.#last > PASSIVE_GAP_MS) this.#since = undefined;
    this.#last = now;
    this.#count(bytes, { now, goesOn: true });
  }

  /** Bytes that were sent; `waits` if the link takes no more now, so that it sets the pace. */
  sent(bytes: number, waits: boolean, now: number = performance.now()): void {
    // Who had room and sent nothing set the pace itself.
    if (this.#roomAt !== undefined && now - this.#roomAt > PASSIVE_GAP_MS) this.#since = undefined;
    this.#roomAt = undefined;
    this.#count(bytes, { now, goesOn: waits });
  }

  /** The link takes more again. */
  hasRoom(now: number = performance.now()): void {
    this.#roomAt = now;
  }

  #count(bytes: number, { now, goesOn }: { now: number; goesOn: boolean }): void {
    if (this.#since !== undefined) {
      this.#bytes += bytes;
      const ms = now - this.#since;
      if (this.#bytes >= PASSIVE_BYTES ? ms >= PASSIVE_MS : ms >= LONG_PASSIVE_MS) {
        this.#tell({ bytes: this.#bytes, ms });
        this.#since = undefined;
      }
    }
    if (!goesOn) this.#since = undefined;
    else if (this.#since === undefined) [this.#since, this.#bytes] = [now, 0];
  }
}

function rate({ bytes, ms }: Spread): number {
  return bytes / Math.max(ms, MIN_SPREAD_MS) * 1000;
}
