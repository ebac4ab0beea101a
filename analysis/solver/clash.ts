import type { PartitionProblem } from "./problem.ts";

/** A constraint that can be left out, with its name as the user reads it. */
interface Constraint {
  readonly name: string;
  readonly kind: "app" | "point" | "pin" | "migrate" | "family" | "limit";
  readonly value: string;
}

/**
 * Which constraints of an infeasible problem clash: a smallest set in the sense that without any one of them the rest can be
 * met (QuickXplain, Junker 2004: few solves even when thousands of methods are pinned).
 */
export async function clashOf(
  problem: PartitionProblem,
  feasible: (weaker: PartitionProblem) => Promise<boolean>,
): Promise<string[]> {
  const can = (kept: readonly Constraint[]) => feasible(restrict(problem, kept));
  const explain = async (base: Constraint[], added: boolean, rest: Constraint[]): Promise<Constraint[]> => {
    if (added && !await can(base)) return [];
    if (rest.length <= 1) return rest;
    const half = rest.length >> 1;
    const left = rest.slice(0, half), right = rest.slice(half);
    const inRight = await explain([...base, ...left], left.length > 0, right);
    const inLeft = await explain([...base, ...inRight], inRight.length > 0, left);
    return [...inLeft, ...inRight];
  };
  return (await explain([], false, constraintsOf(problem))).map(({ name }) => name);
}

/** User's constraints last: a clash is then told with as few of the app's own pins as possible. */
function constraintsOf(
  { contexts, pin, migrate, limits, notPoints = new Map() }: PartitionProblem,
): Constraint[] {
  const pinned = new Map(contexts.flatMap(({ method, pinned, parent }) => {
    const reason = pinned ?? (parent < 0 ? "the main flow" : undefined);
    return reason === undefined ? [] : [[method, reason]];
  }));
  const roots = new Set(contexts.filter(({ parent }) => parent < 0).map(({ method }) => method));
  const families = new Set(contexts.flatMap(({ families }) => families));
  return [
    ...limits.map(({ name }) => ({ name, kind: "limit" as const, value: name })),
    ...migrate.map((m) => ({
      name: roots.has(m) ? `migrate ${m}, the main flow` : `migrate ${m}`,
      kind: "migrate" as const,
      value: m,
    })),
    ...pin.map((m) => ({ name: `pin ${m}`, kind: "pin" as const, value: m })),
    ...[...families].map((f) => ({
      name: `host state ${f} must be on one side`,
      kind: "family" as const,
      value: f,
    })),
    ...[...notPoints].map(([m, reason]) => (
      { name: `${m} can't be a migration point: ${reason}`, kind: "point" as const, value: m }
    )),
    ...[...pinned].map(([m, reason]) => ({
      name: `${m} is pinned: ${reason}`,
      kind: "app" as const,
      value: m,
    })),
  ];
}

/** The problem with these constraints alone. The root's place is no constraint: its caller is the device. */
function restrict(problem: PartitionProblem, kept: readonly Constraint[]): PartitionProblem {
  const values = (kind: Constraint["kind"]) =>
    new Set(kept.filter((constraint) => constraint.kind === kind).map(({ value }) => value));
  const [app, pins, migrates] = [values("app"), values("pin"), values("migrate")];
  const [families, limits, points] = [values("family"), values("limit"), values("point")];
  return {
    contexts: problem.contexts.map(({ pinned, ...context }) => ({
      ...context,
      ...(pinned !== undefined && app.has(context.method) ? { pinned } : {}),
      families: context.families.filter((family) => families.has(family)),
    })),
    pin: problem.pin.filter((method) => pins.has(method)),
    migrate: problem.migrate.filter((method) => migrates.has(method)),
    notPoints: new Map([...problem.notPoints ?? []].filter(([method]) => points.has(method))),
    limits: problem.limits.filter(({ name }) => limits.has(name)),
  };
}
