import type { LinearCost } from "./linear_cost.ts";

/** What one migration costs besides its bytes on the link (§3.2: suspend/resume cost and cost per byte), as measured. */
export interface MigrationOverheads {
  /** Suspend, ship and merge on the device that don't depend on size, milliseconds. */
  readonly deviceMs: number;
  /** Resume and return at the clone that don't depend on size, milliseconds on a clone as fast as the device. */
  readonly cloneMs: number;
  /** Round trips: one, if the packet's code and files are there already. */
  readonly roundTrips: number;
  /** Per byte of state: captured and merged on the device, … */
  readonly captureMsPerByte: number;
  readonly mergeMsPerByte: number;
  /** … instantiated and captured again at a clone as fast as the device. */
  readonly instantiateMsPerByte: number;
  readonly recaptureMsPerByte: number;
  /** What a packet weighs with no state in it. */
  readonly fixedUpBytes: number;
  readonly fixedDownBytes: number;
}

/** Migrations of one method in one context, added up. */
export interface Migrations {
  readonly count: number;
  /** State of all of them together. */
  readonly entryBytes: number;
  readonly exitBytes: number;
  /** Questions for files, and bytes of files that the clone lacks. */
  readonly faults?: number;
  readonly fileBytes?: number;
}

/** The cost of migrations in milliseconds, linear in the conditions (C_s of §3.2). */
export function migrationMs(migrations: Migrations, overheads: MigrationOverheads): LinearCost {
  const { count, entryBytes, exitBytes, faults = 0, fileBytes = 0 } = migrations;
  const up = entryBytes + fileBytes + count * overheads.fixedUpBytes;
  const down = exitBytes + count * overheads.fixedDownBytes;
  return [
    count * overheads.deviceMs + entryBytes * overheads.captureMsPerByte +
    exitBytes * overheads.mergeMsPerByte,
    count * overheads.roundTrips + faults,
    up,
    down,
    count * overheads.cloneMs + entryBytes * overheads.instantiateMsPerByte +
    exitBytes * overheads.recaptureMsPerByte,
  ];
}
