import { forEach, SafeMap, SafeSet } from "../../runtime/safe/mod.ts";
import { SAMPLED_INVOCATIONS } from "./constants.ts";

/** What a profiled run migrates: a sample of these methods' invocations, whatever that costs; plain JSON. */
export interface SamplingModel {
  readonly sample: readonly string[];
}

/** Said to be saved, so that a migration point waits for a session that is opening. */
const WORTH_WAITING_MS = 60_000;

/**
 * Decides in a run that is made to measure: the first invocations of each sampled method migrate, then ever rarer ones,
 * so that early and late ones, small and large ones are seen without a million migrations. All others stay.
 */
export class SampledMigrations {
  readonly #calls = new SafeMap<string, number>();
  readonly #taken = new SafeMap<string, number>();
  readonly #sampled: ReadonlySet<string>;

  constructor({ sample }: SamplingModel) {
    const sampled = new SafeSet<string>();
    forEach(sample, (method) => sampled.add(method));
    this.#sampled = sampled;
  }

  decide(
    method: string,
  ): { migrate: boolean; hereMs: number; thereMs: number; reason: string; rest?: number } {
    const call = (this.#calls.get(method) ?? 0) + 1;
    this.#calls.set(method, call);
    const taken = this.#taken.get(method) ?? 0;
    // 1, 2, 3, then each that is half as far again.
    const due = call <= 3 || call >= 3 * 1.5 ** (taken - 2);
    const migrate = this.#sampled.has(method) && taken < SAMPLED_INVOCATIONS && due;
    if (!migrate) {
      // Nothing more is asked of a method that isn't sampled (any more): its invocations are counted all the same.
      const done = !this.#sampled.has(method) || taken >= SAMPLED_INVOCATIONS;
      return { migrate, hereMs: 0, thereMs: 0, reason: "not sampled", ...(done ? { rest: Infinity } : {}) };
    }
    this.#taken.set(method, taken + 1);
    return { migrate, hereMs: WORTH_WAITING_MS, thereMs: 0, reason: "sampled" };
  }

  observe(): void {}

  passed(): void {}

  setConditions(): void {}

  expectClone(): void {}

  ended(): void {}

  /** It learns nothing itself: what was measured is in the run's events. */
  toJSON(): null {
    return null;
  }
}
