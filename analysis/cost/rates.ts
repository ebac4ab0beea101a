import type { Conditions } from "../../runtime/mod.ts";
import type { MigrationOverheads } from "./migration.ts";

/** What link, clone and overheads cost, worked out once for the present conditions; milliseconds. */
export interface Rates {
  /** A migration with no state. */
  readonly fixedMs: number;
  /** A byte of state, on the link and at both ends. */
  readonly perUpByteMs: number;
  readonly perDownByteMs: number;
  /** A byte of a file that the clone lacks: the link alone. */
  readonly perFileByteMs: number;
  /** A question of the clone. */
  readonly perFaultMs: number;
  /** A millisecond of work of a clone as fast as the device. */
  readonly perWorkMs: number;
}

/** Rates where no clone is in reach. */
export const NOWHERE: Rates = {
  fixedMs: Infinity,
  perUpByteMs: 0,
  perDownByteMs: 0,
  perFileByteMs: 0,
  perFaultMs: 0,
  perWorkMs: 1,
};

/** The rates under these conditions. */
export function ratesOf(conditions: Conditions | undefined, overheads: MigrationOverheads): Rates {
  if (conditions === undefined) return NOWHERE;
  const { rttMs, upBytesPerSecond, downBytesPerSecond, cloneSpeed } = conditions;
  const up = 1000 / upBytesPerSecond, down = 1000 / downBytesPerSecond;
  return {
    fixedMs: overheads.deviceMs + overheads.cloneMs / cloneSpeed + overheads.roundTrips * rttMs +
      up * overheads.fixedUpBytes + down * overheads.fixedDownBytes,
    perUpByteMs: up + overheads.captureMsPerByte + overheads.instantiateMsPerByte / cloneSpeed,
    perDownByteMs: down + overheads.mergeMsPerByte + overheads.recaptureMsPerByte / cloneSpeed,
    perFileByteMs: up,
    perFaultMs: rttMs,
    perWorkMs: 1 / cloneSpeed,
  };
}
