import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { type AnalysedMethod, type Analysis, analyzeProgram, knowledgeOf, reachable } from "./analyze.ts";
import type { SourceModule } from "./source_module.ts";

function module(text: string, name = "main.js", imports: Record<string, string> = {}): SourceModule {
  return {
    url: `file:///${name}`,
    path: name,
    text,
    kind: "module",
    imports: new Map(Object.entries(imports)),
  };
}
const analyze = (text: string) => analyzeProgram([module(text)]);
const label = ({ id }: { id: string }) => id.slice(id.indexOf("#") + 1);
const named = (analysis: Analysis, name: string): AnalysedMethod => {
  const found = analysis.methods.find((method) => label(method) === name);
  assert(found, `no ${name} among ${analysis.methods.map(label).join(", ")}`);
  return found;
};
const calls = ({ methods, calls }: Analysis) =>
  calls.map(({ caller, callee }) => `${label(methods[caller]!)}>${label(methods[callee]!)}`).sort();

Deno.test("analyzeProgram() names methods as method ids do", () => {
  const { methods } = analyze(`
    function outer() { function inner() {} return () => 1; }
    const arrow = () => {}, { x = function () {} } = {};
    class C { constructor() {} m() {} static s() {} get g() { return 1; } set g(v) {} #p() {} field = () => {}; }
    const o = { a() {}, b: () => {}, get c() { return 1; } };
    (() => {})(); (() => {})();
    function outer2() { var outer2 = function () {}; }
  `);
  assertEquals(methods.map(label), [
    ..."<main> outer outer.inner outer.<1> arrow x C.constructor C.m C.static s".split(/ (?!s$)/),
    ...["C.get g", "C.set g", "C.#p", "C.field", "a", "b", "get c", "<1>", "<2>", "outer2", "outer2.outer2"],
  ]);
});

Deno.test("analyzeProgram() finds direct calls, methods, callbacks, returned closures and accessors", () => {
  assertEquals(calls(analyze(`function a() { b(); } function b() {} a();`)), ["<main>>a", "a>b"]);
  assertEquals(
    calls(analyze(`class A { run() { this.step(); } step() {} } new A().run();`)),
    ["<main>>A", "<main>>A.run", "A.run>A.step"],
  );
  assertEquals(
    calls(analyze(`function go(list) { list.map((x) => f(x)); } function f() {} go([1]);`)),
    ["<main>>go", "go.<1>>f", "go>go.<1>"],
  );
  assertEquals(
    calls(analyze(`const make = () => () => 1; const f = make(); f();`)),
    ["<main>>make", "<main>>make.<1>"],
  );
  assertEquals(
    calls(
      analyze(`const o = { get x() { return g(); } }; function g() {} function h() { return o.x; } h();`),
    ),
    ["<main>>h", "get x>g", "h>get x"],
  );
  assertEquals(
    calls(analyze(`function apply(f) { return f.call(null, 1); } const twice = (n) => n; apply(twice);`)),
    ["<main>>apply", "apply>twice"],
  );
  assertEquals(
    calls(analyze(`class B { constructor() { init(); } } class D extends B {} function init() {} new D();`)),
    ["<main>>D", "B.constructor>init", "D>B.constructor"],
  );
});

Deno.test("analyzeProgram() follows imports, re-exports, namespaces and dynamic imports", () => {
  const analysis = analyzeProgram([
    module(
      `import { f } from "./b.js"; import * as ns from "./b.js"; f(); ns.g(); (await import("./c.js")).h();`,
      "a.js",
      {
        "./b.js": "file:///b.js",
        "./c.js": "file:///c.js",
      },
    ),
    module(`export * from "./c.js"; export function g() {}`, "b.js", { "./c.js": "file:///c.js" }),
    module(`export const f = () => {}; export { k as h }; function k() {}`, "c.js"),
  ]);
  assertEquals(calls(analysis), ["<main>>f", "<main>>g", "<main>>k"]);
});

Deno.test("analyzeProgram() pins methods by the host APIs they use, with the path that leads there", () => {
  const analysis = analyzeProgram([module(
    `
    import { readFileSync } from "node:fs";
    import * as os from "node:os";
    const { exit } = Deno;
    function ask() { return prompt("?"); }
    function menu() { return ask(); }
    function stop() { exit(1); }
    function scan(path) { console.log(path); return match(readFileSync(path)); }
    function match(bytes) { return Math.max(...bytes) + Date.now(); }
    function home() { return os.homedir(); }
    async function load() { return await (await fetch("http://x")).json(); }
    menu(); scan("f"); stop(); home(); load();
  `,
    "main.js",
    { "node:fs": "node:fs", "node:os": "node:os" },
  )]);
  assertEquals(named(analysis, "ask").pin?.reason, "prompt: asks the device's user");
  assertEquals(named(analysis, "menu").pin?.through.map((id) => label({ id })), ["menu", "ask"]);
  assertEquals(named(analysis, "stop").pin?.api, "Deno.exit");
  assertEquals(named(analysis, "home").pin?.api, "node:os.homedir");
  assertEquals(named(analysis, "load").pin?.api, "fetch");
  assertEquals([named(analysis, "scan").pin, named(analysis, "match").pin], [undefined, undefined]);
  assertEquals(named(analysis, "scan").uses.map(({ path, is }) => `${path} ${is}`), [
    "console.log output",
    "node:fs.readFileSync files",
  ]);
  assertEquals(named(analysis, "<main>").pin?.reason, "the main flow");
  const know = knowledgeOf(analysis);
  assertEquals(know(named(analysis, "menu").id).pinned, "prompt: asks the device's user");
  assertEquals(know(named(analysis, "scan").id), { families: [] });
});

Deno.test("analyzeProgram() lets methods move that hold things weakly", () => {
  const analysis = analyze(`
    const watched = new FinalizationRegistry(() => {});
    function watch(o) { watched.register(o, 1); return new WeakRef(o); }
    function shared() { return new SharedArrayBuffer(1); }
    watch({}).deref(); shared();
  `);
  assertEquals(named(analysis, "watch").pin, undefined);
  assertEquals(named(analysis, "shared").pin?.api, "SharedArrayBuffer");
});

Deno.test("analyzeProgram() lets the network move where the user allows it", () => {
  const text = `function load() { return fetch("http://x"); } load();`;
  assert(named(analyze(text), "load").pin !== undefined);
  assertEquals(named(analyzeProgram([module(text)], { network: "clone" }), "load").pin, undefined);
});

Deno.test("analyzeProgram() only doubts a method that may call a pinned one by a common property name", () => {
  const analysis = analyze(`
    class Door { open() { return prompt("open?"); } }
    class Book { open() { return 1; } }
    function read(book) { return book.open(); }
    read(JSON.parse("{}")); new Book().open(); new Door().open();
  `);
  assertEquals([named(analysis, "read").pin, named(analysis, "read").mayPin?.api], [undefined, "prompt"]);
});

Deno.test("analyzeProgram() gives host-state families to methods that hold handles", () => {
  const analysis = analyze(`
    async function open(p) { return await Deno.open(p); }
    function load(bytes) { return new WebAssembly.Module(bytes); }
    function next(file) { return file.readSync(new Uint8Array(9)); }
    next(await open("f")); load();
  `);
  assertEquals(named(analysis, "open").families, ["open file"]);
  assertEquals(named(analysis, "next").families, ["open file"]);
  assertEquals(named(analysis, "load").families, ["WebAssembly"]);
});

Deno.test("analyzeProgram() says which top-level bindings a method reads and writes, and marks eval", () => {
  const analysis = analyze(`
    let total = 0; const table = [];
    function add(n) { total += n; table.push(n); }
    function run(text) { return eval(text); }
    function make(text) { return new Function(text); }
    function check(f) { return f instanceof Function; }
    add(1); run("1"); make("1"); check(1);
  `);
  assertEquals(named(analysis, "add").writes, ["main.js#total"]);
  assertEquals(named(analysis, "add").reads, ["main.js#table", "main.js#total"]);
  for (const name of ["run", "make"]) assert(named(analysis, name).pin?.reason.includes("run time"), name);
  assertEquals(named(analysis, "check").pin, undefined);
});

Deno.test("analyzeProgram() analyses CommonJS", () => {
  const analysis = analyzeProgram([
    {
      ...module(`const { f } = require("./b"); const g = require("./c"); f(); g();`, "a.cjs", {
        "./b": "file:///b.cjs",
        "./c": "file:///c.cjs",
      }),
      kind: "script",
    },
    { ...module(`exports.f = function named() {};`, "b.cjs"), kind: "script" },
    {
      ...module(`module.exports = function whole() { return require("fs").watch("x"); };`, "c.cjs", {
        fs: "node:fs",
      }),
      kind: "script",
    },
  ]);
  assertEquals(calls(analysis), ["<main>>named", "<main>>whole"]);
  assertEquals(named(analysis, "whole").pin?.api, "node:fs.watch");
});

Deno.test("analyzeProgram() makes a syntax error a diagnostic and goes on", () => {
  const analysis = analyzeProgram([module("let = ;", "bad.js"), module("function f() {} f();", "good.js")]);
  assertEquals(analysis.diagnostics.map(({ file, line }) => `${file}:${line}`), ["file:///bad.js:1"]);
  assertEquals(calls(analysis), ["<main>>f"]);
});

Deno.test("reachable() is the transitive closure of calls", () => {
  const analysis = analyze(`function a() { b(); } function b() { c(); } function c() { b(); } a();`);
  const from = analysis.methods.findIndex((method) => label(method) === "a");
  assertEquals([...reachable(analysis, from)].map((i) => label(analysis.methods[i]!)).sort(), ["b", "c"]);
});
