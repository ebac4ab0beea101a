import type { Home } from "../home/mod.ts";
import { calibrate } from "../link/mod.ts";

const FILE = "speed.json";
/** How long a measured speed holds: a device throttles within minutes. */
const SPEED_AGE_MS = 60_000;
/** One from an earlier process that is older isn't used at all. */
const LONGEST_SPEED_AGE_MS = 24 * 3_600_000;
/** Before it is measured again: sessions open meanwhile. */
const SPEED_PAUSE_MS = 3_000;

/** How a speed is measured, and when again; tests bring their own. */
export interface Measuring {
  measure(): number;
  readonly pauseMs: number;
}

/**
 * This machine's speed, in the units of `net/link`: at once as it was when it was last measured, by an earlier process of this home
 * too, and measured again soon. A session that is about to open waits for it, at either end.
 */
export class OwnSpeed {
  readonly #home: Home;
  readonly #measuring: Measuring;
  #last: { readonly unitsPerMs: number; readonly at: number } | undefined;
  #due: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** With what the home remembers; nothing if that can't be read. */
  static async open(
    home: Home,
    measuring: Measuring = { measure: calibrate, pauseMs: SPEED_PAUSE_MS },
  ): Promise<OwnSpeed> {
    const kept = await home.readJson(FILE).catch(() => undefined);
    return new OwnSpeed(home, measuring, rememberedIn(kept));
  }

  private constructor(home: Home, measuring: Measuring, unitsPerMs: number | undefined) {
    this.#home = home;
    this.#measuring = measuring;
    if (unitsPerMs !== undefined) this.#last = { unitsPerMs, at: -Infinity };
  }

  /** Units a millisecond. Blocks for a calibration if none is known. */
  unitsPerMs(): number {
    if (this.#last === undefined) return this.#measure();
    // Who asks has something to do first, and a weak device takes a quarter of a second.
    if (performance.now() - this.#last.at > SPEED_AGE_MS) this.#measureSoon();
    return this.#last.unitsPerMs;
  }

  /** Sees to it that one is known when the first session opens, if that is not at once. */
  prepare(): void {
    if (this.#last === undefined) this.#measureSoon();
  }

  /** Measures no more; resolves when all is written. */
  close(): Promise<void> {
    clearTimeout(this.#due);
    return this.#writing;
  }

  #measureSoon(): void {
    if (this.#due !== undefined) return;
    this.#due = setTimeout(() => this.#measure(), this.#measuring.pauseMs);
    Deno.unrefTimer(this.#due);
  }

  #measure(): number {
    clearTimeout(this.#due);
    this.#due = undefined;
    const unitsPerMs = this.#measuring.measure();
    this.#last = { unitsPerMs, at: performance.now() };
    const kept = { unitsPerMs, at: Date.now() };
    // A home that can't be written to remembers nothing.
    this.#writing = this.#writing.then(() => this.#home.writeJson(FILE, kept)).catch(() => {});
    return unitsPerMs;
  }
}

function rememberedIn(kept: unknown): number | undefined {
  const { unitsPerMs, at } = (kept ?? {}) as Record<string, unknown>;
  if (!Number.isFinite(unitsPerMs) || (unitsPerMs as number) <= 0 || typeof at !== "number") return undefined;
  const ageMs = Date.now() - at;
  return ageMs >= 0 && ageMs < LONGEST_SPEED_AGE_MS ? unitsPerMs as number : undefined;
}
