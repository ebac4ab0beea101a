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

Deno.test("spreadOf() takes the whole train where all of it came in a few bursts", () => {
  ok(pace([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7], 500) === 5000);
});
