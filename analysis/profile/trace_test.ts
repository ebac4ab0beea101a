import { deepStrictEqual as assertEquals, throws as assertThrows } from "node:assert/strict";
import { methodId } from "../../runtime/mod.ts";
import { fitLine } from "../cost/line_fit.ts";
import { ProfileTree } from "./profile_tree.ts";
import { type TraceEvent, treeFromTrace } from "./trace.ts";

const m = (name: string) => methodId(`main.ts#${name}`);
const enter = (t: number, name: string, more: Partial<TraceEvent> = {}): TraceEvent => ({
  t,
  kind: "enter",
  method: m(name),
  ...more,
});
const exit = (t: number, name: string, more: Partial<TraceEvent> = {}): TraceEvent => ({
  ...enter(t, name, more),
  kind: "exit",
});
const at = (tree: ProfileTree, ...path: string[]) =>
  tree.nodes[path.reduce((node, name) => tree.find(node, m(name))!, 0)]!;

/** Figure 5: main calls a twice; the first a calls b and c. Times are the figure's brackets. */
const FIGURE_5 = [
  enter(0, "main"),
  enter(10, "a"),
  enter(12, "b"),
  exit(15, "b"),
  enter(16, "c"),
  exit(21, "c"),
  exit(22, "a"),
  enter(30, "a"),
  exit(37, "a"),
  exit(40, "main"),
];

Deno.test("treeFromTrace() gives Figure 5's tree by calling context", () => {
  const tree = treeFromTrace(FIGURE_5);
  const totals = tree.totalsMs();
  assertEquals(tree.nodes.map((node) => node.method), [m("main"), m("a"), m("b"), m("c")]);
  assertEquals([...totals], [40, 19, 3, 5]);
  assertEquals(at(tree, "a").invocations, 2);
  assertEquals(at(tree, "a").residualMs, 19 - 3 - 5);
  // T[main'] = (whole of main) − (both calls of a): the identity under Figure 5.
  assertEquals(at(tree).residualMs, 40 - ((22 - 10) + (37 - 30)));
});

Deno.test("treeFromTrace() folds recursion into the outer call and counts that call once", () => {
  const tree = treeFromTrace([
    enter(0, "main"),
    enter(1, "f"),
    enter(2, "g"),
    enter(3, "f"),
    enter(4, "g"),
    exit(5, "g"),
    exit(6, "f"),
    exit(7, "g"),
    exit(8, "f"),
    exit(9, "main"),
  ]);
  assertEquals(tree.nodes.length, 3);
  assertEquals([at(tree, "f").invocations, at(tree, "f", "g").invocations], [1, 1]);
  assertEquals([at(tree, "f").residualMs, at(tree, "f", "g").residualMs], [4, 3]);
});

Deno.test("treeFromTrace() keeps state sizes with their spread and the features' line", () => {
  const calls = [1, 2, 3].flatMap((x, i) => [
    enter(10 * i, "f", { bytes: 100 * x, features: [x, 7] }),
    exit(10 * i + 2 + x, "f", { bytes: 8 }),
  ]);
  const f = at(treeFromTrace([enter(0, "main"), ...calls, exit(30, "main")]), "f");
  assertEquals([f.entryBytes.n, f.entryBytes.mean, f.exitBytes.mean], [3, 200, 8]);
  const line = fitLine(f.features[0]!);
  assertEquals([line.base, line.slope, line.fit].map((v) => Math.round(v * 1e6) / 1e6), [2, 1, 1]);
  assertEquals(fitLine(f.features[1]!).slope, 0);
});

Deno.test("treeFromTrace() folds what exceeds the bound into the caller and says so", () => {
  const tree = treeFromTrace(FIGURE_5, { maxContexts: 2 });
  assertEquals(tree.nodes.length, 2);
  assertEquals([tree.folded, at(tree, "a").residualMs, at(tree, "a").invocations], [2, 19, 2]);
});

Deno.test("treeFromTrace() closes frames that a throw left and refuses time that runs back", () => {
  const tree = treeFromTrace([enter(0, "main"), enter(1, "a"), enter(2, "b"), exit(5, "a"), exit(6, "main")]);
  assertEquals([...tree.totalsMs()], [6, 4, 3]);
  assertThrows(() => treeFromTrace([enter(5, "main"), exit(4, "main")]), RangeError);
});

Deno.test("ProfileTree.merge() adds executions up by context and weight", () => {
  const tree = treeFromTrace(FIGURE_5);
  tree.merge(treeFromTrace([enter(0, "main"), enter(1, "b"), exit(3, "b"), exit(4, "main")]), 2);
  assertEquals([at(tree).residualMs, at(tree, "b").residualMs, at(tree, "b").invocations], [21 + 4, 4, 2]);
});

Deno.test("ProfileTree.fromJSON() gives back what toJSON() gave, and refuses what isn't a tree", () => {
  const tree = treeFromTrace(FIGURE_5);
  tree.annotate((method) => method === m("b") ? { pinned: "camera", families: ["wasm"] } : {});
  const text = JSON.stringify(tree);
  assertEquals(JSON.stringify(ProfileTree.fromJSON(JSON.parse(text))), text);
  assertThrows(() => ProfileTree.fromJSON({ version: 1, folded: 0, nodes: [] }), TypeError);
  const stored = JSON.parse(text);
  stored.nodes[2].parent = 7;
  assertThrows(() => ProfileTree.fromJSON(stored), TypeError);
});
