import type { MethodId } from "../../runtime/mod.ts";
import { clashOf } from "./clash.ts";
import { contextModel } from "./context_model.ts";
import { canExhaust, exhaust } from "./exhaustive.ts";
import { highsSolver } from "./highs.ts";
import type { LinearSolver } from "./linear_model.ts";
import { presolve } from "./presolve.ts";
import {
  costOf,
  type Infeasible,
  locations,
  type PartitionProblem,
  type Solved,
  withoutIdle,
} from "./problem.ts";

/** How a problem is solved; tests choose, everybody else takes the defaults. */
export interface SolveOptions {
  readonly solver?: LinearSolver;
  /** `highs` skips trying every choice where there are few. */
  readonly how?: "auto" | "highs";
}

/** The cheapest partition in the context model, or which constraints clash. */
export async function solvePartition(
  problem: PartitionProblem,
  options: SolveOptions = {},
): Promise<Solved | Infeasible> {
  const found = await choose(problem, options);
  if (found === undefined) {
    const feasible = async (weaker: PartitionProblem) =>
      await choose(withoutCosts(weaker), options) !== undefined;
    return { feasible: false, clash: await clashOf(problem, feasible) };
  }
  const { contexts } = problem;
  const migrate = withoutIdle(contexts, found.migrate, problem.migrate);
  return {
    feasible: true,
    migrate,
    cost: costOf(contexts, contexts, locations(contexts, new Set(migrate))),
    homeCost: costOf(contexts, contexts, new Uint8Array(contexts.length)),
    how: found.how,
  };
}

async function choose(
  problem: PartitionProblem,
  { solver = highsSolver, how = "auto" }: SolveOptions,
): Promise<{ migrate: Set<MethodId>; how: Solved["how"] } | undefined> {
  const reduced = presolve(problem);
  if (reduced === undefined) return undefined;
  if (reduced.candidates.length === 0 && reduced.limits.length === 0) {
    return { migrate: new Set(reduced.settled), how: "settled" };
  }
  const pick = (indexes: Iterable<number>) =>
    new Set([...reduced.settled, ...[...indexes].map((i) => reduced.candidates[i]!)]);
  if (reduced.candidates.length === 0 || (how === "auto" && canExhaust(reduced))) {
    const chosen = exhaust(reduced);
    return chosen && { migrate: pick(chosen), how: "exhaustive" };
  }
  const answer = await solver.solve(contextModel(reduced));
  if (!answer.feasible) return undefined;
  return { migrate: pick(reduced.candidates.keys().filter((i) => answer.values[i]! > 0.5)), how: "highs" };
}

/** The same constraints with nothing to gain, to ask only whether they can be met. */
function withoutCosts(problem: PartitionProblem): PartitionProblem {
  const contexts = problem.contexts.map((context) => ({ ...context, stay: 0, away: 0, migrate: 0 }));
  return { ...problem, contexts };
}
