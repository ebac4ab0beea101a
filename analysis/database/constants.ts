import type { Conditions } from "../../runtime/mod.ts";

/** One range of conditions. */
export interface ConditionsBox {
  readonly best: Omit<Conditions, "power">;
  readonly worst: Omit<Conditions, "power">;
}

/**
 * The conditions a database is made for: from two processes on one machine to worse than the paper's 3G (680 ms,
 * 0.4 Mbit/s), and clones from half as fast as the device to 64 times (the paper's is 26 times).
 */
export const DEFAULT_BOX: ConditionsBox = {
  best: { rttMs: 0, upBytesPerSecond: 1e9, downBytesPerSecond: 1e9, cloneSpeed: 64 },
  worst: { rttMs: 2000, upBytesPerSecond: 12_500, downBytesPerSecond: 12_500, cloneSpeed: 0.5 },
};

/** A partition is cheaper than another only by more than this share of the cost at home: less is rounding. */
export const SAME_COST = 1e-9;
/** Solves after which a database is left inexact, and says so; real apps need some tens. */
export const MAX_SOLVES = 4000;
/** Partitions after which a database is left inexact: look-up time and vertices grow with them. */
export const MAX_PARTITIONS = 200;
/** Cells of the picture along each side. */
export const PICTURE_CELLS = 64;
