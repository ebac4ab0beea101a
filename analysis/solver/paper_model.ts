import type { MethodId } from "../../runtime/mod.ts";
import { highsSolver } from "./highs.ts";
import type { LinearModel, LinearSolver, Row } from "./linear_model.ts";
import type { PartitionProblem } from "./problem.ts";

/** The paper's literal answer: R and the location L of each method. */
export interface PaperSolved {
  readonly feasible: true;
  readonly migrate: readonly MethodId[];
  readonly atClone: readonly MethodId[];
  /** Comp(E) + Migr(E), which charges every invocation of a migrating method, nested or not. */
  readonly cost: number;
}

/** How literally to take the paper. */
export interface PaperOptions {
  /** False leaves out `L(m1) = L(m2)` where R(m2) = 0, as printed; then L is free and nothing need migrate. */
  readonly converse?: boolean;
  /** Calls that static analysis knows of besides those the profile saw. */
  readonly calls?: readonly (readonly [caller: MethodId, callee: MethodId])[];
  readonly solver?: LinearSolver;
}

/**
 * The formulas of §3.3 with one L and one R for each *method*: kept to compare optima with the context model's. A helper
 * that is called from both sides forbids any migration here.
 */
export async function solvePaper(
  problem: PartitionProblem,
  options: PaperOptions = {},
): Promise<PaperSolved | { feasible: false }> {
  const methods = [...new Set(problem.contexts.map(({ method }) => method))];
  const n = methods.length;
  const answer = await (options.solver ?? highsSolver).solve(paperModel(problem, { ...options, methods }));
  if (!answer.feasible) return { feasible: false };
  const on = (offset: number) => methods.filter((_, i) => answer.values[offset + i]! > 0.5).sort();
  const migrate = on(0), atClone = on(n);
  const R = new Set(migrate), L = new Set(atClone);
  const cost = problem.contexts.reduce(
    (sum, { method, stay, away, migrate }) =>
      sum + (L.has(method) ? away : stay) + (R.has(method) ? migrate : 0),
    0,
  );
  return { feasible: true, migrate, atClone, cost };
}

/** Columns: R of each method, then L, then A ("R = 1 here or in some transitive caller", which makes TC linear in size). */
function paperModel(
  problem: PartitionProblem,
  { methods, converse = true, calls = [] }: PaperOptions & { methods: readonly MethodId[] },
): LinearModel {
  const n = methods.length;
  const index = new Map(methods.map((method, i) => [method, i]));
  const R = (i: number) => i, L = (i: number) => n + i, A = (i: number) => 2 * n + i;
  const cost = new Float64Array(3 * n);
  for (const { method, stay, away, migrate } of problem.contexts) {
    const i = index.get(method)!;
    cost[R(i)]! += migrate;
    cost[L(i)]! += away - stay;
  }
  const rows: Row[] = [];
  for (const [m1, m2] of directCalls(problem, { calls, index })) {
    rows.push({ terms: [[L(m1), 1], [L(m2), 1], [R(m2), -1]], lower: 0 }); // (1): not both on the device, …
    rows.push({ terms: [[L(m1), 1], [L(m2), 1], [R(m2), 1]], upper: 2 }); // … not both at the clone
    if (converse) {
      rows.push({ terms: [[L(m1), 1], [L(m2), -1], [R(m2), -1]], upper: 0 });
      rows.push({ terms: [[L(m2), 1], [L(m1), -1], [R(m2), -1]], upper: 0 });
    }
    rows.push({ terms: [[A(m2), 1], [A(m1), -1]], lower: 0 }); // (4), through A
    rows.push({ terms: [[A(m2), 1], [R(m1), -1]], lower: 0 });
  }
  for (let i = 0; i < n; i++) rows.push({ terms: [[R(i), 1], [A(i), 1]], upper: 1 });
  rows.push(...placeRows(problem, { index, L }));
  for (const method of problem.migrate) {
    if (index.has(method)) rows.push({ terms: [[R(index.get(method)!), 1]], lower: 1 });
  }
  for (const method of problem.notPoints?.keys() ?? []) {
    if (index.has(method)) rows.push({ terms: [[R(index.get(method)!), 1]], upper: 0 });
  }
  return { columns: Array.from(cost, (c, i) => ({ integer: i < 2 * n, cost: c })), rows };
}

/** DC: caller and callee, each pair once. */
function directCalls(
  { contexts }: PartitionProblem,
  { calls, index }: { calls: NonNullable<PaperOptions["calls"]>; index: ReadonlyMap<MethodId, number> },
): (readonly [number, number])[] {
  const pairs = new Map<string, readonly [number, number]>();
  const add = (caller: MethodId, callee: MethodId) => {
    const [m1, m2] = [index.get(caller), index.get(callee)];
    if (m1 !== undefined && m2 !== undefined) pairs.set(`${m1} ${m2}`, [m1, m2]);
  };
  for (const { parent, method } of contexts) if (parent >= 0) add(contexts[parent]!.method, method);
  for (const [caller, callee] of calls) add(caller, callee);
  return [...pairs.values()];
}

/** (2) pinned methods and main on the device; (3) methods of one host-state family on one side. */
function placeRows(
  { contexts, pin }: PartitionProblem,
  { index, L }: { index: ReadonlyMap<MethodId, number>; L: (i: number) => number },
): Row[] {
  const pinned = new Set(pin);
  const family = new Map<string, number>();
  const rows: Row[] = [];
  for (const { parent, method, pinned: reason, families } of contexts) {
    const i = index.get(method)!;
    if (parent < 0 || reason !== undefined || pinned.has(method)) rows.push({ terms: [[L(i), 1]], upper: 0 });
    for (const name of families) {
      const other = family.get(name) ?? i;
      family.set(name, other);
      if (other !== i) rows.push({ terms: [[L(i), 1], [L(other), -1]], lower: 0, upper: 0 });
    }
  }
  return rows;
}
