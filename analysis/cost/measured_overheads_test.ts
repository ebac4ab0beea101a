import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { type Conditions, methodId } from "../../runtime/mod.ts";
import type { MigrationSample } from "../profile/migration_sample.ts";
import { DEFAULT_OVERHEADS } from "./constants.ts";
import { addMeasured, noOverheads, overheadsOf } from "./measured_overheads.ts";

const WIFI: Conditions = {
  ...{ rttMs: 69, upBytesPerSecond: 825_000, downBytesPerSecond: 825_000, cloneSpeed: 10, power: "unknown" },
};

/** A device that captures in 20 ms and 1 µs a byte, and merges in 5; the clone takes 2 ms and 0.1 µs a byte; 7 ms get lost. */
function sample(upBytes: number, more: Partial<MigrationSample> = {}): MigrationSample {
  const clone = { acceptMs: 2 + upBytes * 1e-4, runMs: 50, cpuMs: 50, waitedMs: 9, recaptureMs: 1 };
  return {
    ...{ method: methodId("a.ts#f"), features: [], cold: false, captureMs: 20 + upBytes * 1e-3, mergeMs: 5 },
    ...clone,
    awayMs: clone.acceptMs + 50 + 9 + 1 + 69 + upBytes / 825 + 100 / 825 + 7,
    ...{ upBytes, downBytes: 100, faults: 1, fileBytes: 0 },
    ...more,
  };
}

Deno.test("overheadsOf() finds what a device's migrations cost from their steps, the link and the work taken off", () => {
  const sums = noOverheads();
  addMeasured(sums, [1000, 5000, 20_000].map((bytes) => sample(bytes)), WIFI);
  const found = overheadsOf(JSON.parse(JSON.stringify(sums)));
  assert(Math.abs(found.captureMsPerByte - 1e-3) < 1e-9, `${found.captureMsPerByte}`);
  assert(Math.abs(found.instantiateMsPerByte - 1e-3) < 1e-9, "of a clone as fast as the device");
  // Merges were all alike: the usual cost a byte, the rest is fixed.
  assert(Math.abs(found.deviceMs + 100 * found.mergeMsPerByte - (20 + 5 + 7)) < 1e-6, `${found.deviceMs}`);
  assert(Math.abs(found.cloneMs + 100 * found.recaptureMsPerByte - 30) < 1e-6, `${found.cloneMs}`);
});

Deno.test("overheadsOf() gives defaults while nothing was measured; a session's first migration doesn't count", () => {
  const sums = noOverheads();
  addMeasured(sums, [sample(1e6, { cold: true })], WIFI);
  assertEquals(overheadsOf(sums), DEFAULT_OVERHEADS);
});
