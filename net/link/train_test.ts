import { ok } from "node:assert/strict";
import { spreadOf } from "./train.ts";

/** Bytes a millisecond of a link on which pieces arrived at these milliseconds. */
function pace(arrivals: readonly number[], pieceBytes: number): number {
  const { bytes, ms } = spreadOf(arrivals.map((at, i) => ({ at, bytes: i * pieceBytes })));
  return bytes / ms;
}

/** Sent at 50 bytes a millisecond, pieces of 500: what waits for the process comes at once, and late. */
const TRAINS: Record<string, number[]> = {
  "in time": [0, 10, 20, 30, 40, 50, 60, 70],
  "a pause at the start": [15, 15.1, 20, 30, 40, 50, 60, 70],
  "a pause at the end": [0, 10, 20, 30, 40, 50, 60, 95],
  "a pause in the middle": [0, 10, 20, 58, 58.1, 58.2, 60, 70],
  "turns of 20 ms": [0, 20, 20.1, 40, 40.1, 60, 60.1, 80],
};

Deno.test("spreadOf() tells a link's pace whenever the process pauses", () => {
  for (const [what, arrivals] of Object.entries(TRAINS)) {
    const found = pace(arrivals, 500);
    ok(Math.abs(found - 50) < 0.15 * 50, `${what}: ${found} instead of 50`);
  }
});

/** As the kernel's token bucket (`tc tbf`, 32 kB) let pieces of 8 KiB through: the link's bytes a millisecond, and when they came. */
const BUCKETS: [number, number[]][] = [
  [50, [0, 0.1, 0.1, 37.2, 382.3, 382.5, 727.2, 727.3]],
  [50, [0, 0.2, 35.2, 380.1, 380.2, 898, 898.1, 898.2]],
  [250, [0, 0.1, 0.2, 5.7, 74.9, 75, 144, 144.2]],
  [625, [0, 0.1, 0.1, 2.3, 30.2, 30.3, 57.9, 58.2]],
  [1250, [0, 0.1, 0.1, 1.5, 15.7, 15.8, 29.4, 29.5]],
  [2500, [0, 0.1, 0.2, 0.4, 3.7, 10.7, 10.8, 14.3]],
];

Deno.test("spreadOf() tells the link's pace behind a token bucket", () => {
  for (const [bytesPerMs, arrivals] of BUCKETS) {
    const found = pace(arrivals, 8_192);
    ok(Math.abs(found - bytesPerMs) < 0.15 * bytesPerMs, `${found} instead of ${bytesPerMs}`);
  }
});

Deno.test("spreadOf() takes the whole train where all of it came in a few bursts", () => {
  ok(pace([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7], 500) === 5000);
});
