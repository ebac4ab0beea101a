import type { Conditions } from "../../runtime/mod.ts";
import type { MigrationSample } from "../profile/migration_sample.ts";
import { DEFAULT_OVERHEADS } from "./constants.ts";
import { addPoint, emptySums, fitLine, type LineSums } from "./line_fit.ts";
import type { MigrationOverheads } from "./migration.ts";

/** What was measured of a device's migrations: times of each step against the bytes of state; adds up, plain JSON. */
export interface OverheadSums {
  readonly capture: LineSums;
  readonly merge: LineSums;
  /** At the clone, in milliseconds of one as fast as the device. */
  readonly instantiate: LineSums;
  readonly recapture: LineSums;
  /** What is left of the time away when work, waiting and the link are taken off. */
  readonly rest: LineSums;
}

/** Nothing measured. */
export function noOverheads(): OverheadSums {
  return {
    capture: emptySums(),
    merge: emptySums(),
    instantiate: emptySums(),
    recapture: emptySums(),
    rest: emptySums(),
  };
}

/** Adds migrations that were measured under these conditions; a session's first is left out. */
export function addMeasured(
  sums: OverheadSums,
  samples: readonly MigrationSample[],
  conditions: Conditions,
): void {
  const { rttMs, upBytesPerSecond, downBytesPerSecond, cloneSpeed } = conditions;
  for (const sample of samples) {
    if (sample.cold) continue;
    const { upBytes, downBytes } = sample;
    addPoint(sums.capture, upBytes, { y: sample.captureMs });
    addPoint(sums.merge, downBytes, { y: sample.mergeMs });
    addPoint(sums.instantiate, upBytes, { y: sample.acceptMs * cloneSpeed });
    addPoint(sums.recapture, downBytes, { y: sample.recaptureMs * cloneSpeed });
    const link = rttMs + 1000 * upBytes / upBytesPerSecond + 1000 * downBytes / downBytesPerSecond;
    const clone = sample.acceptMs + sample.runMs + sample.waitedMs + sample.recaptureMs;
    addPoint(sums.rest, 0, { y: Math.max(0, sample.awayMs - clone - link) });
  }
}

/** The overheads that the sums show; the defaults where nothing was measured. */
export function overheadsOf(sums: OverheadSums): MigrationOverheads {
  if (sums.rest.n === 0) return DEFAULT_OVERHEADS;
  const capture = lineOf(sums.capture, DEFAULT_OVERHEADS.captureMsPerByte);
  const merge = lineOf(sums.merge, DEFAULT_OVERHEADS.mergeMsPerByte);
  const instantiate = lineOf(sums.instantiate, DEFAULT_OVERHEADS.instantiateMsPerByte);
  const recapture = lineOf(sums.recapture, DEFAULT_OVERHEADS.recaptureMsPerByte);
  return {
    deviceMs: capture.base + merge.base + fitLine(sums.rest).base,
    cloneMs: instantiate.base + recapture.base,
    roundTrips: 1,
    captureMsPerByte: capture.slope,
    mergeMsPerByte: merge.slope,
    instantiateMsPerByte: instantiate.slope,
    recaptureMsPerByte: recapture.slope,
    // What a packet weighs without state is in the bytes that were measured.
    fixedUpBytes: 0,
    fixedDownBytes: 0,
  };
}

/** A line with neither part below 0: where sizes were alike, the usual slope and what is left. */
function lineOf(sums: LineSums, usual: number): { base: number; slope: number } {
  const { base, slope } = fitLine(sums);
  if (slope > 0 && base >= 0) return { base, slope };
  const meanX = sums.x / sums.n, meanY = sums.y / sums.n;
  const bounded = meanX > 0 ? Math.min(usual, meanY / meanX) : usual;
  return { base: meanY - bounded * meanX, slope: bounded };
}
