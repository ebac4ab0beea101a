import type { Conditions, MethodId } from "../../runtime/mod.ts";
import {
  CORRECTION_MAX,
  CORRECTION_MIN,
  CORRECTION_STEP,
  EXPLORE_MARGIN,
  HYSTERESIS_MS,
  HYSTERESIS_SHARE,
  MEASURE_EVERY,
  MEASURE_FIRST,
  OUTSIDE_MARGIN,
  RETRY_AFTER,
  RETRY_AFTER_MAX,
  UNKNOWN_STATE_BYTES,
} from "./constants.ts";
import type { MigrationOverheads } from "./migration.ts";
import type { PowerLevels } from "./power.ts";
import { SizeModel, type SizeSums } from "./size_model.ts";

// Runs inside the app's process, at every migration point: one object looked up, a few multiplications, one small object made.
// It owns what the process knows of its methods' costs; `toJSON` hands that back to be stored when the app ends.

/** What the partition says of a method: it migrates, migrates in another region only, must migrate, or must not. */
export type MethodRole = "chosen" | "elsewhere" | "forced" | "home";

/** What is known of one method; part of a {@linkcode DeciderModel}. */
export interface MethodModel {
  readonly role: MethodRole;
  /** Milliseconds of an invocation on the device. */
  readonly here: SizeSums;
  /** Whether `here` was measured; if it is a sampler's guess, any measurement replaces it. */
  readonly hereMeasured: boolean;
  /** Milliseconds of its work at a clone as fast as the device. */
  readonly there: SizeSums;
  /** Bytes shipped and returned. */
  readonly up: SizeSums;
  readonly down: SizeSums;
  /** A migration of it was refused for good; it stays until the code changes. */
  readonly refused: boolean;
  /** Its work at a clone by its time here: what the clone's speed doesn't say of this method. */
  readonly ratio: number;
  /** How much dearer migrations of it were than predicted, besides their work. */
  readonly correction: number;
}

/** What a decider starts from; plain JSON. */
export interface DeciderModel {
  readonly version: 1;
  readonly conditions: Conditions;
  readonly overheads: MigrationOverheads;
  /** Set when the objective is energy: what each state of the device draws. */
  readonly power?: PowerLevels;
  readonly methods: Readonly<Record<string, MethodModel>>;
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
  readonly reason: DecisionReason;
  /** Whether to time the invocation if it runs here and report it to `observe`. */
  readonly measure: boolean;
}

/** What became of an invocation. */
export type Outcome =
  | { readonly where: "here"; readonly ms: number; readonly features: ArrayLike<number> }
  | {
    readonly where: "there";
    /** From suspend to merged. */
    readonly totalMs: number;
    /** The method's own work at the clone. */
    readonly cloneMs: number;
    readonly upBytes: number;
    readonly downBytes: number;
    readonly features: ArrayLike<number>;
    /** The first one of a session: ships code too, so it says nothing of the next one's overhead. */
    readonly cold?: boolean;
  }
  | {
    readonly where: "failed";
    /** True if it would fail again (a capture that was refused, a pinned host API): then the method stays home. */
    readonly permanent: boolean;
  };

interface Known {
  role: MethodRole;
  here: SizeModel;
  hereMeasured: boolean;
  readonly there: SizeModel;
  readonly up: SizeModel;
  readonly down: SizeModel;
  refused: boolean;
  ratio: number;
  correction: number;
  /** Side of the last decision. */
  last: "here" | "there" | undefined;
  failures: number;
  wait: number;
  calls: number;
}

/** What link, clone and overheads cost, worked out once for the present conditions. */
interface Rates {
  fixedMs: number;
  perUpByteMs: number;
  perDownByteMs: number;
  perWorkMs: number;
}

const NOWHERE: Rates = { fixedMs: Infinity, perUpByteMs: 0, perDownByteMs: 0, perWorkMs: 1 };

/**
 * Decides at each migration point whether this invocation migrates, and learns from what came of it (§3.2's costs, for the
 * size at hand). Synchronous; works on `undefined` conditions (no clone) too.
 */
export class Decider {
  readonly #methods = new Map<MethodId, Known>();
  readonly #model: DeciderModel;
  #conditions: Conditions | undefined;
  #rates: Rates = NOWHERE;

  constructor(model: DeciderModel) {
    this.#model = model;
    for (const [method, known] of Object.entries(model.methods)) {
      this.#methods.set(method as MethodId, {
        role: known.role,
        here: new SizeModel(known.here),
        hereMeasured: known.hereMeasured,
        there: new SizeModel(known.there),
        up: new SizeModel(known.up),
        down: new SizeModel(known.down),
        refused: known.refused,
        ratio: known.ratio,
        correction: known.correction,
        last: undefined,
        failures: 0,
        wait: 0,
        calls: 0,
      });
    }
    this.setConditions(model.conditions);
  }

  /** Takes newly measured conditions; undefined when no clone is in reach. */
  setConditions(conditions: Conditions | undefined): void {
    this.#conditions = conditions;
    if (conditions === undefined) {
      this.#rates = NOWHERE;
      return;
    }
    const { overheads } = this.#model;
    const { rttMs, upBytesPerSecond, downBytesPerSecond, cloneSpeed } = conditions;
    const perUpByteMs = 1000 / upBytesPerSecond + overheads.captureMsPerByte +
      overheads.instantiateMsPerByte / cloneSpeed;
    const perDownByteMs = 1000 / downBytesPerSecond + overheads.mergeMsPerByte +
      overheads.recaptureMsPerByte / cloneSpeed;
    this.#rates = {
      fixedMs: overheads.deviceMs + overheads.cloneMs / cloneSpeed + overheads.roundTrips * rttMs +
        1000 * overheads.fixedUpBytes / upBytesPerSecond +
        1000 * overheads.fixedDownBytes / downBytesPerSecond,
      perUpByteMs,
      perDownByteMs,
      perWorkMs: 1 / cloneSpeed,
    };
  }

  /** Takes another partition: its methods migrate where that pays, the others only where that is plain. */
  setPartition(migrate: ReadonlySet<MethodId>): void {
    for (const [method, known] of this.#methods) {
      if (known.role === "chosen" || known.role === "elsewhere") {
        known.role = migrate.has(method) ? "chosen" : "elsewhere";
      }
    }
  }

  /** Decides for one invocation; `features` are its arguments' sizes. Constant work. */
  decide(method: MethodId, features: ArrayLike<number>): Decision {
    const known = this.#methods.get(method);
    if (known === undefined) {
      return { migrate: false, hereMs: 0, thereMs: 0, reason: "unknown method", measure: false };
    }
    known.calls++;
    const { perWorkMs } = this.#rates;
    const hereKnown = known.here.points > 0, thereKnown = known.there.points > 0;
    const seenThere = thereKnown && !known.hereMeasured;
    const hereMs = seenThere ? known.there.at(features) : known.here.at(features);
    // One migration tells nothing of other sizes; until the clone's times show how they depend on size, the device's do.
    const ownThere = thereKnown && (seenThere || known.there.sized || !known.here.sized);
    const workMs = (ownThere ? known.there.at(features) : hereMs * known.ratio) * perWorkMs;
    const overheadMs = this.#overheadMs(known, features);
    const thereMs = overheadMs + workMs;
    const reason = this.#reason(known, {
      hereMs,
      workMs,
      overheadMs,
      known: hereKnown || thereKnown,
      thereKnown,
    });
    const migrate = reason === "pays" || reason === "forced" || reason === "worth a try" ||
      (reason === "not clear enough to change sides" && known.last === "there");
    known.last = migrate ? "there" : "here";
    const measure = !migrate && (known.here.points < MEASURE_FIRST || known.calls % MEASURE_EVERY === 0);
    return { migrate, hereMs, thereMs, reason, measure };
  }

  /** Takes what became of an invocation; only whole runs on one side (no migration inside a run here). */
  observe(method: MethodId, outcome: Outcome): void {
    const known = this.#methods.get(method);
    if (known === undefined) return;
    if (outcome.where === "here") {
      if (!known.hereMeasured) known.here = new SizeModel();
      known.hereMeasured = true;
      known.here.add(outcome.features, { y: outcome.ms });
    } else if (outcome.where === "failed") {
      known.refused ||= outcome.permanent;
      known.wait = Math.min(RETRY_AFTER_MAX, RETRY_AFTER * 2 ** known.failures++);
    } else this.#learn(known, outcome);
  }

  /** What it knows now, to be stored and to start from next time. */
  toJSON(): DeciderModel {
    const methods: Record<string, MethodModel> = {};
    for (const [method, known] of this.#methods) {
      const { role, hereMeasured, refused, ratio, correction, here, there, up, down } = known;
      const sums = { here: here.sums, there: there.sums, up: up.sums, down: down.sums };
      methods[method] = { role, hereMeasured, refused, ratio, correction, ...sums };
    }
    return { ...this.#model, conditions: this.#conditions ?? this.#model.conditions, methods };
  }

  #overheadMs(known: Known, features: ArrayLike<number>): number {
    const { fixedMs, perUpByteMs, perDownByteMs } = this.#rates;
    const up = known.up.points > 0 ? known.up.at(features) : UNKNOWN_STATE_BYTES;
    const down = known.down.points > 0 ? known.down.at(features) : UNKNOWN_STATE_BYTES;
    return known.correction * (fixedMs + up * perUpByteMs + down * perDownByteMs);
  }

  #reason(
    method: Known,
    at: { hereMs: number; workMs: number; overheadMs: number; known: boolean; thereKnown: boolean },
  ): DecisionReason {
    if (this.#rates === NOWHERE) return "no clone";
    if (method.refused) return "refused before";
    if (method.role === "forced") return "forced";
    if (method.role === "home") return "home by partition";
    if (method.wait > 0) {
      method.wait--;
      return "failed before";
    }
    if (!at.known) return "time not known yet";
    const { power } = this.#model;
    const here = at.hereMs * (power?.computeW ?? 1);
    const there = at.workMs * (power?.waitW ?? 1) + at.overheadMs * (power?.migrateW ?? 1);
    const margin = (method.role === "elsewhere" ? OUTSIDE_MARGIN : 1) * (at.thereKnown ? 1 : EXPLORE_MARGIN);
    if (here <= there * (method.last === "there" ? 1 : margin)) {
      const near = method.last === "there" && there - here < there * HYSTERESIS_SHARE + HYSTERESIS_MS;
      return near ? "not clear enough to change sides" : "does not pay";
    }
    if (method.last === "here" && here - there < here * HYSTERESIS_SHARE + HYSTERESIS_MS) {
      return "not clear enough to change sides";
    }
    return at.thereKnown ? "pays" : "worth a try";
  }

  #learn(known: Known, outcome: Outcome & { where: "there" }): void {
    const { totalMs, cloneMs, upBytes, downBytes, features } = outcome;
    const { fixedMs, perUpByteMs, perDownByteMs, perWorkMs } = this.#rates;
    known.failures = 0;
    const workMs = cloneMs / perWorkMs;
    const hereMs = known.hereMeasured ? known.here.at(features) : 0;
    if (hereMs > 0) {
      known.ratio = known.there.points > 0
        ? known.ratio + CORRECTION_STEP * (workMs / hereMs - known.ratio)
        : workMs / hereMs;
    }
    known.there.add(features, { y: workMs });
    known.up.add(features, { y: upBytes });
    known.down.add(features, { y: downBytes });
    const predicted = fixedMs + upBytes * perUpByteMs + downBytes * perDownByteMs;
    if (outcome.cold === true || !(predicted > 0) || !Number.isFinite(predicted)) return;
    const ratio = Math.min(CORRECTION_MAX, Math.max(CORRECTION_MIN, (totalMs - cloneMs) / predicted));
    known.correction += CORRECTION_STEP * (ratio - known.correction);
  }
}
