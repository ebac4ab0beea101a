import type { MethodId } from "../../runtime/mod.ts";
import type { ProfileTree } from "./profile_tree.ts";
import { MAX_LAYERS, MAX_SAMPLED_METHODS, SAMPLED_SHARE } from "./constants.ts";

/**
 * The methods of a tree that are worth measuring at the clone, in layers: a method's callers are in earlier layers than
 * itself, since what runs below a migrated method is at the clone already and can't be measured by itself.
 *
 * Left out: what takes less than a fiftieth of the time, must stay or calls what must stay, and `notPoints`.
 */
export function samplingLayers(
  tree: ProfileTree,
  notPoints: ReadonlyMap<MethodId, string> = new Map(),
): MethodId[][] {
  const totals = tree.totalsMs();
  const stays = staysOf(tree);
  const weight = new Map<MethodId, number>();
  for (const [i, { method }] of tree.nodes.entries()) {
    if (i > 0) weight.set(method, (weight.get(method) ?? 0) + totals[i]!);
  }
  const heaviest = [...weight].filter(([method, ms]) =>
    ms >= SAMPLED_SHARE * totals[0]! && !stays.has(method) && !notPoints.has(method)
  ).sort((a, b) => b[1] - a[1]).slice(0, MAX_SAMPLED_METHODS);
  const wanted = new Set(heaviest.map(([method]) => method));
  const depth = new Map<MethodId, number>();
  const above = new Uint16Array(tree.nodes.length);
  for (const [i, { parent, method }] of tree.nodes.entries()) {
    if (parent < 0) continue;
    above[i] = above[parent]!;
    if (!wanted.has(method)) continue;
    depth.set(method, Math.max(depth.get(method) ?? 0, above[i]!));
    above[i]!++;
  }
  const layers = Array.from(
    { length: MAX_LAYERS },
    (_, layer) => [...depth].filter(([, d]) => d === layer).map(([method]) => method).sort(),
  );
  return layers.filter((layer) => layer.length > 0);
}

/** Methods with a context that must stay, or above one. */
function staysOf(tree: ProfileTree): Set<MethodId> {
  const stays = new Set<MethodId>([tree.nodes[0]!.method]);
  for (const node of tree.nodes) {
    if (node.pinned === undefined) continue;
    for (let at = tree.nodes.indexOf(node); at >= 0; at = tree.nodes[at]!.parent) {
      stays.add(tree.nodes[at]!.method);
    }
  }
  return stays;
}
