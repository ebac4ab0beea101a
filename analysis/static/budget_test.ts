import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { type Analysis, analyzeProgram } from "./analyze.ts";
import { MAX_PRECISE_CHARS } from "./constants.ts";
import type { SourceModule } from "./source_module.ts";

/** Everything that a coarse analysis can't follow: computed names, lists of functions, descriptors, objects passed on. */
const HIDING = `
  class Parser { parse(x) { return this.inner.run(x); } }
  Parser.run = function staticRun() { return 0; };
  class Inner { run(x) { return ask(x); } }
  function ask(x) { return prompt(x); }
  const table = {}, listeners = {}, settings = {};
  function register(name, f) { (listeners[name] ??= []).push(f); table[name] = f; }
  function publish(name, x) { for (let i = 0; i < listeners[name].length; i++) listeners[name][i].call(null, x); }
  function first(x) { return x + 1; }
  function pick(name) { const found = table[name]; return { found }; }
  function use(x) { const o = pick("a"); return o.found(x); }
  Object.defineProperty(settings, "limit", { get: function limit() { return 2; } });
  Object.defineProperties(settings, { size: { get: function size() { return 3; } } });
  function read() { return settings.limit + settings.size; }
  const parser = Object.assign(new Parser(), { inner: new Inner() });
  function go() { return parser.parse("?"); }
  register("a", first);
  publish("a", 1); use(1); read(); go();
`;
/** What a run of it does. */
const SEEN = [
  ...["<main>>publish", "<main>>register", "<main>>use", "<main>>read", "<main>>go", "<main>>Parser"],
  ...["publish>first", "use>pick", "use>first", "read>limit", "read>size", "go>Parser.parse"],
  ...["Parser.parse>Inner.run", "Inner.run>ask", "<main>>Inner"],
];

function module(text: string, name = "a.js"): SourceModule {
  return { url: `file:///${name}`, path: name, text, kind: "module", imports: new Map() };
}

const label = (id: string) => id.slice(id.indexOf("#") + 1);

/** Calls that are neither among the edges nor made by a method that is marked as calling what can't be told. */
function lost({ methods, calls }: Analysis): string[] {
  const found = new Set(
    calls.map(({ caller, callee }) => `${label(methods[caller]!.id)}>${label(methods[callee]!.id)}`),
  );
  const open = new Set(methods.filter((method) => method.open).map(({ id }) => label(id)));
  return SEEN.filter((call) => !found.has(call) && !open.has(call.split(">")[0]!));
}

Deno.test("analyzeProgram() loses no call without a mark, whatever its budget, and says when it is coarse", () => {
  for (const maxSteps of [0, 1, 10, 100, 1000, 4_000_000]) {
    const analysis = analyzeProgram([module(HIDING)], { maxSteps });
    assertEquals(lost(analysis), [], `with ${maxSteps} steps`);
    assertEquals(analysis.coarse, maxSteps < 1000, `with ${maxSteps} steps`);
    const ask = analysis.methods.find(({ id }) => id === "a.js#ask")!;
    assertEquals(ask.pin?.api, "prompt");
    const go = analysis.methods.find(({ id }) => id === "a.js#go")!;
    assert(go.pin ?? go.mayPin, `nothing doubts go() with ${maxSteps} steps`);
  }
});

Deno.test("analyzeProgram() is coarse from the start where a program is too large to tell objects apart", () => {
  const filler = Array.from(
    { length: 3000 },
    (_, i) =>
      `function f${i}(o) { let sum = ${i}; for (const x of o.items ?? []) sum += x.size; o.last = sum; /* ${
        "-".repeat(800)
      } */ return g${i}(o, sum); }\nfunction g${i}(o, n) { return o.m${i % 50}?.(n) ?? n; }`,
  ).join("\n");
  assert(filler.length > MAX_PRECISE_CHARS);
  const analysis = analyzeProgram([module(filler, "big.js"), module(HIDING)]);
  assertEquals([analysis.coarse, analysis.diagnostics], [true, []]);
  assertEquals(lost(analysis), []);
  const calls = new Set(
    analysis.calls.map(({ caller, callee }) =>
      `${label(analysis.methods[caller]!.id)}>${label(analysis.methods[callee]!.id)}`
    ),
  );
  assert(calls.has("f2999>g2999") && calls.has("f0>g0"));
});
