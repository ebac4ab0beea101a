import type { Conditions, MethodId } from "../../runtime/mod.ts";
import type { Execution } from "../profile/execution.ts";
import type { ProfileTree } from "../profile/profile_tree.ts";
import type { DeciderModel, Region } from "./decide.ts";
import type { MethodModel, MethodRole } from "./known_method.ts";
import { emptySums, type LineSums } from "./line_fit.ts";
import type { MigrationOverheads } from "./migration.ts";
import type { PowerLevels } from "./power.ts";
import { addSizeSums, emptySizeSums, meanSums, type SizeSums } from "./size_model.ts";
import { PRIOR_POINTS } from "./constants.ts";

/** What a decider's model is made from. */
export interface DeciderModelOptions {
  readonly executions: readonly Execution[];
  /** Methods that get a check: all that migrate in any region. */
  readonly candidates: readonly MethodId[];
  /** The partition for the present conditions. */
  readonly chosen: readonly MethodId[];
  /** Methods that the user makes migrate, and keeps home. */
  readonly forced?: readonly MethodId[];
  readonly home?: readonly MethodId[];
  readonly conditions: Conditions;
  readonly overheads: MigrationOverheads;
  /** The partition database, so that a change of the link changes the partition. */
  readonly regions?: readonly Region[];
  /** Set if the objective is energy. */
  readonly power?: PowerLevels;
  /** What an earlier run of the same code learned; it goes before the profile. */
  readonly learned?: DeciderModel;
}

/** The model an app process starts its {@linkcode Decider} from: what was learned, else what the profile says. */
export function deciderModel(options: DeciderModelOptions): DeciderModel {
  const { candidates, chosen, forced = [], home = [], learned, power, regions } = options;
  const roles = new Map<MethodId, MethodRole>(candidates.map((method) => [method, "elsewhere"]));
  for (const method of chosen) roles.set(method, "chosen");
  for (const method of home) roles.set(method, "home");
  for (const method of forced) roles.set(method, "forced");
  const methods: Record<string, MethodModel> = {};
  for (const [method, role] of roles) {
    const known = learned !== undefined && Object.hasOwn(learned.methods, method)
      ? learned.methods[method]
      : undefined;
    methods[method] = { ...(known ?? profiled(method, options.executions)), role };
  }
  return {
    version: 1,
    conditions: options.conditions,
    overheads: options.overheads,
    ...(power === undefined ? {} : { power }),
    ...(regions === undefined ? {} : { regions: regions.map(({ migrate, cost }) => ({ migrate, cost })) }),
    methods,
  };
}

/** What profiles say of a method, weighing as a few observations. */
function profiled(method: MethodId, executions: readonly Execution[]): Omit<MethodModel, "role"> {
  const here = emptySizeSums(), there = emptySizeSums(), up = emptySizeSums(), down = emptySizeSums();
  const faults = emptySizeSums(), files = emptySizeSums();
  let counted = false, invocations = 0, whole = 0;
  for (const { onDevice, onClone, weight } of executions) {
    counted = addTimes(here, onDevice, { method, weight, speed: 1 }) || counted;
    whole += weight;
    if (onClone !== undefined) addTimes(there, onClone.tree, { method, weight, speed: onClone.cloneSpeed });
    for (const node of onDevice.nodes) {
      if (node.method !== method) continue;
      invocations += node.invocations * weight;
      for (
        const [spread, sums] of [
          [node.entryBytes, up],
          [node.exitBytes, down],
          [node.faults, faults],
          [node.fileBytes, files],
        ] as const
      ) {
        if (spread !== undefined && spread.n > 0) addSizeSums(sums, meanSums(spread.mean, spread.n), weight);
      }
    }
  }
  const sums = {
    here: prior(here),
    there: prior(there),
    up: prior(up),
    down: prior(down),
    faults: prior(faults),
    files: prior(files),
    ...(counted ? { perRun: invocations / whole } : {}),
  };
  const mean = ({ plain }: SizeSums) => plain.n > 0 ? plain.y / plain.n : 0;
  const ratio = mean(here) > 0 && mean(there) > 0 ? mean(there) / mean(here) : 1;
  return { hereMeasured: counted, refused: false, ratio, correction: 1, ...sums };
}

/** Adds a method's times in a tree: against its features where they were seen, else their mean. True if invocations were counted. */
function addTimes(
  target: SizeSums,
  tree: ProfileTree,
  { method, weight, speed }: { method: MethodId; weight: number; speed: number },
): boolean {
  const totals = tree.totalsMs();
  let counted = false;
  for (const [i, node] of tree.nodes.entries()) {
    if (node.method !== method || node.invocations <= 0) continue;
    counted ||= node.counted;
    addSizeSums(target, meanSums(totals[i]! * speed / node.invocations, node.invocations), weight);
    const linear: LineSums[] = [];
    for (const [position, sums] of node.features.entries()) {
      linear[position] = { ...sums, y: sums.y * speed, xy: sums.xy * speed, yy: sums.yy * speed * speed };
    }
    addSizeSums(target, { plain: emptySums(), linear, square: [] }, weight);
  }
  return counted;
}

/** The sums weighing as at most a few points, so that what really happens soon counts more. */
function prior(sums: SizeSums): SizeSums {
  const scaled = emptySizeSums();
  addSizeSums(scaled, sums, Math.min(1, PRIOR_POINTS / Math.max(1, sums.plain.n)));
  return scaled;
}
