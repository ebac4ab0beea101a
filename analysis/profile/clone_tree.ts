import type { MethodId } from "../../runtime/mod.ts";
import { addPoint, emptySums } from "../cost/line_fit.ts";
import { MAX_FEATURES } from "./constants.ts";
import type { MigrationSample } from "./migration_sample.ts";
import { ProfileTree } from "./profile_tree.ts";
import { addSample, emptySpread } from "./spread.ts";

/** The tree T' of §3.2, and which methods' times in it were really measured. */
export interface CloneTree {
  readonly tree: ProfileTree;
  readonly measured: ReadonlySet<MethodId>;
}

/**
 * T' from T and sampled migrations: a context whose method migrated takes there what its samples took, times its
 * invocations. What runs below it is shared out as on the device; what was never at the clone gains by `cloneSpeed`.
 */
export function cloneTree(
  device: ProfileTree,
  samples: readonly MigrationSample[],
  cloneSpeed: number,
): CloneTree {
  const byMethod = Map.groupBy(samples, ({ method }) => method);
  const mean = new Map(
    [...byMethod].map(([method, list]) =>
      [method, list.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / list.length] as const
    ),
  );
  const times = timesAtClone(device, { mean, cloneSpeed });
  const tree = new ProfileTree(device.nodes[0]!.method);
  const seen = new Set<MethodId>();
  for (const [i, node] of device.nodes.entries()) {
    const at = i === 0 ? 0 : tree.child(node.parent, node.method);
    const target = tree.nodes[at]!;
    target.invocations = node.invocations;
    target.counted = node.counted;
    target.residualMs = times[i]!;
    if (!mean.has(node.method) || seen.has(node.method)) continue;
    seen.add(node.method);
    for (const { features, cpuMs } of byMethod.get(node.method)!) {
      for (const [position, x] of features.slice(0, MAX_FEATURES).entries()) {
        addPoint(target.features[position] ??= emptySums(), x, { y: cpuMs });
      }
    }
  }
  return { tree, measured: new Set(mean.keys()) };
}

/** Adds what samples say of state, files and questions to the contexts of a tree. */
export function addState(tree: ProfileTree, samples: readonly MigrationSample[]): void {
  for (const [method, list] of Map.groupBy(samples, (sample) => sample.method)) {
    // A first migration ships all state, which later ones needn't.
    const warm = list.filter(({ cold }) => !cold);
    for (const node of tree.nodes) {
      if (node.method !== method) continue;
      for (const { upBytes, downBytes } of warm.length > 0 ? warm : list) {
        addSample(node.entryBytes, upBytes);
        addSample(node.exitBytes, downBytes);
      }
      for (const sample of list) {
        addSample(node.faults ??= emptySpread(), sample.faults);
        addSample(node.fileBytes ??= emptySpread(), sample.fileBytes);
      }
    }
  }
}

/** Each context's own time at the clone. */
function timesAtClone(
  device: ProfileTree,
  { mean, cloneSpeed }: { mean: ReadonlyMap<MethodId, number>; cloneSpeed: number },
): Float64Array {
  const totals = device.totalsMs();
  const ratios = new Float64Array(device.nodes.length);
  const own = new Float64Array(device.nodes.length);
  for (const [i, { parent, method, invocations }] of device.nodes.entries()) {
    const measured = mean.get(method);
    ratios[i] = measured !== undefined && totals[i]! > 0
      ? measured * invocations / totals[i]!
      : parent < 0
      ? 1 / cloneSpeed
      : ratios[parent]!;
    own[i] = device.nodes[i]!.residualMs * ratios[i]!;
  }
  return own;
}
