import { calibrate } from "../link/mod.ts";

/** How long a measured speed holds: a device throttles within minutes. */
const SPEED_AGE_MS = 60_000;
/** One that is older isn't used at all. */
const LONGEST_SPEED_AGE_MS = 600_000;
/** Before it is measured again: sessions open meanwhile. */
const SPEED_PAUSE_MS = 3_000;

/** This machine's speed, in the units of `net/link`; measured when it is asked for, and again some time later. */
export class OwnSpeed {
  #last: { unitsPerMs: number; at: number } | undefined;
  #isDue = false;

  /** Units a millisecond. Blocks for a calibration if none was made lately. */
  unitsPerMs(): number {
    const ageMs = performance.now() - (this.#last?.at ?? -Infinity);
    if (this.#last === undefined || ageMs > LONGEST_SPEED_AGE_MS) return this.#measure();
    if (ageMs > SPEED_AGE_MS && !this.#isDue) {
      // Who asks has something to do first, and a weak device takes a quarter of a second.
      this.#isDue = true;
      Deno.unrefTimer(setTimeout(() => this.#measure(), SPEED_PAUSE_MS));
    }
    return this.#last.unitsPerMs;
  }

  #measure(): number {
    this.#isDue = false;
    this.#last = { unitsPerMs: calibrate(), at: performance.now() };
    return this.#last.unitsPerMs;
  }
}
