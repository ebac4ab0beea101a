import type { MethodId } from "../../runtime/mod.ts";
import { costsOf, type CostTree } from "../cost/cost_tree.ts";
import { costAt, type Point } from "../cost/linear_cost.ts";
import { LIMIT_SLACK } from "./constants.ts";

/** A context's costs at given conditions: on the device, at the clone, and of the migrations that begin in it. */
export interface SolverCosts {
  readonly stay: number;
  readonly away: number;
  readonly migrate: number;
}

/** A calling context as the solver sees it. */
export interface SolverContext extends SolverCosts {
  /** Index of the caller's context, smaller than its own; -1 at the root, which stays on the device. */
  readonly parent: number;
  readonly method: MethodId;
  readonly pinned?: string;
  readonly families: readonly string[];
}

/** A bound on another cost than the objective (§3.3: limit energy while optimizing time, or the other way round). */
export interface Limit {
  /** As the user wrote it, e.g. `--max-energy 5 J`. */
  readonly name: string;
  readonly atMost: number;
  /** One for each context. */
  readonly costs: readonly SolverCosts[];
  /** A cost in the unit that the user gave. */
  readonly shown?: (cost: number) => string;
}

/** Choose R(m) for every method so that the sum of costs is least. */
export interface PartitionProblem {
  readonly contexts: readonly SolverContext[];
  readonly limits: readonly Limit[];
  /** Methods the user keeps on the device. */
  readonly pin: readonly MethodId[];
  /** Methods the user makes migrate. */
  readonly migrate: readonly MethodId[];
  /** Methods that can't be migration points, with the reason; a caller may still take them along. */
  readonly notPoints?: ReadonlyMap<MethodId, string>;
}

/** A partition and what it costs. */
export interface Solved {
  readonly feasible: true;
  /** R(m) = 1: the migration points, sorted. None that would be reached at the clone only. */
  readonly migrate: readonly MethodId[];
  /** In the objective's unit. */
  readonly cost: number;
  /** The same with everything on the device. */
  readonly homeCost: number;
  /** `settled`: each method's choice was plain whatever the others do. */
  readonly how: "exhaustive" | "highs" | "settled";
}

/** No partition satisfies the constraints; these ones clash, and without any one of them some would. */
export interface Infeasible {
  readonly feasible: false;
  readonly clash: readonly string[];
}

/** What can be asked of the solver besides the app's own costs. */
export interface ProblemOptions {
  readonly objective: "time" | "energy";
  readonly point: Point;
  readonly pin?: readonly MethodId[];
  readonly migrate?: readonly MethodId[];
  readonly notPoints?: ReadonlyMap<MethodId, string>;
  readonly maxEnergyJ?: number;
  readonly maxTimeMs?: number;
}

/** The problem of an app's costs at given conditions. */
export function partitionProblem(tree: CostTree, options: ProblemOptions): PartitionProblem {
  const at = (objective: "time" | "energy"): SolverCosts[] =>
    tree.contexts.map((context) => {
      const { stay, away, migrate } = costsOf(context, objective);
      const { point } = options;
      return { stay: costAt(stay, point), away: costAt(away, point), migrate: costAt(migrate, point) };
    });
  const costs = at(options.objective);
  const limits: Limit[] = [];
  if (options.maxEnergyJ !== undefined) {
    limits.push({
      name: `max-energy ${options.maxEnergyJ} J`,
      atMost: options.maxEnergyJ,
      costs: at("energy"),
      shown: (joules) => `${joules.toPrecision(3)} J`,
    });
  }
  if (options.maxTimeMs !== undefined) {
    limits.push({
      name: `max-time ${options.maxTimeMs / 1000} s`,
      atMost: options.maxTimeMs,
      costs: at("time"),
      shown: (ms) => `${(ms / 1000).toPrecision(3)} s`,
    });
  }
  return {
    contexts: tree.contexts.map(({ parent, method, pinned, families }, i) => ({
      parent,
      method,
      ...(pinned === undefined ? {} : { pinned }),
      families,
      ...costs[i]!,
    })),
    limits,
    pin: options.pin ?? [],
    migrate: options.migrate ?? [],
    ...(options.notPoints === undefined ? {} : { notPoints: options.notPoints }),
  };
}

/** Where each context runs under a partition: 1 at the clone. `l(child) = max(l(parent), R(method(child)))`. */
export function locations(contexts: readonly SolverContext[], migrate: ReadonlySet<MethodId>): Uint8Array {
  const at = new Uint8Array(contexts.length);
  for (const [i, { parent, method }] of contexts.entries()) {
    at[i] = (parent >= 0 && at[parent] === 1) || migrate.has(method) ? 1 : 0;
  }
  return at;
}

/** The cost of a partition: a migration is paid where it begins on the device. */
export function costOf(
  contexts: readonly { readonly parent: number }[],
  costs: readonly SolverCosts[],
  at: Uint8Array,
): number {
  let sum = 0;
  for (const [i, { parent }] of contexts.entries()) {
    const { stay, away, migrate } = costs[i]!;
    if (at[i] === 0) sum += stay;
    else sum += away + (parent < 0 || at[parent] === 0 ? migrate : 0);
  }
  return sum;
}

/** Which constraints a partition breaks, in words; none if it is legal. */
export function violations(problem: PartitionProblem, migrate: ReadonlySet<MethodId>): string[] {
  const at = locations(problem.contexts, migrate);
  const broken = new Set<string>();
  const pins = new Set(problem.pin);
  const families = new Map<string, number>();
  for (const [i, context] of problem.contexts.entries()) {
    if (at[i] === 1 && (context.parent < 0 || context.pinned !== undefined)) {
      broken.add(`${context.method} is pinned: ${context.pinned ?? "the main flow"}`);
    }
    if (at[i] === 1 && pins.has(context.method)) broken.add(`pin ${context.method}`);
    for (const family of context.families) {
      if ((families.get(family) ?? at[i]) !== at[i]) broken.add(`host state ${family} must be on one side`);
      families.set(family, at[i]!);
    }
  }
  for (const [method, reason] of problem.notPoints ?? []) {
    if (migrate.has(method)) broken.add(`${method} can't be a migration point: ${reason}`);
  }
  for (const method of problem.migrate) if (!migrate.has(method)) broken.add(`migrate ${method}`);
  for (const { name, atMost, costs } of problem.limits) {
    if (costOf(problem.contexts, costs, at) > atMost + Math.abs(atMost) * LIMIT_SLACK) broken.add(name);
  }
  return [...broken];
}

/** The partition without points that are only ever reached at the clone, where they do nothing; `keep` stays. */
export function withoutIdle(
  contexts: readonly SolverContext[],
  migrate: ReadonlySet<MethodId>,
  keep: readonly MethodId[] = [],
): MethodId[] {
  const at = locations(contexts, migrate);
  const used = new Set<MethodId>(keep);
  for (const { parent, method } of contexts) {
    if (migrate.has(method) && (parent < 0 || at[parent] === 0)) used.add(method);
  }
  return [...used].sort();
}

/** Every legal partition, without points that do nothing: for small programs and for tests. */
export function* legalPartitions(problem: PartitionProblem): Generator<MethodId[]> {
  const methods = [...new Set(problem.contexts.map(({ method }) => method))].sort();
  const seen = new Set<string>();
  for (let bits = 0; bits < 2 ** methods.length; bits++) {
    const chosen = new Set(methods.filter((_, i) => Math.floor(bits / 2 ** i) % 2 === 1));
    if (violations(problem, chosen).length > 0) continue;
    const partition = withoutIdle(problem.contexts, chosen, problem.migrate);
    const key = partition.join("\n");
    if (!seen.has(key)) yield partition;
    seen.add(key);
  }
}
