import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { methodId } from "../../runtime/mod.ts";
import { addState, cloneTree } from "./clone_tree.ts";
import type { MigrationSample } from "./migration_sample.ts";
import { samplingLayers } from "./sampling_layers.ts";
import { treeFromTrace } from "./trace.ts";

const [main, outer, inner, other, ask] = ["<main>", "outer", "inner", "other", "ask"].map((name) =>
  methodId(`a.ts#${name}`)
) as [ReturnType<typeof methodId>, ...ReturnType<typeof methodId>[]];

/** main 10 ms, outer 2 × (100 own + inner 400), other 50 with ask 1, light 1. */
function device() {
  const call = (t: number) => [
    { t, kind: "enter" as const, method: outer! },
    { t: t + 100, kind: "enter" as const, method: inner! },
    { t: t + 500, kind: "exit" as const, method: inner! },
    { t: t + 500, kind: "exit" as const, method: outer! },
  ];
  return treeFromTrace([
    { t: 0, kind: "enter", method: main },
    ...call(10),
    ...call(510),
    { t: 1010, kind: "enter", method: other! },
    { t: 1059, kind: "enter", method: ask! },
    { t: 1060, kind: "exit", method: ask! },
    { t: 1060, kind: "exit", method: other! },
    { t: 1060, kind: "exit", method: main },
  ]);
}

const sample = (more: Partial<MigrationSample>): MigrationSample => ({
  ...{
    method: outer!,
    features: [3],
    cold: false,
    captureMs: 1,
    mergeMs: 1,
    acceptMs: 1,
    runMs: 90,
    cpuMs: 10,
  },
  ...{ waitedMs: 0, recaptureMs: 1, awayMs: 20, upBytes: 100, downBytes: 10, faults: 0, fileBytes: 0 },
  ...more,
});

Deno.test("cloneTree() has what samples took, shares it out below as on the device, and the clone's speed elsewhere", () => {
  const { tree, measured } = cloneTree(device(), [sample({ cpuMs: 8 }), sample({ cpuMs: 12 })], 5);
  const totals = tree.totalsMs();
  const at = (method: string) => tree.nodes.findIndex((node) => node.method === method);
  assertEquals([...measured], [outer]);
  assert(Math.abs(totals[at(outer!)]! - 20) < 1e-9, "2 invocations of 10 ms");
  assert(Math.abs(totals[at(inner!)]! - 16) < 1e-9, "four fifths of it below");
  assert(Math.abs(totals[at(other!)]! - 10) < 1e-9, "never at the clone: 50 ms by its speed");
  assertEquals(tree.nodes[at(outer!)]!.features[0]!.n, 2);
});

Deno.test("cloneTree() takes an inner method's own samples before its caller's", () => {
  const { tree } = cloneTree(device(), [sample({}), sample({ method: inner!, cpuMs: 100 })], 5);
  const totals = tree.totalsMs();
  const at = (method: string) => tree.nodes.findIndex((node) => node.method === method);
  assert(Math.abs(totals[at(inner!)]! - 200) < 1e-9);
});

Deno.test("addState() takes state from warm migrations, files from all", () => {
  const tree = device();
  addState(tree, [
    sample({ cold: true, upBytes: 9000, faults: 2, fileBytes: 50_000, waitedMs: 70 }),
    sample({ upBytes: 200, faults: 2, fileBytes: 0, waitedMs: 20 }),
    sample({ upBytes: 400, faults: 2, fileBytes: 0, waitedMs: 20 }),
  ]);
  const node = tree.nodes.find(({ method }) => method === outer)!;
  assertEquals([node.entryBytes.mean, node.entryBytes.n, node.faults!.mean], [300, 2, 2]);
  assert(Math.abs(node.fileBytes!.mean - 50_000 / 3) < 1, "the clone had them from the second time on");
});

Deno.test("samplingLayers() puts callers before callees, and leaves out what must stay, is light or can't be a point", () => {
  const tree = device();
  assertEquals(samplingLayers(tree), [[other, outer].sort(), [inner]]);
  tree.annotate((method) => method === ask ? { pinned: "asks" } : {});
  assertEquals(samplingLayers(tree), [[outer], [inner]], "other calls what asks the user");
  assertEquals(samplingLayers(tree, new Map([[outer!, "a generator"]])), [[inner]]);
});
