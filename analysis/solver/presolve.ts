import type { MethodId } from "../../runtime/mod.ts";
import type { PartitionProblem, SolverCosts } from "./problem.ts";

// A problem is made small before it is solved, without losing an optimum:
// 1. A pinned context keeps every method on its path at R = 0; so does a host-state family with one such context.
// 2. A method that can't gain by migrating, whatever the others do, gets R = 0; one that can't lose gets R = 1.
// 3. A context whose method has R = 0 runs where its caller runs, and all below one whose method has R = 1 runs at the
//    clone: both are added to the caller.

/** A context of the reduced problem: its method is a candidate, and contexts that follow it are part of it. */
export interface ReducedContext {
  readonly parent: number;
  /** Index in `candidates`; -1 at the root, which stays on the device. */
  readonly candidate: number;
  /** One for the objective, then one for each limit. */
  readonly costs: SolverCosts[];
  readonly families: Set<string>;
}

/** What is left to decide. */
export interface Reduced {
  readonly candidates: readonly MethodId[];
  /** Candidates that must migrate. */
  readonly forced: ReadonlySet<number>;
  /** Methods that are settled: R = 1. */
  readonly settled: readonly MethodId[];
  readonly contexts: readonly ReducedContext[];
  readonly limits: readonly number[];
}

/** What is known of R: methods at 0 (`home`) and at 1 (`away`). */
interface Known {
  readonly home: Set<MethodId>;
  readonly away: Set<MethodId>;
}

/** The reduced problem; undefined if a method that must migrate can't. */
export function presolve(problem: PartitionProblem): Reduced | undefined {
  const home = homeMethods(problem);
  if (problem.migrate.some((method) => home.has(method))) return undefined;
  const touching = methodsAbove(problem, ({ families }) => families.length > 0);
  const known = { home, away: new Set(problem.migrate.filter((method) => !touching.has(method))) };
  settle(problem, { known, keep: new Set([...touching, ...problem.migrate]) });
  return collapse(problem, known);
}

/** Methods that must have R = 0 by pins and families (1). */
function homeMethods(problem: PartitionProblem): Set<MethodId> {
  const { contexts, pin } = problem;
  const pins = new Set(pin);
  const home = methodsAbove(
    problem,
    ({ parent, pinned, method }) => parent < 0 || pinned !== undefined || pins.has(method),
  );
  for (const method of problem.notPoints?.keys() ?? []) home.add(method);
  for (let before = -1; before < home.size;) {
    before = home.size;
    const atHome = new Uint8Array(contexts.length);
    const families = new Set<string>();
    for (const [i, { parent, method, families: own }] of contexts.entries()) {
      atHome[i] = (parent < 0 || atHome[parent] === 1) && home.has(method) ? 1 : 0;
      if (atHome[i] === 1) { for (const family of own) families.add(family); }
    }
    for (
      const method of methodsAbove(problem, ({ families: own }) => own.some((name) => families.has(name)))
    ) {
      home.add(method);
    }
  }
  return home;
}

/** The methods on the paths to the contexts that `is` picks. */
function methodsAbove(
  { contexts }: PartitionProblem,
  is: (context: PartitionProblem["contexts"][number]) => boolean,
): Set<MethodId> {
  const marked = new Uint8Array(contexts.length);
  const methods = new Set<MethodId>();
  for (let i = contexts.length - 1; i >= 0; i--) {
    const context = contexts[i]!;
    if (marked[i] === 0 && !is(context)) continue;
    methods.add(context.method);
    if (context.parent >= 0) marked[context.parent] = 1;
  }
  return methods;
}

/** Settles methods whose R is plain (2); repeats, as each settles others. Methods in `keep` are left open. */
function settle(
  { contexts, limits }: PartitionProblem,
  { known, keep }: { known: Known; keep: ReadonlySet<MethodId> },
): void {
  const vectors = [contexts as readonly SolverCosts[], ...limits.map(({ costs }) => costs)];
  const open = new Set(
    contexts.map(({ method }) => method).filter((m) => !known.home.has(m) && !known.away.has(m)),
  );
  for (const method of keep) open.delete(method);
  for (let before = -1; before !== open.size;) {
    before = open.size;
    const mayGain = new Set<MethodId>(), mayLose = new Set<MethodId>();
    for (const costs of vectors) {
      const gains = gainOf(contexts, { costs, known });
      for (const [i, { method }] of contexts.entries()) {
        if (gains.most[i]! > 0) mayGain.add(method);
        if (gains.least[i]! < 0) mayLose.add(method);
      }
    }
    for (const method of open) {
      if (mayGain.has(method) && mayLose.has(method)) continue;
      open.delete(method);
      (mayGain.has(method) ? known.away : known.home).add(method);
    }
  }
}

/**
 * For each context, the most and the least that R = 1 of its method saves there: all below it is away then, where an open
 * method below might instead have paid a migration of its own. Contexts that are at the clone anyway save nothing.
 */
function gainOf(
  contexts: PartitionProblem["contexts"],
  { costs, known: { home, away } }: { costs: readonly SolverCosts[]; known: Known },
): { most: Float64Array; least: Float64Array } {
  const above = new Uint8Array(contexts.length);
  for (const [i, { parent }] of contexts.entries()) {
    above[i] = parent >= 0 && (above[parent] === 1 || away.has(contexts[parent]!.method)) ? 1 : 0;
  }
  const most = new Float64Array(contexts.length), least = new Float64Array(contexts.length);
  for (let i = contexts.length - 1; i >= 0; i--) {
    const { stay, away: there, migrate } = costs[i]!;
    if (above[i] === 1) {
      most[i] = least[i] = 0;
      continue;
    }
    // So far `most` and `least` hold the sums of what is below; here they become this context's own.
    const { parent, method } = contexts[i]!;
    const high = stay - there + most[i]!, low = stay - there + least[i]!;
    const isHome = home.has(method), isAway = away.has(method);
    if (parent >= 0) {
      most[parent]! += isAway ? migrate : isHome ? high : Math.max(high, migrate);
      least[parent]! += isAway ? migrate : isHome ? low : Math.min(low, migrate);
    }
    most[i] = high - migrate;
    least[i] = low - migrate;
  }
  return { most, least };
}

/** Adds each context that is no decision of its own to its caller (3). */
function collapse({ contexts, limits, migrate }: PartitionProblem, { home, away }: Known): Reduced {
  const used = new Set<MethodId>();
  const reduced: (Omit<ReducedContext, "candidate"> & { method: MethodId })[] = [];
  const place: number[] = [];
  const under = new Uint8Array(contexts.length);
  for (const [i, { parent, method, families }] of contexts.entries()) {
    const own = [contexts[i]! as SolverCosts, ...limits.map(({ costs }) => costs[i]!)];
    under[i] = parent >= 0 && (under[parent] === 1 || away.has(method)) ? 1 : 0;
    if (parent >= 0 && (under[i] === 1 || home.has(method))) {
      const into = reduced[place[i] = place[parent]!]!;
      for (const family of families) into.families.add(family);
      const starts = under[i] === 1 && under[parent] === 0;
      for (const [k, { stay, away, migrate }] of own.entries()) {
        const sum = into.costs[k]!;
        const ifHome = under[i] === 1 ? away + (starts ? migrate : 0) : stay;
        into.costs[k] = { stay: sum.stay + ifHome, away: sum.away + away, migrate: sum.migrate };
      }
    } else {
      place[i] = reduced.length;
      if (parent >= 0) used.add(method);
      const costs = own.map(({ stay, away, migrate }) => ({ stay, away, migrate }));
      reduced.push({ parent: parent < 0 ? -1 : place[parent]!, method, costs, families: new Set(families) });
    }
  }
  const candidates = [...used].sort();
  const indexOf = new Map(candidates.map((method, i) => [method, i]));
  return {
    candidates,
    forced: new Set(migrate.flatMap((method) => indexOf.get(method) ?? [])),
    settled: [...away],
    contexts: reduced.map(({ method, ...context }) => ({
      ...context,
      candidate: context.parent < 0 ? -1 : indexOf.get(method)!,
    })),
    limits: limits.map(({ atMost }) => atMost),
  };
}
