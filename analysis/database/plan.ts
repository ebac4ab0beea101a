import type { Conditions, MethodId } from "../../runtime/mod.ts";
import { DEFAULT_OVERHEADS, LIGHT_SHARE } from "../cost/constants.ts";
import { foldLight } from "../cost/fold_light.ts";
import { costAtHome, type CostTree, costTree } from "../cost/cost_tree.ts";
import type { DeciderModel } from "../cost/decide.ts";
import { deciderModel } from "../cost/decider_model.ts";
import { costAt, pointOf } from "../cost/linear_cost.ts";
import { devicePower } from "../cost/device_power.ts";
import { powerLevels, type PowerUse } from "../cost/power.ts";
import type { AppVersion } from "../profile/execution.ts";
import type { ProfileStore } from "../profile/store.ts";
import { type PartitionProblem, partitionProblem } from "../solver/problem.ts";
import { type SolveOptions, solvePartition } from "../solver/solve.ts";
import type { Envelope } from "./envelope.ts";
import { lookUp } from "./lookup.ts";
import { methodsOf, partitionDatabase, priceOf } from "./partition_database.ts";

/** What a user asks of a run. */
export interface PlanOptions extends SolveOptions {
  /** Measured on the live link. */
  readonly conditions: Conditions;
  readonly objective?: "time" | "energy";
  /** The device's power use; by what this machine is if nothing is said. */
  readonly power?: PowerUse;
  /** Methods that must migrate, and methods that must stay. */
  readonly migrate?: readonly MethodId[];
  readonly pin?: readonly MethodId[];
  /** Methods that the rewriter can't make migration points, with the reason; refused ones of earlier runs are added. */
  readonly notPoints?: ReadonlyMap<MethodId, string>;
  /** Methods that will be asked about: they count however light they are. */
  readonly about?: readonly MethodId[];
  readonly maxEnergyJ?: number;
  readonly maxTimeMs?: number;
  readonly signal?: AbortSignal;
}

/** What a run does: where to put checks, what to decide from, and why. */
export interface Plan {
  /** The partition for these conditions. */
  readonly migrate: readonly MethodId[];
  /** Every method that migrates under some conditions: these get checks. */
  readonly candidates: readonly MethodId[];
  /** What the app's `Decider` starts from. */
  readonly model: DeciderModel;
  /** A run's predicted cost, with this partition and at home: milliseconds or joules. */
  readonly cost: number;
  readonly homeCost: number;
  readonly unit: "ms" | "J";
  /** Conditions outside the examined box, in words. */
  readonly outside: readonly string[];
  /** One line for a person. */
  readonly why: string;
  readonly database: Envelope;
  readonly costs: CostTree;
}

/** The user's constraints can't be met together. */
export class ClashError extends Error {
  /** The constraints that clash, in words. */
  readonly clash: readonly string[];
  /** `told`: the same as the person is told. */
  constructor(clash: readonly string[], told: readonly string[] = clash) {
    const what = clash.length === 1 ? "this can't be met" : "these can't hold together";
    super(`Cannot find a partition: ${what}: ${told.join("; ")}`);
    this.clash = clash;
  }
}

/**
 * Plans a run of an app's version from what the store knows of it; undefined if it never ran.
 *
 * The partition comes from the database (made here if there is none since the last execution). Constraints and forced methods
 * are solved for live. @throws {ClashError} if the constraints can't be met.
 */
export async function planRun(
  store: ProfileStore,
  version: AppVersion,
  options: PlanOptions,
): Promise<Plan | undefined> {
  const executions = store.executions(version);
  if (executions.length === 0) return undefined;
  const { conditions, objective = "time", power = devicePower(), pin = [], migrate = [] } = options;
  const overheads = store.overheads() ?? DEFAULT_OVERHEADS;
  const whole = costTree(executions, { overheads, power: powerLevels(power) });
  const costs = foldLight(whole, { share: LIGHT_SHARE, keep: [...migrate, ...pin, ...options.about ?? []] });
  const learned = store.learned(version);
  const notPoints = new Map([...refusedBy(learned), ...options.notPoints ?? []]);
  const asked = { ...options, notPoints, objective };
  const database = await databaseOf(store, version, { ...asked, costs, power });
  const found = await choose(costs, { ...asked, database });
  const below = await pointsBelow(costs, { ...asked, chosen: found.migrate });
  const candidates = [...new Set([...methodsOf(database), ...found.migrate, ...below])].sort();
  const model = deciderModel({
    executions,
    candidates,
    chosen: found.migrate,
    forced: migrate,
    home: pin,
    conditions,
    overheads,
    regions: database.partitions,
    ...(objective === "energy" ? { power: powerLevels(power) } : {}),
    ...(learned === undefined ? {} : { learned }),
  });
  const point = pointOf(conditions);
  const cost = costAt(priceOf(costs, { objective, migrate: found.migrate }), point);
  const homeCost = costAt(costAtHome(costs, objective), point);
  const unit = objective === "time" ? "ms" : "J";
  return {
    migrate: found.migrate,
    candidates,
    model,
    cost,
    homeCost,
    unit,
    outside: found.outside,
    why: whyLine({ migrate: found.migrate, cost, homeCost, unit, runs: executions.length }),
    database,
    costs,
  };
}

function refusedBy(learned: DeciderModel | undefined): [MethodId, string][] {
  const methods = Object.entries(learned?.methods ?? {}).filter(([, { refused }]) => refused);
  return methods.map(([method]) => [method as MethodId, "an earlier migration of it was refused"]);
}

async function databaseOf(
  store: ProfileStore,
  version: AppVersion,
  { costs, objective, power, ...options }: PlanOptions & {
    costs: CostTree;
    objective: "time" | "energy";
    power: PowerUse;
  },
): Promise<Envelope> {
  const key = { ...version, objective, power: objective === "time" ? "" : JSON.stringify(power) };
  const known = store.database(key);
  if (known !== undefined) return known;
  const { pin: _pin, migrate: _migrate, maxEnergyJ: _energy, maxTimeMs: _time, ...free } = options;
  const made = await partitionDatabase(costs, { ...free, objective });
  store.saveDatabase(key, made);
  return made;
}

async function choose(
  costs: CostTree,
  { database, objective, ...options }: PlanOptions & { database: Envelope; objective: "time" | "energy" },
): Promise<{ migrate: readonly MethodId[]; outside: readonly string[] }> {
  const { partition, outside } = lookUp(database, options.conditions);
  const { pin = [], migrate = [], maxEnergyJ, maxTimeMs } = options;
  const free = pin.length === 0 && migrate.length === 0 && maxEnergyJ === undefined &&
    maxTimeMs === undefined;
  if (free) return { migrate: partition.migrate, outside };
  const point = pointOf(options.conditions);
  const problem = partitionProblem(costs, { ...options, objective, point });
  const solved = await solvePartition(problem, options);
  if (!solved.feasible) throw new ClashError(solved.clash, await withLeast(solved.clash, problem, options));
  return { migrate: solved.migrate, outside };
}

/** Of a limit that can't be met by itself, a person should know what can be. */
async function withLeast(
  clash: readonly string[],
  problem: PartitionProblem,
  options: SolveOptions,
): Promise<readonly string[]> {
  const limit = clash.length === 1 ? problem.limits.find(({ name }) => name === clash[0]) : undefined;
  if (limit?.shown === undefined) return clash;
  const contexts = problem.contexts.map((context, i) => ({ ...context, ...limit.costs[i]! }));
  const least = await solvePartition({ ...problem, contexts, limits: [] }, options);
  return least.feasible ? [`${limit.name} (${limit.shown(least.cost)} at least)`] : clash;
}

/**
 * What is best where nothing chosen may migrate: an invocation that had to stay (no clone yet, one that was lost, a prediction
 * that was wrong) is left for a clone at the next of these within it.
 */
async function pointsBelow(
  costs: CostTree,
  { chosen, objective, ...options }: PlanOptions & {
    chosen: readonly MethodId[];
    objective: "time" | "energy";
  },
): Promise<readonly MethodId[]> {
  if (chosen.length === 0) return [];
  const { conditions, pin = [], notPoints = new Map() } = options;
  const others = new Map([...notPoints, ...chosen.map((method) => [method, "it is chosen"] as const)]);
  const problem = partitionProblem(costs, { objective, pin, notPoints: others, point: pointOf(conditions) });
  const solved = await solvePartition(problem, options);
  return solved.feasible ? solved.migrate : [];
}

function whyLine(
  { migrate, cost, homeCost, unit, runs }: Pick<Plan, "migrate" | "cost" | "homeCost" | "unit"> & {
    runs: number;
  },
): string {
  const amount = (value: number) =>
    unit === "ms" ? `${(value / 1000).toFixed(2)} s` : `${value.toFixed(2)} J`;
  const known = `from ${runs} earlier run${runs === 1 ? "" : "s"}`;
  if (migrate.length === 0) {
    return `all stays on the device: ${amount(homeCost)}, nothing would save any (${known})`;
  }
  return `${migrate.join(", ")} may migrate: ${amount(cost)} instead of ${
    amount(homeCost)
  } predicted (${known})`;
}
