import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { methodId } from "../../runtime/mod.ts";
import type { CostContext } from "./cost_tree.ts";
import { foldLight } from "./fold_light.ts";

function context(parent: number, name: string, ms: number, more: Partial<CostContext> = {}): CostContext {
  const costs = { stay: [ms, 0, 0, 0, 0], away: [0, 0, 0, 0, ms], migrate: [5, 1, 9, 9, 1] } as const;
  const method = methodId(`m.ts#${name}`);
  const shared = { families: [], invocations: 1, timeMs: costs, energyJ: costs, guessedBytes: false };
  return { parent, method, ...shared, ...more };
}

Deno.test("foldLight() adds light contexts to their callers, but not what must stay on one side", () => {
  const tree = {
    contexts: [
      context(-1, "main", 10),
      context(0, "heavy", 980),
      context(1, "light", 0.5),
      context(2, "lighter", 0.1),
      context(0, "menu", 0.1),
      context(4, "ask", 0.1, { pinned: "asks" }),
      context(1, "asked", 0.1),
    ],
  };
  const { contexts } = foldLight(tree, { share: 0.01, keep: [methodId("m.ts#asked")] });
  assertEquals(contexts.map(({ method, parent }) => [method.slice(5), parent]), [
    ["main", -1],
    ["heavy", 0],
    ["menu", 0],
    ["ask", 2],
    ["asked", 1],
  ]);
  assertEquals([contexts[1]!.timeMs.stay[0], contexts[1]!.timeMs.away[4]], [980.6, 980.6]);
  assertEquals(contexts[1]!.timeMs.migrate, [5, 1, 9, 9, 1]);
});
