import type { Conditions, MethodId } from "../../runtime/mod.ts";
import { forEach, fromEntries, max, min, objectEntries, SafeMap, SafeSet } from "../../runtime/safe/mod.ts";
import {
  COLD_START_SHARE,
  EXPLORE_MARGIN,
  HYSTERESIS_MS,
  HYSTERESIS_SHARE,
  LOSS_FLOOR_MS,
  MAX_LOSS_SHARE,
  type MODEL_VERSION,
  OUTSIDE_MARGIN,
  RETRY_AFTER,
  RETRY_AFTER_MAX,
} from "./constants.ts";
import { KnownMethod, type MethodModel, type Migrated, type Prediction } from "./known_method.ts";
import { costAt, type LinearCost, pointOf } from "./linear_cost.ts";
import type { MigrationOverheads } from "./migration.ts";
import type { PowerLevels } from "./power.ts";
import { NOWHERE, type Rates, ratesOf } from "./rates.ts";

// Runs inside the app's process, at every migration point: one object looked up, a few multiplications, one small object made.
// It owns what the process knows of its methods' costs; `toJSON` hands that back to be stored when the app ends.

/** The app may set another clock. */
const clock = performance.now.bind(performance);

/** A partition of the database, as an app process needs it. */
export interface Region {
  readonly migrate: readonly MethodId[];
  readonly cost: LinearCost;
}

/** What a decider starts from; plain JSON. */
export interface DeciderModel {
  readonly version: typeof MODEL_VERSION;
  readonly conditions: Conditions;
  readonly overheads: MigrationOverheads;
  /** Set when the objective is energy: what each state of the device draws. */
  readonly power?: PowerLevels;
  /** The partition database; without it the methods' roles stay as they are. */
  readonly regions?: readonly Region[];
  readonly methods: Readonly<Record<string, MethodModel>>;
  /** Of the bytes of the last run's files, the share that its clone lacked, if that was known. */
  readonly lacking?: number;
  /** Milliseconds that pass on this device while a processor works for the app for one; undefined if that isn't known. */
  readonly perCpuMs?: number;
}

/** Why a decision fell as it did. */
export type DecisionReason =
  | "forced"
  | "home by partition"
  | "no clone"
  | "unknown method"
  | "time not known yet"
  | "failed before"
  | "refused before"
  | "migrations have cost more than they saved"
  | "pays"
  | "does not pay"
  | "not clear enough to change sides"
  | "worth a try";

/** Where one invocation runs. */
export interface Decision {
  readonly migrate: boolean;
  /** Predicted milliseconds on the device. */
  readonly hereMs: number;
  /** Predicted milliseconds until the thread is back, everything included. */
  readonly thereMs: number;
  /** Of these: the work at the clone, files on the link, and what only a session's first migration costs. */
  readonly workMs: number;
  readonly filesMs: number;
  readonly coldMs: number;
  /** A clone that keeps it for longer is given up; left out where too little is known for that. */
  readonly longestMs?: number;
  /** What this run's invocations from this one on are predicted to take here: a capture that takes longer isn't shipped. */
  readonly stakeMs?: number;
  readonly reason: DecisionReason;
  /** Invocations with no larger arguments will stay too, for a while. */
  readonly likewise?: boolean;
}

/** What became of an invocation. */
export type Outcome =
  | {
    readonly where: "here";
    readonly ms: number;
    readonly features: ArrayLike<number>;
  }
  | Migrated
  | {
    readonly where: "failed";
    /** True if it would fail again (a capture that was refused, a pinned host API): then the method stays home. */
    readonly permanent: boolean;
    /** Milliseconds until that was clear. */
    readonly lostMs?: number;
  };

/**
 * Decides at each migration point whether this invocation migrates, and learns from what came of it (§3.2's costs, for the
 * size at hand). Synchronous; works on `undefined` conditions (no clone) too.
 */
export class Decider {
  readonly #methods = new SafeMap<MethodId, KnownMethod>();
  readonly #model: DeciderModel;
  readonly #now: () => number;
  /** As {@linkcode #now}, but for what others' work on this device takes of it. */
  readonly #worked: () => number;
  readonly #startedMs: number;
  /** What a session's first migration is taken to cost on top, until one was measured. */
  readonly #coldMs: number;
  #conditions: Conditions | undefined;
  #lastConditions: Conditions;
  #lacking: number | undefined;
  #lastLacking: number | undefined;
  #region: Region | undefined;
  #rates: Rates = NOWHERE;
  #cold = true;
  /** Whether anything migrated in this run, or tried to. */
  #migrated = false;
  /** A chosen method's costs were known and spoke for the device. */
  #weighed = false;
  /** Which share of a run the largest of those takes; 0 if that isn't known. */
  #weighedShare = 0;
  /** What migrations of this run took beyond what the device would have, less what others saved. */
  #lostMs = 0;

  /**
   * `now`: milliseconds of any clock that began before the app did. `startMs`: what this process took to start, by which a device's
   * speed shows. `cpuMs`: what processors have worked for this process, if that can be known.
   */
  constructor(
    model: DeciderModel,
    { now = clock, startMs = 0, cpuMs = () => undefined }: {
      now?: () => number;
      startMs?: number;
      cpuMs?: () => number | undefined;
    } = {},
  ) {
    this.#model = model;
    this.#lastConditions = model.conditions;
    this.#now = now;
    this.#worked = model.perCpuMs === undefined ? now : workedClock(now, cpuMs, model.perCpuMs);
    this.#startedMs = now();
    this.#coldMs = startMs * COLD_START_SHARE;
    forEach(objectEntries(model.methods), ({ 0: method, 1: known }) => {
      this.#methods.set(method as MethodId, new KnownMethod(known));
    });
    this.#lastLacking = model.lacking;
    this.setConditions(model.conditions);
    // Else what would pay with files sent ahead would never wait for a session that tells.
    this.#lacking = 0;
  }

  /**
   * Takes newly measured conditions, and the partition that is best under them; undefined when no clone is in reach. `lacking`: of
   * the bytes of the run's files, the share that the clone lacks; undefined if nobody knows. Until a session has told, it is taken to
   * be none.
   */
  setConditions(conditions: Conditions | undefined, lacking?: number): void {
    this.#conditions = conditions;
    this.#lacking = lacking;
    this.#lastLacking = lacking ?? this.#lastLacking;
    this.#lastConditions = conditions ?? this.#lastConditions;
    this.#rates = ratesOf(conditions, this.#model.overheads);
    if (conditions !== undefined) this.#enterRegion(conditions);
  }

  /** A clone may be in reach again: what was measured last has to do. */
  expectClone(): void {
    if (this.#conditions === undefined) this.setConditions(this.#lastConditions, this.#lastLacking);
  }

  /** Takes another partition: its methods migrate where that pays, the others only where that is plain. */
  setPartition(migrate: ReadonlySet<MethodId>): void {
    this.#methods.forEach((known, method) => {
      if (known.role === "chosen" || known.role === "elsewhere") {
        known.role = migrate.has(method) ? "chosen" : "elsewhere";
      }
    });
  }

  /** Decides for one invocation; `features` are sizes of the run's input, then of its arguments (`ofRun`: it has none). `again`: it was decided for before. Constant work. */
  decide(method: MethodId, features: ArrayLike<number>, ofRun = false, again = false): Decision {
    const known = this.#methods.get(method);
    if (known === undefined) return UNKNOWN;
    known.ofRun ||= ofRun;
    if (!again) {
      known.calls++;
      if (!this.#migrated) known.keepPace(this.#worked);
    }
    const predicted = known.predict(features, this.#rates, {
      coldMs: this.#cold ? this.#coldMs : undefined,
      lacking: this.#lacking,
    });
    const reason = this.#reason(known, predicted);
    const migrate = reason === "pays" || reason === "forced" || reason === "worth a try" ||
      (reason === "not clear enough to change sides" && known.last === "there");
    // It is decided once more when a session has opened: only one that came back has changed sides.
    if (!migrate) {
      known.last = "here";
      known.stays(predicted.hereMs, features, this.#worked);
    }
    if (migrate && !this.#cold) known.last = "there";
    if (known.role === "chosen" && !migrate && isByCost(reason)) {
      this.#weighed = true;
      this.#weighedShare = max(this.#weighedShare, known.share);
    }
    const { hereMs, workMs, overheadMs, filesMs, coldMs, longestMs, stakeMs } = predicted;
    return {
      ...{ migrate, hereMs, thereMs: workMs + overheadMs, workMs, filesMs, coldMs, reason },
      ...(migrate && longestMs !== undefined && { longestMs }),
      ...(migrate && reason !== "forced" && { stakeMs }),
      // After a failure it stays for so many invocations, each of which is to be asked about.
      ...(!migrate && reason !== "failed before" && { likewise: true }),
    };
  }

  /** So many invocations stayed without being asked about, no larger than those that had been. */
  passed(method: MethodId, invocations: number): void {
    this.#methods.get(method)?.passed(invocations);
  }

  /** Takes what became of an invocation; only whole runs on one side (no migration inside a run here). */
  observe(method: MethodId, outcome: Outcome): void {
    const known = this.#methods.get(method);
    if (known === undefined) return;
    if (outcome.where === "here") known.ranHere(outcome.ms, outcome.features);
    else this.#migrated = true;
    if (outcome.where === "failed") {
      this.#cold = true;
      this.#lostMs += outcome.lostMs ?? 0;
      known.refused ||= outcome.permanent;
      known.wait = min(RETRY_AFTER_MAX, RETRY_AFTER * 2 ** known.failures++);
    }
    if (outcome.where === "there") {
      this.#cold = false;
      known.last = "there";
      if (known.role !== "forced") this.#lostMs += known.lossOf(outcome, this.#rates);
      known.ranThere(outcome, this.#rates);
    }
  }

  /** The app has ended: if all of it ran here, that says what its methods take here. */
  ended(): void {
    if (this.#migrated) return;
    this.#methods.forEach((known) => known.endedHere(this.#worked(), this.#startedMs));
  }

  /** A run on such an input took so long, and nothing of it could migrate. */
  ranAlone(features: ArrayLike<number>, ms: number): void {
    this.#methods.forEach((known) => known.ranAlone(features, ms));
  }

  /** What it knows now, to be stored and to start from next time. */
  toJSON(): DeciderModel {
    const entries: [string, MethodModel][] = [];
    this.#methods.forEach((known, method) => entries[entries.length] = [method, known.toJSON()]);
    const lacking = this.#lastLacking;
    return {
      ...this.#model,
      conditions: this.#lastConditions,
      methods: fromEntries(entries),
      ...(lacking !== undefined && { lacking }),
    };
  }

  /** Live conditions → partition; another one only if it is clearly better, or a link on an edge would flap. */
  #enterRegion(conditions: Conditions): void {
    const { regions = [] } = this.#model;
    if (regions.length === 0) return;
    const point = pointOf(conditions);
    let best = regions[0]!, least = Infinity;
    for (let i = 0; i < regions.length; i++) {
      const cost = costAt(regions[i]!.cost, point);
      if (cost >= least) continue;
      best = regions[i]!;
      least = cost;
    }
    if (best === this.#region) return;
    const stays = this.#region !== undefined &&
      costAt(this.#region.cost, point) - least < least * HYSTERESIS_SHARE;
    if (stays) return;
    this.#region = best;
    const migrate = new SafeSet<MethodId>();
    forEach(best.migrate, (method) => migrate.add(method));
    this.setPartition(migrate);
  }

  #reason(method: KnownMethod, { hereMs, workMs, overheadMs }: Prediction): DecisionReason {
    if (this.#rates === NOWHERE) return "no clone";
    if (method.refused) return "refused before";
    if (method.role === "forced") return "forced";
    if (method.role === "home") return "home by partition";
    if (method.wait > 0) {
      method.wait--;
      return "failed before";
    }
    if (method.herePoints === 0 && !method.seenThere) return "time not known yet";
    if (this.#weighed && method.role === "elsewhere" && method.isGuess(this.#weighedShare)) {
      return "does not pay";
    }
    const { power } = this.#model;
    const here = hereMs * (power?.computeW ?? 1);
    const there = workMs * (power?.waitW ?? 1) + overheadMs * (power?.migrateW ?? 1);
    const margin = (method.role === "elsewhere" ? OUTSIDE_MARGIN : 1) *
      (method.seenThere ? 1 : EXPLORE_MARGIN);
    if (here <= there * (method.last === "there" ? 1 : margin)) {
      const near = method.last === "there" && there - here < there * HYSTERESIS_SHARE + HYSTERESIS_MS;
      return near ? "not clear enough to change sides" : "does not pay";
    }
    if (this.#lostTooMuch()) return "migrations have cost more than they saved";
    // An app starts at home: the first migration changes sides too.
    if (method.last !== "there" && here - there < here * HYSTERESIS_SHARE + HYSTERESIS_MS) {
      return "not clear enough to change sides";
    }
    return method.seenThere ? "pays" : "worth a try";
  }

  /** Predictions that turn out wrong may cost a run this share of its time, not more. */
  #lostTooMuch(): boolean {
    return this.#lostMs > LOSS_FLOOR_MS && this.#lostMs > MAX_LOSS_SHARE * (this.#now() - this.#startedMs);
  }
}

/** A clock that goes on with a process's own work, and no faster than `now`. */
function workedClock(now: () => number, cpuMs: () => number | undefined, perCpuMs: number): () => number {
  const beganMs = now(), beganCpuMs = cpuMs();
  if (beganCpuMs === undefined) return now;
  return () => min(now(), beganMs + perCpuMs * (cpuMs()! - beganCpuMs));
}

function isByCost(reason: DecisionReason): boolean {
  return reason === "does not pay" || reason === "not clear enough to change sides";
}

const UNKNOWN: Decision = {
  migrate: false,
  hereMs: 0,
  thereMs: 0,
  workMs: 0,
  filesMs: 0,
  coldMs: 0,
  reason: "unknown method",
};
