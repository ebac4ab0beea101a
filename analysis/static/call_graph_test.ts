import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { type Analysis, analyzeProgram } from "./analyze.ts";
import { type CallGraph, callGraph } from "./call_graph.ts";
import { callGraphPicture, type GraphLayout } from "./call_graph_picture.ts";
import type { SourceModule } from "./source_module.ts";

function module(text: string, path = "main.js"): SourceModule {
  return { url: `file:///${path}`, path, text, kind: "module", imports: new Map() };
}

/** Boxes beside each other. */
const inARow: GraphLayout = {
  place: (boxes, lines) => ({
    width: 300 * boxes.length,
    height: 50,
    boxes: boxes.map((_, i) => ({ x: 300 * i + 150, y: 25 })),
    lines: lines.map(({ from, to }) => [{ x: 300 * from + 150, y: 25 }, { x: 300 * to + 150, y: 25 }]),
  }),
};

const relations = ({ nodes }: CallGraph, list: CallGraph["reaches"]) =>
  list.map(({ from, to }) => `${nodes[from]!.name}>${nodes[to]!.name}`).sort();

const SMALL = `
  class Disk { constructor() { this.file = Deno.openSync("f"); } read() { return this.file.readSync(new Uint8Array(9)); } }
  function ask() { return prompt("?"); }
  function menu() { return ask(); }
  function sum(n) { return n === 0 ? 0 : n + sum(n - 1); }
  function work() { return sum(9); }
  menu(); work(); new Disk().read();
`;

Deno.test("callGraph() tells DC from TC, says what each method is, and marks legal points", () => {
  const graph = callGraph(analyzeProgram([module(SMALL)]));
  assertEquals(graph.reduced, []);
  assertEquals(relations(graph, graph.calls), [
    ..."<main>>Disk.constructor <main>>Disk.read <main>>menu <main>>work menu>ask work>sum".split(" "),
  ]);
  assertEquals(relations(graph, graph.reaches), ["<main>>ask", "<main>>sum"]);
  const is = Object.fromEntries(graph.nodes.map(({ name, is, points }) => [name, `${is} ${points}`]));
  assertEquals(is, {
    "<main>": "main 0",
    "Disk.constructor": "free 0",
    "Disk.read": "free 1",
    ask: "pinned 0",
    menu: "reaches 0",
    sum: "free 1",
    work: "free 1",
  });
  const of = (name: string) => graph.nodes.find((node) => node.name === name)!;
  assertEquals([of("Disk.read").families, of("sum").callsItself, of("<main>").reaches], [
    ["open file"],
    true,
    6,
  ]);
});

Deno.test("callGraphPicture() draws every box once, DC solid, TC dashed, with families and points", () => {
  const graph = callGraph(analyzeProgram([module(SMALL)]));
  const svg = callGraphPicture(graph, { layout: inARow, title: `a < b & "c"` });
  const count = (part: string | RegExp) => svg.split(part).length - 1;
  assertEquals(count("<g><title>"), graph.nodes.length);
  // Once each in the legend.
  assertEquals(count(`marker-end="url(#tc)"`), graph.reaches.length + 1);
  assertEquals(count(/marker-end="url\(#(?:dc|may)\)"/), graph.calls.length + 2);
  assertEquals(count(`fill="#15803d"`), graph.nodes.filter(({ points }) => points > 0).length + 1);
  assert(svg.includes("open file") && svg.includes("prompt: asks the device"), svg);
  assert(svg.includes("a &lt; b &amp; &quot;c&quot;") && !svg.includes("NaN"), svg);
});

/** Modules of as many functions as asked for; each calls the next. */
function large(modules: number, functions: number): Analysis {
  return analyzeProgram([...Array(modules).keys()].map((m) => {
    const names = [...Array(functions).keys()].map((i) => `f${m}_${i}`);
    const bodies = names.map((name, i) => `function ${name}() { ${names[i + 1] ?? "Math.max"}(() => 1); }`);
    return module(`${bodies.join("\n")}\n${names[0]}();`, `part${m % 20}/deep/m${m}.js`);
  }));
}

Deno.test("callGraph() folds what is too large to look at, and says so", () => {
  const folded = (analysis: Analysis) => {
    const { nodes, calls, reduced } = callGraph(analysis);
    return { boxes: nodes.length, calls: calls.length, said: reduced.join(" ") };
  };
  const small = folded(large(1, 20));
  assertEquals([small.boxes, small.calls], [41, 20]);
  assert(!small.said.includes("boxes"), small.said);
  const inside = folded(large(3, 10));
  assertEquals(inside.boxes, 33);
  assert(inside.said.includes("boxes are methods, each with the unnamed ones inside"), inside.said);
});

Deno.test("callGraph() shows of a large program the points that code which stays calls, and what is around them", () => {
  const { nodes, calls, reduced } = callGraph(large(40, 10));
  const said = reduced.join("\n");
  assert(said.includes("840 methods are too many to draw: 40 stay, 800 may move or go along."), said);
  assert(said.includes("Shown are 18 of 40 legal migration points that code which stays calls"), said);
  // Each module's first function, called by its main flow; the second ones are in as many folders, for 14 of which there is room.
  assertEquals(nodes.filter(({ name }) => /^f\d+_0$/.test(name)).length, 18);
  const main = nodes.findIndex(({ is }) => is === "main");
  assertEquals([nodes[main]!.name, nodes[main]!.where], ["the main flow", "18 modules"]);
  assertEquals(calls.filter(({ from }) => from === main).length, 18);
  assertEquals(nodes.length, 1 + 18 + 14);
  assert(said.includes("4 methods that they call in 4 other folders are left out."), said);
});

Deno.test("callGraph() puts together what stays for the same reason in a large program", () => {
  const numbers = [...Array(90).keys()];
  const text = numbers.map((i) =>
    `function ask${i}() { ${i % 2 ? "prompt" : "alert"}("?"); work${i % 3}(); }
     function far${i}() { near${i}(); } function near${i}() {}
     ask${i}(); far${i}();`
  ).join("\n") + [0, 1, 2].map((i) =>
    `function work${i}() { ${numbers.map((n) => `far${n}();`).join(" ")} }`
  ).join("\n");
  const graph = callGraph(analyzeProgram([module(text)]));
  const boxes = new Map(graph.nodes.map(({ name, where, is }) => [name, `${is} ${where.slice(0, 12)}`]));
  assertEquals([boxes.get("prompt"), boxes.get("alert")], ["pinned 45 that stay", "pinned 45 that stay"]);
  // Those that take the most along are among those shown.
  const works = relations(graph, graph.calls).filter((line) => /^(prompt|alert)>/.test(line));
  assertEquals(works, ["alert", "prompt"].flatMap((api) => [0, 1, 2].map((i) => `${api}>work${i}`)));
  assert(!relations(graph, graph.calls).some((line) => line.endsWith(">prompt")), "calls into what stays");
});

Deno.test("callGraph() draws libraries as one box each, if asked to", () => {
  const analysis = analyzeProgram([
    { ...module(`import { f } from "lib"; f();`), imports: new Map([["lib", "file:///lib.js"]]) },
    {
      ...module(`export function f() { g(); } function g() {}`, "npm:lib@1.0.0/x/lib.js"),
      url: "file:///lib.js",
    },
  ]);
  const graph = callGraph(analysis, { foldsLibraries: true });
  assertEquals(relations(graph, graph.calls), ["<main>>npm:lib@1.0.0"]);
  const only = new Set([analysis.methods.findIndex(({ id }) => id.endsWith("#g"))]);
  assertEquals(callGraph(analysis, { only }).nodes.map(({ name }) => name), ["g"]);
});
