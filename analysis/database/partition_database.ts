import type { MethodId } from "../../runtime/mod.ts";
import { costsOf, type CostTree } from "../cost/cost_tree.ts";
import { addCosts, FREE, type LinearCost } from "../cost/linear_cost.ts";
import { partitionProblem } from "../solver/problem.ts";
import { type SolveOptions, solvePartition } from "../solver/solve.ts";
import { type ConditionsBox, DEFAULT_BOX } from "./constants.ts";
import { type Envelope, lowerEnvelope } from "./envelope.ts";

/** What a database is made for. */
export interface DatabaseOptions extends SolveOptions {
  readonly objective: "time" | "energy";
  readonly box?: ConditionsBox;
  readonly signal?: AbortSignal;
  readonly maxSolves?: number;
  /** Methods that can't be migration points, with the reason. */
  readonly notPoints?: ReadonlyMap<MethodId, string>;
}

/** The partition database of an app: which partition is best where, over a box of conditions (§3). */
export async function partitionDatabase(tree: CostTree, options: DatabaseOptions): Promise<Envelope> {
  const { objective, box = DEFAULT_BOX } = options;
  return await lowerEnvelope({
    box,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.maxSolves === undefined ? {} : { maxSolves: options.maxSolves }),
    solve: async (point) => {
      const solved = await solvePartition(partitionProblem(tree, { ...options, objective, point }), options);
      if (!solved.feasible) {
        throw new Error(`Cannot make a partition database: ${solved.clash.join(" and ")} clash`);
      }
      return { migrate: solved.migrate, cost: priceOf(tree, { objective, migrate: solved.migrate }) };
    },
  });
}

/** What a partition costs, linear in the conditions. */
export function priceOf(
  { contexts }: CostTree,
  { objective, migrate }: { objective: "time" | "energy"; migrate: readonly MethodId[] },
): LinearCost {
  const points = new Set(migrate);
  const at = new Uint8Array(contexts.length);
  let price = FREE;
  for (const [i, context] of contexts.entries()) {
    const above = context.parent >= 0 && at[context.parent] === 1;
    at[i] = above || points.has(context.method) ? 1 : 0;
    const costs = costsOf(context, objective);
    price = addCosts(price, at[i] === 1 ? costs.away : costs.stay);
    if (at[i] === 1 && !above) price = addCosts(price, costs.migrate);
  }
  return price;
}

/** Every method that migrates in some region: where `run` puts checks. */
export function methodsOf({ partitions }: Envelope): MethodId[] {
  return [...new Set(partitions.flatMap(({ migrate }) => migrate))].sort();
}
