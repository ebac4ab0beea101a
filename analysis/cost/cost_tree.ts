import type { MethodId } from "../../runtime/mod.ts";
import type { Execution } from "../profile/execution.ts";
import { ProfileTree } from "../profile/profile_tree.ts";
import { addCosts, FREE, type LinearCost, scaleCost } from "./linear_cost.ts";
import { migrationMs, type MigrationOverheads } from "./migration.ts";
import type { PowerLevels } from "./power.ts";
import { UNKNOWN_STATE_BYTES } from "./constants.ts";

/** What a context costs, in one unit, linear in the conditions: on the device, at the clone, and to get there and back. */
export interface ContextCosts {
  readonly stay: LinearCost;
  readonly away: LinearCost;
  readonly migrate: LinearCost;
}

/** A calling context with its costs in both objectives; what the solver sees of an app. */
export interface CostContext {
  readonly parent: number;
  readonly method: MethodId;
  readonly pinned?: string;
  readonly families: readonly string[];
  readonly invocations: number;
  readonly timeMs: ContextCosts;
  readonly energyJ: ContextCosts;
  /** True if its state was never captured, so that migration costs rest on a guess. */
  readonly guessedBytes: boolean;
}

/** What a run costs on average over the executions, by calling context; parents stand before children. */
export interface CostTree {
  readonly contexts: readonly CostContext[];
}

/** What costs are computed with. */
export interface CostOptions {
  readonly overheads: MigrationOverheads;
  readonly power: PowerLevels;
}

/**
 * The weighted mean of executions as costs of one run (§3.3: the optimizer sums C(E) over E; a mean has the same optimum).
 *
 * A context that was measured on a clone costs there what it took, scaled by how fast that clone was; any other is taken
 * to gain by the clone's speed. @throws {TypeError} if there are no executions.
 */
export function costTree(executions: readonly Execution[], options: CostOptions): CostTree {
  const { device, clone } = sumTrees(executions);
  const cloneMs = cloneTimes(device, clone);
  return {
    contexts: device.nodes.map((node, i) => {
      const entry = node.entryBytes.n > 0 ? node.entryBytes.mean : UNKNOWN_STATE_BYTES;
      const exit = node.exitBytes.n > 0 ? node.exitBytes.mean : UNKNOWN_STATE_BYTES;
      const count = node.invocations;
      const migrate = migrationMs(
        {
          count,
          entryBytes: entry * count,
          exitBytes: exit * count,
          faults: (node.faults?.mean ?? 0) * count,
          fileBytes: (node.fileBytes?.mean ?? 0) * count,
        },
        options.overheads,
      );
      const timeMs = {
        stay: [node.residualMs, 0, 0, 0, 0],
        away: [0, 0, 0, 0, cloneMs[i]!],
        migrate,
      } as const;
      return {
        parent: node.parent,
        method: node.method,
        ...(node.pinned === undefined ? {} : { pinned: node.pinned }),
        families: node.families,
        invocations: count,
        timeMs,
        energyJ: energyCosts(timeMs, options.power),
        guessedBytes: node.entryBytes.n === 0,
      };
    }),
  };
}

/** Energy at the device for costs in time, joules (§3.2: each state's time at that state's power). */
export function energyCosts(timeMs: ContextCosts, power: PowerLevels): ContextCosts {
  return {
    stay: scaleCost(timeMs.stay, power.computeW / 1000),
    away: scaleCost(timeMs.away, power.waitW / 1000),
    migrate: scaleCost(timeMs.migrate, power.migrateW / 1000),
  };
}

/** What running everything on the device costs. */
export function costAtHome(tree: CostTree, objective: "time" | "energy"): LinearCost {
  return tree.contexts.reduce((sum, context) => addCosts(sum, costsOf(context, objective).stay), FREE);
}

/** A context's costs in one objective: milliseconds or joules. */
export function costsOf(context: CostContext, objective: "time" | "energy"): ContextCosts {
  return objective === "time" ? context.timeMs : context.energyJ;
}

/** Weighted means of T, and of T' in milliseconds of a clone as fast as the device with how much of T it covers. */
function sumTrees(executions: readonly Execution[]): { device: ProfileTree; clone: ProfileTree[] } {
  const first = executions[0];
  if (first === undefined) throw new TypeError("Cannot compute costs: there are no executions of this app");
  const whole = executions.reduce((sum, { weight }) => sum + weight, 0);
  const device = emptyLike(first.onDevice);
  const pair = [emptyLike(first.onDevice), emptyLike(first.onDevice)];
  for (const { onDevice, onClone, weight } of executions) {
    device.merge(onDevice, weight / whole);
    if (onClone === undefined) continue;
    pair[0]!.merge(onDevice, weight);
    pair[1]!.merge(onClone.tree, weight * onClone.cloneSpeed);
  }
  return { device, clone: pair };
}

function emptyLike(tree: ProfileTree): ProfileTree {
  const empty = new ProfileTree(tree.nodes[0]!.method);
  empty.nodes[0]!.invocations = 0;
  return empty;
}

/** Each context's work in milliseconds of a clone of speed 1: its measured ratio to the device's time, else that time. */
function cloneTimes(device: ProfileTree, [here, there]: ProfileTree[]): Float64Array {
  const times = new Float64Array(device.nodes.length);
  const inHere: (number | undefined)[] = [], inThere: (number | undefined)[] = [];
  for (const [i, node] of device.nodes.entries()) {
    const at = (tree: ProfileTree, parents: (number | undefined)[]) =>
      i === 0
        ? 0
        : parents[node.parent] === undefined
        ? undefined
        : tree.find(parents[node.parent]!, node.method);
    inHere[i] = at(here!, inHere);
    inThere[i] = at(there!, inThere);
    const hereMs = inHere[i] === undefined ? 0 : here!.nodes[inHere[i]!]!.residualMs;
    const thereMs = inThere[i] === undefined ? undefined : there!.nodes[inThere[i]!]!.residualMs;
    times[i] = hereMs > 0 && thereMs !== undefined ? node.residualMs * thereMs / hereMs : node.residualMs;
  }
  return times;
}
