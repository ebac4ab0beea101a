import {
  CALIBRATION_MAX_MS,
  CALIBRATION_UNITS,
  CALIBRATION_WARM_UP_UNITS,
  MIN_UNIT_MS,
} from "./constants.ts";
import { watchShare } from "./cpu_share.ts";

/**
 * How fast this machine computes now, in calibration units a millisecond. Only ratios between machines mean something.
 *
 * Blocks for 20 ms on a laptop, at most {@linkcode CALIBRATION_MAX_MS} on a throttled device. The fastest quarter counts, so that
 * neither other processes' turns nor code that isn't compiled yet do. That hides a CPU quota, too, which lets the machine run at its
 * full speed by moments: so it counts by the share of a core that the system says it allows.
 */
export function calibrate(now: () => number = () => performance.now(), watch = watchShare): number {
  const table = new Float64Array(1024).map((_, i) => Math.sin(i));
  let check = 0;
  for (let i = 0; i < CALIBRATION_WARM_UP_UNITS; i++) check += unit(table, i);
  const share = watch();
  const start = now();
  const times: number[] = [];
  for (let at = start; times.length < CALIBRATION_UNITS && at - start < CALIBRATION_MAX_MS;) {
    check += unit(table, times.length);
    const end = now();
    times.push(end - at);
    at = end;
  }
  // Uses the result, so that the loop can't be left out.
  if (Number.isNaN(check)) throw new RangeError("Cannot calibrate: the work went wrong");
  const elapsedMs = now() - start;
  const fast = times.toSorted((a, b) => a - b)[times.length >> 2]!;
  return share(elapsedMs) / Math.max(fast, MIN_UNIT_MS);
}

/** A mix of what apps do: integer and float arithmetic, array access, property access, short-lived objects. */
function unit(table: Float64Array, seed: number): number {
  let hash = seed | 1;
  let sum = 0;
  let node = { value: seed, next: undefined as unknown };
  for (let i = 0; i < 20_000; i++) {
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) + i | 0;
    sum += table[hash & 1023]! * 0.5 + table[i & 1023]!;
    if ((i & 63) === 0) node = { value: node.value + sum, next: undefined };
  }
  return sum + hash + node.value;
}
