import { isFiniteNumber, max, min } from "../../runtime/safe/mod.ts";
import {
  ASKS_FOR_EACH,
  CORRECTION_MAX,
  CORRECTION_MIN,
  CORRECTION_STEP,
  FORGET,
  LATER_COLD_SHARE,
  LESS_COLD_STEP,
  MAX_HERE_CORRECTION,
  MOST_SHARE,
  ONCE_A_RUN,
  RUN_ARGUMENTS,
  RUN_BYTES,
  SURE_FACTOR,
  SURE_RETURNS,
  UNKNOWN_STATE_BYTES,
} from "./constants.ts";
import { questionsFor } from "./questions.ts";
import type { Rates } from "./rates.ts";
import { emptySizeSums, SizeModel, type SizeSums } from "./size_model.ts";
import { TwoSides } from "./two_sides.ts";

/** What the partition says of a method: it migrates, migrates in another region only, must migrate, or must not. */
export type MethodRole = "chosen" | "elsewhere" | "forced" | "home";

/** What is known of one method; part of a decider's model. Fields that may be missing came later than some stored models. */
export interface MethodModel {
  readonly role: MethodRole;
  /** Milliseconds of an invocation on the device. */
  readonly here: SizeSums;
  /** Whether `here` was measured; if it is a sampler's guess, any measurement replaces it. */
  readonly hereMeasured: boolean;
  /** Whether runs after the profiled ones changed `here`. */
  readonly hereObserved?: boolean;
  /** Milliseconds of its work at a clone as fast as the device. */
  readonly there: SizeSums;
  /** Bytes of state shipped and returned. */
  readonly up: SizeSums;
  readonly down: SizeSums;
  /** Questions for files that a migration asked, and bytes of files that had to be shipped. */
  readonly faults?: SizeSums;
  readonly files?: SizeSums;
  /** Bytes of files that it read, also those that the clone had. */
  readonly reads?: SizeSums;
  /** What the first migration of a session costs on top (code, whole state), milliseconds; undefined if not known. */
  readonly coldMs?: number;
  /** Whether `up` knows first migrations only. */
  readonly upCold?: boolean;
  /** Invocations in a run, on average; undefined if not known. */
  readonly perRun?: number;
  /** Whether its features are sizes of the run's input: it has no arguments. */
  readonly ofRun?: boolean;
  /** A migration of it was refused for good; it stays until the code changes. */
  readonly refused: boolean;
  /** What it takes of a run that has no idle time, as a share: at least; undefined if not known. */
  readonly share?: number;
  /** How much dearer migrations of it were than predicted, besides their work. */
  readonly correction: number;
  /** How many times as long as predicted the longest migration was of those lately, and how many came home. */
  readonly longest?: number;
  readonly returns?: number;
  /** How many times as long as processors worked for it its work took at the clone lately, where others have work too. */
  readonly busy?: number;
  /** For which share of the time that bytes of files take over the link the clone waited lately: it works meanwhile. */
  readonly fileWaits?: number;
}

/** A migration that came home. */
export interface Migrated {
  readonly where: "there";
  /** From suspend to merged. */
  readonly totalMs: number;
  /** The method's own work at the clone, and what a processor spent on it there if that is known. */
  readonly cloneMs: number;
  readonly cloneCpuMs?: number;
  readonly upBytes: number;
  readonly downBytes: number;
  readonly features: ArrayLike<number>;
  /** Questions for files, bytes of files that crossed the link for them, and how long the clone waited. */
  readonly faults?: number;
  readonly fileBytes?: number;
  readonly waitedMs?: number;
  /** Bytes of files that it read, also those that the clone had. */
  readonly readBytes?: number;
  /** The first one of a session: ships code too, so it says nothing of the next one's overhead. */
  readonly cold?: boolean;
}

/** What an invocation is predicted to take; milliseconds. */
export interface Prediction {
  readonly hereMs: number;
  readonly workMs: number;
  /** Everything away but the work: suspend, state and files on the link, resume, merge. */
  readonly overheadMs: number;
  /** Of these: files and questions for them, and the first migration's extra. */
  readonly filesMs: number;
  readonly coldMs: number;
  /** A clone that keeps the thread for longer won't bring it home; undefined if too little is known. */
  readonly longestMs: number | undefined;
  /** What this run's invocations from this one on are expected to take here. */
  readonly stakeMs: number;
}

/** A method as an app process knows it: predicts an invocation's costs from its size, and learns from what came of it. */
export class KnownMethod {
  role: MethodRole;
  refused: boolean;
  ofRun: boolean;
  /** Side of the last decision. */
  last: "here" | "there" | undefined;
  failures = 0;
  /** Invocations that still stay here after a failure. */
  wait = 0;
  calls = 0;
  readonly #sides: TwoSides;
  readonly #share: number | undefined;
  /** Decisions to stay in this run. */
  #stays = { count: 0, thoughtMs: 0, firstMs: 0, looksAt: 1, features: [] as ArrayLike<number> };
  #up: SizeModel;
  #upCold: boolean;
  readonly #down: SizeModel;
  readonly #faults: SizeModel;
  readonly #files: SizeModel;
  readonly #reads: SizeModel;
  #coldMs: number | undefined;
  readonly #perRun: number | undefined;
  #correction: number;
  #longest: number;
  #returns: number;
  #busy: number;
  #fileWaits: number;
  /** How many times as long as was thought this run's invocations take here, as far as shows. */
  #pace = 1;

  constructor(model: MethodModel) {
    this.role = model.role;
    this.refused = model.refused;
    this.ofRun = model.ofRun ?? false;
    this.#sides = new TwoSides(model);
    this.#share = model.share;
    this.#up = new SizeModel(model.up);
    this.#upCold = model.upCold ?? false;
    this.#down = new SizeModel(model.down);
    this.#faults = new SizeModel(model.faults ?? emptySizeSums());
    this.#files = new SizeModel(model.files ?? emptySizeSums());
    this.#reads = new SizeModel(model.reads ?? emptySizeSums());
    this.#coldMs = model.coldMs;
    this.#perRun = model.perRun;
    this.#correction = model.correction;
    this.#longest = model.longest ?? 1;
    this.#returns = model.returns ?? 0;
    this.#busy = model.busy ?? 1;
    this.#fileWaits = model.fileWaits ?? 1;
  }

  get herePoints(): number {
    return this.#sides.herePoints;
  }

  /** Whether it was ever seen at a clone; until then its costs there are a guess. */
  get seenThere(): boolean {
    return this.#sides.therePoints > 0;
  }

  /** What it takes of a run that has no idle time; 0 if that isn't known. */
  get share(): number {
    return this.#share ?? 0;
  }

  /**
   * Whether it may be all of a run, or most of a method that was weighed and takes such a share of it, and nobody knows what goes
   * along with it: what a method within the one that was weighed takes and gives may be more by far than what that does.
   */
  isGuess(weighedShare: number): boolean {
    if (this.seenThere || this.#up.points > 0) return false;
    return this.#sharers() <= ONCE_A_RUN || weighedShare > 0 && this.share >= MOST_SHARE * weighedShare;
  }

  /**
   * Predicts one invocation. `coldMs` is what a session's first migration costs on top where that was never measured;
   * undefined if one has migrated in this session. `lacking`: of the bytes of the run's files, the share that the clone lacks;
   * undefined if nobody knows. Constant work.
   */
  predict(
    features: ArrayLike<number>,
    rates: Rates,
    { coldMs, lacking }: { coldMs: number | undefined; lacking: number | undefined },
  ): Prediction {
    const perRun = this.#onceARun();
    const hereMs = this.#sides.hereAt(features, perRun) * this.#pace;
    const workMs = this.#sides.thereAt(features, perRun) * rates.perWorkMs * this.#busy * this.#pace;
    const up = this.#up.points > 0 ? this.#up.at(features) : UNKNOWN_STATE_BYTES;
    const down = this.#down.points > 0 ? this.#down.at(features) : UNKNOWN_STATE_BYTES;
    const { faults, bytes } = this.#filesAt(features, lacking);
    const filesMs = faults * rates.perFaultMs + this.#fileWaits * bytes * rates.perFileByteMs;
    const firstMs = coldMs === undefined ? 0 : (this.#coldMs ?? coldMs) / this.#stillExpected();
    const stateMs = rates.fixedMs + up * rates.perUpByteMs + down * rates.perDownByteMs;
    const overheadMs = this.#correction * stateMs + filesMs + firstMs;
    const longestMs = this.#returns < SURE_RETURNS
      ? undefined
      : max(hereMs, SURE_FACTOR * this.#longest * (workMs + overheadMs));
    const stakeMs = hereMs * this.#stillExpected();
    return { hereMs, workMs, overheadMs, filesMs, coldMs: firstMs, longestMs, stakeMs };
  }

  /**
   * Looks how long those took that were left here in this run, now and then: no less than their share of the time that has passed.
   * So a run that was thought to be short goes to the clone when it shows that it isn't.
   */
  keepPace(now: () => number): void {
    const { count, thoughtMs, firstMs } = this.#stays;
    if (count < this.#stays.looksAt || !(thoughtMs > 0)) return;
    this.#stays.looksAt = 2 * count;
    const leastMs = (this.#share ?? 0) * (now() - firstMs);
    this.#pace = max(1, min(MAX_HERE_CORRECTION, leastMs / thoughtMs));
  }

  /** An invocation ran here as a whole. */
  ranHere(ms: number, features: ArrayLike<number>): void {
    this.#sides.ranHere(ms, features);
  }

  /** One was left here; `now` is the run's clock, looked at for the first one only. */
  stays(hereMs: number, features: ArrayLike<number>, now: () => number): void {
    if (this.#stays.count === 0) {
      this.#stays.firstMs = now();
      this.#stays.features = features;
    }
    this.#stays.count++;
    this.#stays.thoughtMs += hereMs / this.#pace;
  }

  /** So many more were left here unasked, taken to be like those before. */
  passed(invocations: number): void {
    const { count, thoughtMs } = this.#stays;
    if (count === 0) return;
    this.calls += invocations;
    this.#stays.count += invocations;
    this.#stays.thoughtMs += invocations * (thoughtMs / count);
  }

  /**
   * The run has ended, and all of it ran here: its invocations took no more than the time since the first one, and no less
   * than their share of the whole.
   */
  endedHere(nowMs: number, startedMs: number): void {
    const { count: invocations, thoughtMs, firstMs, features } = this.#stays;
    // Others were to migrate and didn't, or weren't asked about.
    if (invocations !== this.calls || this.refused || this.failures > 0) return;
    const mostMs = nowMs - firstMs;
    const leastMs = min(mostMs, (this.#share ?? 0) * (nowMs - startedMs));
    this.#sides.stayed({ invocations, thoughtMs, leastMs, mostMs, features });
  }

  /** A run was all here: its only invocation took its share of that at least. */
  ranAlone(features: ArrayLike<number>, ms: number): void {
    if (!this.ofRun || this.#share === undefined || this.herePoints === 0 && !this.seenThere) return;
    const thoughtMs = this.#sides.hereAt(features, true);
    this.#sides.stayed({ invocations: 1, thoughtMs, leastMs: this.#share * ms, mostMs: ms, features });
  }

  /** One came home from a clone. */
  ranThere(outcome: Migrated, rates: Rates): void {
    const { features, fileBytes = 0, faults = 0, readBytes } = outcome;
    this.failures = 0;
    this.#compare(outcome, rates);
    this.#sides.ranThere(this.#workOf(outcome) / rates.perWorkMs, features);
    this.#faults.add(features, { y: faults });
    this.#files.add(features, { y: fileBytes });
    if (readBytes !== undefined) this.#reads.add(features, { y: readBytes });
    this.#learnWaits(outcome, rates);
    this.#learnState(outcome, rates);
  }

  /**
   * What it took beyond what the device would have; less than nothing if it saved time. What only a session's first migration takes
   * doesn't count: it says nothing against those that follow, and isn't saved by staying any more.
   */
  lossOf(outcome: Migrated, rates: Rates): number {
    const { totalMs, features, cold } = outcome;
    const { tookMs, warmMs } = this.#stateOf(outcome, rates);
    const onceMs = cold === true ? max(0, tookMs - this.#correction * warmMs) : 0;
    return totalMs - (isFiniteNumber(onceMs) ? onceMs : 0) -
      this.#sides.hereAt(features, this.#onceARun());
  }

  toJSON(): MethodModel {
    const perRun = this.calls === 0
      ? this.#perRun
      : this.#perRun === undefined
      ? this.calls
      : this.#perRun + CORRECTION_STEP * (this.calls - this.#perRun);
    return {
      role: this.role,
      ...this.#sides.toJSON(),
      ...(this.#share === undefined ? {} : { share: this.#share }),
      refused: this.refused,
      ...(this.ofRun ? { ofRun: true } : {}),
      correction: this.#correction,
      longest: this.#longest,
      returns: this.#returns,
      busy: this.#busy,
      ...(this.#fileWaits === 1 ? {} : { fileWaits: this.#fileWaits }),
      upCold: this.#upCold,
      ...(this.#coldMs === undefined ? {} : { coldMs: this.#coldMs }),
      ...(perRun === undefined ? {} : { perRun }),
      up: this.#up.sums,
      down: this.#down.sums,
      faults: this.#faults.sums,
      files: this.#files.sums,
      reads: this.#reads.sums,
    };
  }

  /**
   * Until a migration has shown it: all files that the run was given are asked for, by its first invocation, and the clone has none
   * unless it is known which it has. Of those that are read the clone is taken to lack as much as of the run's.
   */
  #filesAt(features: ArrayLike<number>, lacking: number | undefined): { faults: number; bytes: number } {
    const faults = this.#questionsAt(features);
    if (this.#faults.points === 0 && !this.seenThere) {
      const bytes = (features[RUN_BYTES] ?? 0) / this.#sharers();
      return { faults, bytes: faults > 0 ? bytes * (lacking ?? 1) : 0 };
    }
    const isKnown = lacking !== undefined && this.#reads.points > 0;
    const model = isKnown ? this.#reads : this.#files;
    const share = isKnown ? lacking : 1;
    const bytes = this.#onceARun() ? model.inProportion(features, RUN_BYTES) : model.at(features);
    return { faults, bytes: share * bytes };
  }

  /** Questions for files. A method that asked no more often than for files read in their order goes on like that. */
  #questionsAt(features: ArrayLike<number>): number {
    const faults = this.#faults;
    const expected = questionsFor(features[RUN_ARGUMENTS] ?? 0, features[RUN_BYTES] ?? 0);
    if (faults.points === 0 && !this.seenThere) return expected / this.#sharers();
    if (!this.#onceARun() || faults.sized || faults.varies(RUN_ARGUMENTS)) return faults.at(features);
    const usual = questionsFor(faults.meanOf(RUN_ARGUMENTS), faults.meanOf(RUN_BYTES));
    if (!(usual > 0) || faults.mean > ASKS_FOR_EACH * usual) {
      return faults.inProportion(features, RUN_ARGUMENTS);
    }
    return expected * faults.mean / usual;
  }

  /** Invocations among which the run's files are taken to be divided. */
  #sharers(): number {
    return this.ofRun ? 1 : max(1, this.#perRun ?? 1, this.calls);
  }

  /**
   * The work itself is what a processor did. What the clone's machine did besides may be otherwise next time: one migration to a
   * busy clone must not pass for what the method takes there.
   */
  #workOf({ cloneMs, cloneCpuMs = cloneMs }: Migrated): number {
    const workMs = min(cloneMs, cloneCpuMs);
    if (workMs > 0) {
      this.#busy += CORRECTION_STEP * (min(CORRECTION_MAX, cloneMs / workMs) - this.#busy);
    }
    return workMs;
  }

  #learnWaits({ waitedMs, faults = 0, fileBytes = 0 }: Migrated, rates: Rates): void {
    const travelMs = fileBytes * rates.perFileByteMs;
    if (waitedMs === undefined || !(travelMs > rates.perFaultMs)) return;
    const share = max(0, min(1, (waitedMs - faults * rates.perFaultMs) / travelMs));
    this.#fileWaits += CORRECTION_STEP * (share - this.#fileWaits);
  }

  /** Then the sizes of the run's input are its own. */
  #onceARun(): boolean {
    return this.ofRun || (this.#perRun ?? Infinity) <= ONCE_A_RUN;
  }

  /** Invocations of this run that share the first migration's extra. */
  #stillExpected(): number {
    return max(1, (this.#perRun ?? 1) - this.calls + 1);
  }

  /** What a session's first migration takes on top, and what files do, says nothing of how well work and state are known. */
  #compare({ totalMs, waitedMs = 0, features, cold }: Migrated, rates: Rates): void {
    this.#returns++;
    if (cold === true || !this.seenThere) return;
    const { workMs, overheadMs, filesMs } = this.predict(features, rates, {
      coldMs: undefined,
      lacking: undefined,
    });
    const times = (totalMs - waitedMs) / (workMs + overheadMs - filesMs);
    const before = 1 + FORGET * (this.#longest - 1);
    if (isFiniteNumber(times)) this.#longest = max(before, times);
  }

  /** What a migration took besides work and files, and what it would take in a session that is open already. */
  #stateOf(
    { totalMs, cloneMs, waitedMs = 0, upBytes, downBytes, features, cold }: Migrated,
    rates: Rates,
  ): { tookMs: number; warmMs: number } {
    const warmUp = cold === true && this.#up.points > 0 && !this.#upCold ? this.#up.at(features) : upBytes;
    return {
      tookMs: totalMs - cloneMs - waitedMs,
      warmMs: rates.fixedMs + warmUp * rates.perUpByteMs + downBytes * rates.perDownByteMs,
    };
  }

  #learnState(outcome: Migrated, rates: Rates): void {
    const { upBytes, downBytes, features, cold } = outcome;
    const first = this.#up.points === 0;
    if (cold !== true && this.#upCold) this.#up = new SizeModel();
    const { tookMs, warmMs: predicted } = this.#stateOf(outcome, rates);
    if (cold !== true || first || this.#upCold) {
      this.#up.add(features, { y: upBytes });
      this.#upCold = cold === true;
    }
    this.#down.add(features, { y: downBytes });
    if (!(predicted > 0) || !isFiniteNumber(predicted)) return;
    if (cold === true) {
      const extra = max(0, tookMs - this.#correction * predicted);
      this.#coldMs = this.#coldMs === undefined
        ? extra * LATER_COLD_SHARE
        : this.#coldMs + (extra < this.#coldMs ? LESS_COLD_STEP : CORRECTION_STEP) * (extra - this.#coldMs);
      return;
    }
    const ratio = min(CORRECTION_MAX, max(CORRECTION_MIN, tookMs / predicted));
    this.#correction += CORRECTION_STEP * (ratio - this.#correction);
  }
}
