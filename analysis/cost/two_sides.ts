import { max, min, sqrt } from "../../runtime/safe/mod.ts";
import {
  EQUAL_POINTS,
  EQUAL_SPREAD,
  FAR_APART,
  MAX_APTNESS,
  MAX_HERE_CORRECTION,
  RATIO_PRIOR_POINTS,
  RUN_BYTES,
  TIGHT_BOUNDS,
  WIDER,
} from "./constants.ts";
import { SizeModel, type SizeSums, withSums } from "./size_model.ts";

/** What an invocation takes on the device and at a clone as fast as the device, as seen so far. */
export interface SidesModel {
  readonly here: SizeSums;
  readonly there: SizeSums;
  readonly hereMeasured: boolean;
  readonly hereObserved?: boolean;
}

/** What a run that stayed says of one method. */
export interface Stayed {
  readonly invocations: number;
  /** Whole time of them on the device, milliseconds: as was thought, at least and at most. */
  readonly thoughtMs: number;
  readonly leastMs: number;
  readonly mostMs: number;
  /** Of the only invocation, or the first. */
  readonly features: ArrayLike<number>;
}

/**
 * How long one method's invocations take on either side, by their size. Work is the same on both sides but for a ratio, which
 * the clone's speed doesn't say of this method: so one side's times tell how the other's depend on size.
 */
export class TwoSides {
  #here: SizeModel;
  #there: SizeModel;
  #measured: boolean;
  #observed: boolean;
  /** Both sides as one, while neither shows by itself how time depends on size but both together do. */
  #joint: SizeModel | undefined;
  /** Both together show that it doesn't. */
  #flat = false;
  /** Time at a clone as fast as the device by time here, where one side shows how it depends on size. */
  #ratio = 1;
  /** Which side that is. */
  #sized: "here" | "there" | "none" = "none";

  constructor(model: SidesModel) {
    this.#here = new SizeModel(model.here);
    this.#there = new SizeModel(model.there);
    this.#measured = model.hereMeasured;
    this.#observed = model.hereObserved ?? false;
    this.#compare();
  }

  get herePoints(): number {
    return this.#here.points;
  }

  get therePoints(): number {
    return this.#there.points;
  }

  /** Milliseconds here; `perRun`: it is invoked about once a run, so that its time goes by the run's input. */
  hereAt(features: ArrayLike<number>, perRun: boolean): number {
    if (this.#there.points === 0) return timeOf(this.#here, features, perRun);
    // A sampler's guess of what one of many invocations takes is worth less than any measurement.
    if (!this.#measured) return timeOf(this.#there, features, perRun);
    if (this.#sized === "here") return this.#here.at(features);
    if (this.#sized === "there") return this.#there.at(features) / this.#ratio;
    if (this.#joint !== undefined) return this.#between(this.#joint, this.#here, { features, perRun });
    if (this.#flat) return this.#here.mean;
    return this.#bounded(features, perRun);
  }

  /** Milliseconds of work at a clone as fast as the device. */
  thereAt(features: ArrayLike<number>, perRun: boolean): number {
    if (this.#there.points === 0) return timeOf(this.#here, features, perRun);
    if (!this.#measured) return timeOf(this.#there, features, perRun);
    if (this.#sized === "here") return this.#here.at(features) * this.#ratio;
    if (this.#sized === "there") return this.#there.at(features);
    if (this.#joint !== undefined) return this.#between(this.#joint, this.#there, { features, perRun });
    if (this.#flat) return this.#there.mean;
    return timeOf(this.#there, features, perRun);
  }

  ranHere(ms: number, features: ArrayLike<number>): void {
    if (!this.#measured) this.#here = new SizeModel();
    this.#measured = true;
    this.#observed = true;
    this.#here.add(features, { y: ms });
    this.#compare();
  }

  ranThere(ms: number, features: ArrayLike<number>): void {
    this.#there.add(features, { y: ms });
    this.#compare();
  }

  /** A run in which nothing migrated bounds what its invocations took: what was thought moves in between. */
  stayed({ invocations, thoughtMs, leastMs, mostMs, features }: Stayed): void {
    const tookMs = min(mostMs, max(leastMs, thoughtMs));
    if (!this.#measured) return this.ranHere(tookMs / invocations, features);
    if (invocations === 1 && mostMs <= leastMs * TIGHT_BOUNDS) {
      const limit = max(1 / MAX_HERE_CORRECTION, min(MAX_HERE_CORRECTION, tookMs / thoughtMs));
      return this.ranHere(thoughtMs * limit, features);
    }
    if (tookMs === thoughtMs) return;
    this.#observed = true;
    const times = max(1 / MAX_HERE_CORRECTION, min(MAX_HERE_CORRECTION, tookMs / thoughtMs));
    this.#here = this.#here.scaled(times);
    this.#compare();
  }

  toJSON(): SidesModel {
    return {
      here: this.#here.sums,
      there: this.#there.sums,
      hereMeasured: this.#measured,
      ...(this.#observed ? { hereObserved: true } : {}),
    };
  }

  /**
   * One size was seen on each side. Either the sides are as fast as was thought and the two sizes show how time grows, or it grows
   * in proportion and they show how fast the sides are: in the middle of both it is wrong by the least factor,
   * but no machine is further from its speed than so much.
   */
  #between(
    joint: SizeModel,
    own: SizeModel,
    { features, perRun }: { features: ArrayLike<number>; perRun: boolean },
  ): number {
    const grown = perRun && joint.varies(RUN_BYTES) ? own.inProportion(features, RUN_BYTES) : 0;
    const together = joint.at(features);
    const times = grown > 0 && together > 0 ? sqrt(grown / together) : 1;
    return together * max(1 / MAX_APTNESS, min(MAX_APTNESS, times));
  }

  /** By times here alone; but no longer than the clone says that saw inputs nearer in size: so they may be far from those seen here. */
  #bounded(features: ArrayLike<number>, perRun: boolean): number {
    if (!perRun || distanceOf(this.#there, features) >= distanceOf(this.#here, features)) {
      return timeOf(this.#here, features, perRun);
    }
    const ms = this.#here.inProportion(features, RUN_BYTES, Infinity);
    return min(ms, MAX_APTNESS * timeOf(this.#there, features, perRun));
  }

  #compare(): void {
    const here = this.#here, there = this.#there;
    this.#joint = undefined;
    this.#flat = false;
    this.#ratio = 1;
    this.#sized = "none";
    if (here.points === 0 || there.points === 0) return;
    if (here.sized && (!there.sized || showsMore(here, there))) {
      this.#sized = "here";
      this.#ratio = ratioOf(there, here);
    } else if (there.sized) {
      this.#sized = "there";
      this.#ratio = 1 / ratioOf(here, there);
    } else {
      const joint = new SizeModel(withSums(here.capped(1), there.capped(1)));
      // Where more than in proportion to its size was seen at the clone, that was slower than it says.
      if (joint.sized && joint.base > 0) this.#joint = joint;
      else this.#flat = !joint.sized && isFarApart(here, there);
      if (staysEqual(here) || staysEqual(there)) [this.#joint, this.#flat] = [undefined, true];
    }
  }
}

/**
 * Whether the sizes that the two sides saw are so far apart that equal times are no accident: a clone that is faster than it says
 * makes a larger input look like a smaller one.
 */
function isFarApart(a: SizeModel, b: SizeModel): boolean {
  const one = a.meanOf(RUN_BYTES), two = b.meanOf(RUN_BYTES);
  return one > 0 && two > 0 && max(one, two) >= FAR_APART * min(one, two);
}

/** How many times a run's bytes are those that a side saw, or the other way round; infinitely if either has none. */
function distanceOf(side: SizeModel, features: ArrayLike<number>): number {
  const seen = side.meanOf(RUN_BYTES), bytes = features[RUN_BYTES] ?? 0;
  return seen > 0 && bytes > 0 ? max(bytes / seen, seen / bytes) : Infinity;
}

/** Which of two sides tells of sizes far from those seen: one that saw them lie wider apart, else the one that saw more. */
function showsMore(a: SizeModel, b: SizeModel): boolean {
  const times = a.spread / b.spread;
  return times >= WIDER ? true : times <= 1 / WIDER ? false : a.points >= b.points;
}

/** Whether one side alone saw sizes far from each other take as long. */
function staysEqual(side: SizeModel): boolean {
  return side.points >= EQUAL_POINTS && !side.sized && side.varies(RUN_BYTES, EQUAL_SPREAD);
}

/** What `points` took by what `model` says of their sizes; few of them say little, as one alone may have been odd. */
function ratioOf(points: SizeModel, model: SizeModel): number {
  const expected = model.meanOver(points);
  if (!(expected > 0) || !(points.mean > 0)) return 1;
  return (points.mean / expected) ** (points.points / (points.points + RATIO_PRIOR_POINTS));
}

/** What is invoked once a run is taken to grow as the bytes of the run's files do, until more than one size was seen. */
function timeOf(model: SizeModel, features: ArrayLike<number>, perRun: boolean): number {
  return perRun ? model.inProportion(features, RUN_BYTES) : model.at(features);
}
