import { addPoint, addSums, emptySums, fitLine, type LineSums } from "./line_fit.ts";
import { FORGET, MIN_FIT, MIN_POINTS } from "./constants.ts";

/** How a quantity (time, bytes) depends on an invocation's size, as sums that add up and travel as JSON. */
export interface SizeSums {
  /** The quantity alone. */
  readonly plain: LineSums;
  /** Against each feature, by position: against its value, and against its square (pairwise work). */
  readonly linear: LineSums[];
  readonly square: LineSums[];
}

/** No points yet. */
export function emptySizeSums(): SizeSums {
  return { plain: emptySums(), linear: [], square: [] };
}

/** Sums of one known mean, weighing as `points` points. */
export function meanSums(mean: number, points: number): SizeSums {
  return {
    plain: { n: points, x: 0, y: mean * points, xx: 0, xy: 0, yy: mean * mean * points },
    linear: [],
    square: [],
  };
}

/** Predicts a quantity from features, and learns it: a line through the feature that explains it best, else the mean. */
export class SizeModel {
  readonly sums: SizeSums;
  #position = -1;
  #squared = false;
  #base = 0;
  #slope = 0;

  constructor(sums: SizeSums = emptySizeSums()) {
    this.sums = {
      plain: { ...sums.plain },
      linear: sums.linear.map((s) => ({ ...s })),
      square: sums.square.map((s) => ({ ...s })),
    };
    this.#fit();
  }

  /** How many points it rests on; old ones count less. */
  get points(): number {
    return this.sums.plain.n;
  }

  /** Whether it has learned how the quantity depends on size. */
  get sized(): boolean {
    return this.#position >= 0;
  }

  /** The quantity for an invocation with these features; never below 0. */
  at(features: ArrayLike<number>): number {
    if (this.#position < 0) return this.#base;
    const x = features[this.#position];
    if (x === undefined || x !== x) return this.sums.plain.n > 0 ? this.sums.plain.y / this.sums.plain.n : 0;
    return Math.max(0, this.#base + this.#slope * (this.#squared ? x * x : x));
  }

  /** The same, but while nothing shows how it depends on size, it grows as the feature at `position` does. */
  inProportion(features: ArrayLike<number>, position: number): number {
    const seen = this.sums.linear[position];
    const x = features[position] ?? 0;
    if (this.sized || !seen || seen.n === 0 || !(seen.x > 0) || !(x > 0)) return this.at(features);
    const times = x * seen.n / seen.x;
    return this.#base * Math.min(MAX_PROPORTION, Math.max(1 / MAX_PROPORTION, times));
  }

  /** The same with every quantity so many times as large. */
  scaled(times: number): SizeModel {
    const scale = (sums: LineSums) => ({
      ...sums,
      y: sums.y * times,
      xy: sums.xy * times,
      yy: sums.yy * times * times,
    });
    // A position that was never seen is a hole, or null once it was JSON.
    const scaleAll = (list: LineSums[]) => list.map((sums) => sums === null ? sums : scale(sums));
    const { plain, linear, square } = this.sums;
    return new SizeModel({ plain: scale(plain), linear: scaleAll(linear), square: scaleAll(square) });
  }

  /** Takes what one invocation really took. */
  add(features: ArrayLike<number>, { y, weight = 1 }: { y: number; weight?: number }): void {
    const keep = FORGET ** weight;
    addPoint(this.sums.plain, 0, { y, keep });
    for (let i = 0; i < features.length && i < MAX_POSITIONS; i++) {
      const x = features[i]!;
      if (!Number.isFinite(x)) continue;
      addPoint(this.sums.linear[i] ??= emptySums(), x, { y, keep });
      addPoint(this.sums.square[i] ??= emptySums(), x * x, { y, keep });
    }
    this.#fit();
  }

  #fit(): void {
    const { plain, linear, square } = this.sums;
    this.#position = -1;
    this.#base = plain.n > 0 ? plain.y / plain.n : 0;
    let best = MIN_FIT;
    for (const [k, sums] of [linear, square].entries()) {
      for (let i = 0; i < sums.length; i++) {
        const own = sums[i];
        if (own === undefined || own === null || own.n < MIN_POINTS) continue;
        const { base, slope, fit } = fitLine(own);
        // A square must explain clearly more than the plain value to be believed far outside what was seen.
        if (fit <= best + (k === 1 ? 0.02 : 0)) continue;
        best = fit;
        [this.#position, this.#squared, this.#base, this.#slope] = [i, k === 1, base, slope];
      }
    }
  }
}

/** Further than that nothing is guessed from one size. */
const MAX_PROPORTION = 16;

/** Same bound as profiles have; repeated here so that the app process loads nothing else. */
const MAX_POSITIONS = 8;

/** Adds sums of a profile to others, every point counted `weight` times. */
export function addSizeSums(target: SizeSums, more: SizeSums, weight = 1): void {
  addSums(target.plain, more.plain, weight);
  for (const key of ["linear", "square"] as const) {
    for (const [i, sums] of more[key].entries()) addSums(target[key][i] ??= emptySums(), sums, weight);
  }
}
