import { forEach, isFiniteNumber, map, max, min } from "../../runtime/safe/mod.ts";
import { addPoint, addSums, emptySums, fitGrowth, keepSpread, type LineSums, spreadOf } from "./line_fit.ts";
import {
  CLEARLY_BETTER,
  FORGET,
  MIN_FIT,
  MIN_POINTS,
  MIN_SPREAD,
  MIN_SQUARE_POINTS,
  OWN_FEATURES,
  RUN_ARGUMENTS,
  RUN_BYTES,
  RUN_NUMBER,
} from "./constants.ts";

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
      linear: map(sums.linear, copied),
      square: map(sums.square, copied),
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

  /** How far the sizes that explain the quantity lie apart, as a share of their mean; 0 if none does. */
  get spread(): number {
    const seen = this.#position < 0 ? undefined : this.sums.linear[this.#position];
    return seen === undefined ? 0 : spreadOf(seen);
  }

  /** The mean quantity of what was seen. */
  get mean(): number {
    const { n, y } = this.sums.plain;
    return n > 0 ? y / n : 0;
  }

  /** What it says of size 0; the mean if no size explains the quantity. */
  get base(): number {
    return this.#base;
  }

  /** The mean of what it says of another one's points. */
  meanOver(other: SizeModel): number {
    const list = this.#squared ? other.sums.square : other.sums.linear;
    const seen = this.#position < 0 ? undefined : list[this.#position];
    return seen && seen.n > 0 ? max(0, this.#base + this.#slope * seen.x / seen.n) : this.mean;
  }

  /** The quantity for an invocation with these features; never below 0. */
  at(features: ArrayLike<number>): number {
    if (this.#position < 0) return this.#base;
    const x = features[this.#position];
    if (x === undefined || x !== x) return this.mean;
    return max(0, this.#base + this.#slope * (this.#squared ? x * x : x));
  }

  /** The same, but while only one size was seen of the feature at `position`, it grows as that does, `most` times at most. */
  inProportion(features: ArrayLike<number>, position: number, most = MAX_PROPORTION): number {
    const seen = this.sums.linear[position];
    const x = features[position] ?? 0;
    if (this.sized || this.varies(position) || !seen || !(seen.x > 0) || !(x > 0)) return this.at(features);
    const times = x * seen.n / seen.x;
    return this.#base * min(most, max(1 / most, times));
  }

  /** The mean of what was seen of the feature at `position`; 0 if nothing was. */
  meanOf(position: number): number {
    const seen = this.sums.linear[position];
    return seen && seen.n > 0 ? seen.x / seen.n : 0;
  }

  /** Whether different sizes were seen of the feature at `position`: so far apart at least, as a share of their mean. */
  varies(position: number, leastSpread = MIN_SPREAD): boolean {
    const seen = this.sums.linear[position];
    return seen !== undefined && seen !== null && seen.n > 0 && spreadOf(seen) >= leastSpread;
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
    const scaleAll = (list: LineSums[]) => map(list, (sums) => sums === null ? sums : scale(sums));
    const { plain, linear, square } = this.sums;
    return new SizeModel({ plain: scale(plain), linear: scaleAll(linear), square: scaleAll(square) });
  }

  /** Takes what one invocation really took. */
  add(features: ArrayLike<number>, { y, weight = 1 }: { y: number; weight?: number }): void {
    const keep = FORGET ** weight;
    const list = this.#squared ? this.sums.square : this.sums.linear;
    const known = this.#position >= 0 ? list[this.#position] : undefined;
    addPoint(this.sums.plain, 0, { y, keep });
    for (let i = 0; i < features.length && i < MAX_POSITIONS; i++) {
      const x = features[i]!;
      if (!isFiniteNumber(x)) continue;
      addPoint(this.sums.linear[i] ??= emptySums(), x, { y, keep });
      addPoint(this.sums.square[i] ??= emptySums(), x * x, { y, keep });
    }
    // Many of one size would make it forget how others go.
    if (known !== undefined) keepSpread(known, this.#slope, 2 * leastSpread(this.#squared));
    this.#fit();
  }

  /** Its sums, weighing as so many points at most. */
  capped(points: number): SizeSums {
    const scaled = emptySizeSums();
    addSizeSums(scaled, this.sums, min(1, points / max(1, this.points)));
    return scaled;
  }

  #fit(): void {
    const { plain, linear, square } = this.sums;
    this.#position = -1;
    this.#base = plain.n > 0 ? plain.y / plain.n : 0;
    this.#fitTo(square, true, this.#fitTo(linear, false, -1));
  }

  /** Takes what explains the quantity clearly better than `best`; returns how well the best one does. */
  #fitTo(list: readonly LineSums[], squared: boolean, best: number): number {
    for (let k = 0; k < LIKELIEST.length; k++) {
      const sums = list[LIKELIEST[k]!];
      if (sums === undefined || sums === null || sums.n < (squared ? MIN_SQUARE_POINTS : MIN_POINTS)) {
        continue;
      }
      if (spreadOf(sums) < leastSpread(squared)) continue;
      const { base, slope, fit } = fitGrowth(sums);
      if (!(slope > 0) || fit < MIN_FIT || best >= 0 && fit <= best + CLEARLY_BETTER) continue;
      best = fit;
      this.#position = LIKELIEST[k]!;
      this.#squared = squared;
      this.#base = base;
      this.#slope = slope;
    }
    return best;
  }
}

/** A position that was never seen has none. */
function copied(sums: LineSums): LineSums {
  return sums && { ...sums };
}

/** Squares lie twice as far apart. */
function leastSpread(squared: boolean): number {
  return squared ? 2 * MIN_SPREAD : MIN_SPREAD;
}

/** Further than that nothing is guessed from one size. */
const MAX_PROPORTION = 16;

/** Same bound as profiles have; repeated here so that the app process loads nothing else. */
const MAX_POSITIONS = OWN_FEATURES + 8;
/** What time goes by is most likely the bytes of a run's files, then the size of the method's own arguments. */
const LIKELIEST = [
  RUN_BYTES,
  ...Array.from({ length: MAX_POSITIONS - OWN_FEATURES }, (_, i) => OWN_FEATURES + i),
  RUN_ARGUMENTS,
  RUN_NUMBER,
];

/** Adds sums of a profile to others, every point counted `weight` times. */
export function addSizeSums(target: SizeSums, more: SizeSums, weight = 1): void {
  addSums(target.plain, more.plain, weight);
  addLists(target.linear, more.linear, weight);
  addLists(target.square, more.square, weight);
}

function addLists(target: LineSums[], more: readonly LineSums[], weight: number): void {
  forEach(more, (sums, i) => {
    // A position that was never seen is a hole, or null once it was JSON.
    if (sums) addSums(target[i] ??= emptySums(), sums, weight);
  });
}

/** The sums of both. */
export function withSums(a: SizeSums, b: SizeSums): SizeSums {
  const sum = emptySizeSums();
  addSizeSums(sum, a);
  addSizeSums(sum, b);
  return sum;
}
