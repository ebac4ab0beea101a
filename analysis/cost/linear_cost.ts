import type { Conditions } from "../../runtime/mod.ts";
import { forEach, objectEntries } from "../../runtime/safe/mod.ts";

/**
 * A cost that is linear in the conditions: for one executable every cost here is
 * `c[0] + c[1]·rttMs + c[2]·(ms per byte up) + c[3]·(ms per byte down) + c[4]·(1 / clone speed)`.
 * That is what makes the best partitions over all conditions a lower envelope.
 */
export type LinearCost = readonly [number, number, number, number, number];

/** Conditions as a point that a {@linkcode LinearCost} is evaluated at; the first part is 1. */
export type Point = readonly [1, number, number, number, number];

/** A cost of nothing. */
export const FREE: LinearCost = [0, 0, 0, 0, 0];

/** The point of measured conditions. @throws {RangeError} if one is not a positive number. */
export function pointOf(conditions: Omit<Conditions, "power">): Point {
  const { rttMs, upBytesPerSecond, downBytesPerSecond, cloneSpeed } = conditions;
  forEach(objectEntries({ upBytesPerSecond, downBytesPerSecond, cloneSpeed }), ({ 0: name, 1: value }) => {
    if (!(value > 0)) throw new RangeError(`Cannot use conditions: ${name} is ${value}, not above 0`);
  });
  if (!(rttMs >= 0)) throw new RangeError(`Cannot use conditions: rttMs is ${rttMs}, not 0 or above`);
  return [1, rttMs, 1000 / upBytesPerSecond, 1000 / downBytesPerSecond, 1 / cloneSpeed];
}

/** The cost at a point, in the cost's own unit. */
export function costAt(cost: LinearCost, point: Point): number {
  return cost[0] + cost[1] * point[1] + cost[2] * point[2] + cost[3] * point[3] + cost[4] * point[4];
}

/** a + b. */
export function addCosts(a: LinearCost, b: LinearCost): LinearCost {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3], a[4] + b[4]];
}

/** factor × cost. */
export function scaleCost(cost: LinearCost, factor: number): LinearCost {
  return [cost[0] * factor, cost[1] * factor, cost[2] * factor, cost[3] * factor, cost[4] * factor];
}
