import type { Conditions } from "./conditions.ts";

/** Where one invocation runs, and what that was predicted to take. */
export interface Decision {
  readonly migrate: boolean;
  readonly hereMs: number;
  readonly thereMs: number;
  readonly reason: string;
  /** A clone that keeps the thread for longer is given up; left out where nobody knows. */
  readonly longestMs?: number;
  /** A capture that takes longer isn't shipped; left out where nobody knows. */
  readonly stakeMs?: number;
  /** So many invocations that follow stay without being asked about. */
  readonly rest?: number;
  /** Invocations with no larger arguments will stay too, as long as nothing else changes. */
  readonly likewise?: boolean;
  /** What else the trace shows of it. */
  readonly [more: string]: unknown;
}

/** What became of an invocation. */
export type Outcome =
  | {
    readonly where: "there";
    readonly totalMs: number;
    readonly cloneMs: number;
    /** Of that, what a processor spent on it. */
    readonly cloneCpuMs: number;
    readonly upBytes: number;
    readonly downBytes: number;
    /** Questions for files, bytes of files that crossed the link for them, and how long the clone waited. */
    readonly faults: number;
    readonly fileBytes: number;
    /** Bytes of files that it read, also those that the clone had. */
    readonly readBytes: number;
    readonly waitedMs: number;
    readonly features: ArrayLike<number>;
    readonly cold: boolean;
  }
  /** `lostMs`: until that was clear. */
  | { readonly where: "failed"; readonly permanent: boolean; readonly lostMs: number };

/** What the runtime asks at each migration point; synchronous, constant work. */
export interface DecisionMaker {
  /** `features`: sizes of the run's input, then of the method's arguments; `ofRun`: it has none; `again`: the same invocation. */
  decide(method: string, features: ArrayLike<number>, ofRun: boolean, again: boolean): Decision;
  observe(method: string, outcome: Outcome): void;
  /** So many invocations stayed likewise, without being asked about. */
  passed(method: string, invocations: number): void;
  /**
   * The link or the machines changed; undefined while no clone is in reach. `lacking`: of the bytes of the run's files, the share
   * that the clone lacks, if that is known.
   */
  setConditions(conditions: Conditions | undefined, lacking?: number): void;
  /** A clone may be in reach again: what was measured last has to do. */
  expectClone(): void;
  /** The app ends. */
  ended(): void;
  /** What it knows now, to be kept for the next run. */
  toJSON(): unknown;
}

/** Stands for a decision where the user decided: every method given migrates. */
export class Forced implements DecisionMaker {
  decide(): Decision {
    return { migrate: true, hereMs: 0, thereMs: 0, reason: "forced" };
  }
  observe(): void {}
  passed(): void {}
  setConditions(): void {}
  expectClone(): void {}
  ended(): void {}
  toJSON(): unknown {
    return null;
  }
}
