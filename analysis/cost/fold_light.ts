import type { MethodId } from "../../runtime/mod.ts";
import type { CostContext, CostTree } from "./cost_tree.ts";
import { addCosts } from "./linear_cost.ts";

/**
 * The tree without its light contexts: one that takes less than `share` of the whole time, with all it calls, is added to its
 * caller, so it is no migration point (what that could gain is less than the share, and a sampler's noise is no less). Contexts
 * with pins or host-state families below stay, and those of methods in `keep`.
 */
export function foldLight(
  { contexts }: CostTree,
  { share, keep = [] }: { share: number; keep?: readonly MethodId[] },
): CostTree {
  const wanted = new Set(keep);
  const totals = contexts.map(({ timeMs }) => timeMs.stay[0]);
  const marked = contexts.map(({ pinned, families, method }) =>
    pinned !== undefined || families.length > 0 || wanted.has(method)
  );
  for (let i = contexts.length - 1; i > 0; i--) {
    const { parent } = contexts[i]!;
    totals[parent]! += totals[i]!;
    if (marked[i]) marked[parent] = true;
  }
  const least = share * totals[0]!;
  const kept: CostContext[] = [];
  const place: number[] = [];
  for (const [i, context] of contexts.entries()) {
    if (context.parent < 0 || marked[i] || totals[i]! >= least) {
      place[i] = kept.push({ ...context, parent: context.parent < 0 ? -1 : place[context.parent]! }) - 1;
    } else {
      const into = place[i] = place[context.parent]!;
      kept[into] = withWork(kept[into]!, context);
    }
  }
  return { contexts: kept };
}

/** A context with another one's work, which runs wherever it runs. */
function withWork(context: CostContext, { timeMs, energyJ }: CostContext): CostContext {
  const add = (a: CostContext["timeMs"], b: CostContext["timeMs"]) => ({
    stay: addCosts(a.stay, b.stay),
    away: addCosts(a.away, b.away),
    migrate: a.migrate,
  });
  return { ...context, timeMs: add(context.timeMs, timeMs), energyJ: add(context.energyJ, energyJ) };
}
