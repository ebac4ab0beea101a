import type { MethodId } from "../../runtime/mod.ts";
import { costAt, type LinearCost, type Point, pointOf } from "../cost/linear_cost.ts";
import { type ConditionsBox, MAX_PARTITIONS, MAX_SOLVES, SAME_COST } from "./constants.ts";
import { Polytope } from "./vertices.ts";

// The cheapest cost over all partitions, as a function of the point, is concave and piecewise linear: the lower envelope of
// finitely many linear costs. With some partitions at hand their envelope lies on or above it. In a cell where one of them is
// cheapest the difference is linear minus concave, so it is greatest at the cell's corners: if a fresh solve at every corner
// of every cell finds nothing cheaper, the envelope is exact on the whole box. Each solve that does finds a new partition.

/** A partition with its cost under any conditions. */
export interface PricedPartition {
  /** The migration points, sorted. */
  readonly migrate: readonly MethodId[];
  readonly cost: LinearCost;
}

/** The best partitions over a box of conditions. */
export interface Envelope {
  readonly box: ConditionsBox;
  readonly partitions: readonly PricedPartition[];
  /** False if a bound on work was reached first; then somewhere in the box a better partition may exist. */
  readonly exact: boolean;
  /** Solves it took. */
  readonly solves: number;
}

/** What an envelope is computed with: a solve at a point, and what else bounds it. */
export interface EnvelopeOptions {
  readonly box: ConditionsBox;
  readonly solve: (point: Point) => Promise<PricedPartition>;
  readonly signal?: AbortSignal;
  readonly maxSolves?: number;
}

/** Computes the envelope. @throws what `solve` throws, or the signal's reason. */
export async function lowerEnvelope(options: EnvelopeOptions): Promise<Envelope> {
  const { box, solve, signal, maxSolves = MAX_SOLVES } = options;
  const [low, high] = corners(box);
  const partitions: PricedPartition[] = [];
  const verified = new Set<string>();
  let solves = 0, top = 0;
  const polytope = new Polytope(5);
  for (;;) {
    let found = false;
    for (const vertex of partitions.length === 0 ? [[1, 1, 1, 1]] : polytope.vertices) {
      const key = vertex.slice(0, 4).map((x) => x.toFixed(12)).join(" ");
      if (verified.has(key)) continue;
      if (solves >= maxSolves || partitions.length >= MAX_PARTITIONS) {
        return { box, partitions, exact: false, solves };
      }
      signal?.throwIfAborted();
      const point = pointAt(vertex, low, high);
      const better = await solve(point);
      solves++;
      verified.add(key);
      const known = Math.min(...partitions.map(({ cost }) => costAt(cost, point)));
      const cheaper = costAt(better.cost, point);
      if (partitions.length > 0 && cheaper >= known * (1 - SAME_COST)) continue;
      // Costs only grow towards the worst corner, so the first solve's is the greatest of the whole envelope.
      top ||= Math.max(cheaper, Number.MIN_VALUE);
      partitions.push(better);
      polytope.cut(below(better.cost, { low, high, top }));
      found = true;
      break;
    }
    if (!found) return { box, partitions, exact: true, solves };
  }
}

/** The box's corners as points: all best, all worst. */
function corners({ best, worst }: ConditionsBox): [Point, Point] {
  return [pointOf(best), pointOf(worst)];
}

/** The point at box coordinates from 0 (best) to 1 (worst). */
function pointAt(vertex: readonly number[], low: Point, high: Point): Point {
  const at = (d: 1 | 2 | 3 | 4) => low[d] + Math.min(1, Math.max(0, vertex[d - 1]!)) * (high[d] - low[d]);
  return [1, at(1), at(2), at(3), at(4)];
}

/** `t ≤ cost(point)`, in box coordinates and with t scaled by `top`, as a halfspace. */
function below(cost: LinearCost, { low, high, top }: { low: Point; high: Point; top: number }): {
  normal: number[];
  limit: number;
} {
  const steps = ([1, 2, 3, 4] as const).map((d) => -cost[d] * (high[d] - low[d]) / top);
  const normal = [...steps, 1];
  const limit = costAt(cost, low) / top;
  const scale = Math.max(1, ...normal.map(Math.abs));
  return { normal: normal.map((x) => x / scale), limit: limit / scale };
}
