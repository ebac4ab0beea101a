import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { analyzeProgram, effectsOf } from "./analyze.ts";
import { stateLine } from "./state_line.ts";
import { verdictOf } from "./verdict.ts";

function calls(text: string): Set<string> {
  const { methods, calls } = analyzeProgram([{
    url: "file:///a.js",
    path: "a.js",
    text,
    kind: "module",
    imports: new Map(),
  }]);
  const name = (i: number) => methods[i]!.id.slice("a.js#".length);
  return new Set(calls.map(({ caller, callee }) => `${name(caller)} > ${name(callee)}`));
}

Deno.test("analyzeProgram() tells apart the calls of a helper that hands on what it is given", () => {
  const found = calls(`
    function same(f) { return f; }
    function one() {}
    function two() {}
    const a = same(one), b = same(two);
    function callsA() { a(); }
    function callsB() { b(); }
  `);
  assertEquals([found.has("callsA > one"), found.has("callsA > two")], [true, false]);
  assertEquals([found.has("callsB > two"), found.has("callsB > one")], [true, false]);
});

Deno.test("analyzeProgram() knows the names that a helper defines methods by", () => {
  const found = calls(`
    function define(of, name, method) { of.prototype[name] = method; }
    function A() {}
    define(A, "first", function first() {});
    define(A, "second", function second() {});
    function use() { new A().first(); }
  `);
  assertEquals([found.has("use > first"), found.has("use > second")], [true, false]);
});

Deno.test("analyzeProgram() keeps the names of properties that are copied one by one", () => {
  const found = calls(`
    const mixin = { left() {}, right() {} };
    const to = {};
    for (const key in mixin) to[key] = mixin[key];
    function use() { to.left(); }
  `);
  assertEquals([found.has("use > left"), found.has("use > right")], [true, false]);
});

Deno.test("analyzeProgram() still sees calls of a helper that calls itself", () => {
  const found = calls(`
    function twice(f, n) { if (n > 0) twice(f, n - 1); else f(); }
    function work() {}
    twice(work, 2);
  `);
  assertEquals([found.has("twice > work"), found.has("twice > twice")], [true, true]);
});

Deno.test("analyzeProgram() loses no call among a hundred prototypes", () => {
  const classes = Array.from({ length: 100 }, (_, i) => `class C${i} { m() { return ${i}; } }`).join("\n");
  const found = calls(`${classes}
    const all = [${
    Array.from({ length: 100 }, (_, i) => `C${i}`).join()
  }].map((C) => Object.assign(Object.create(C.prototype), {}));
    function use() { for (const one of all) one.m(); }
  `);
  assertEquals(Array.from({ length: 100 }, (_, i) => found.has(`use > C${i}.m`)).filter(Boolean).length, 100);
});

Deno.test("analyzeProgram() says which methods call what can't be told", () => {
  const many = Array.from({ length: 130 }, (_, i) => `all.push(() => ${i});`).join("\n");
  const text = `const all = []; ${many}\nfunction any(i) { all[i](); } function none() {}\nany(1); none();`;
  const { methods } = analyzeProgram([
    { url: "file:///a.js", path: "a.js", text, kind: "module", imports: new Map() },
  ]);
  assertEquals(methods.filter(({ open }) => open).map(({ id }) => id), ["a.js#any"]);
});

Deno.test("analyzeProgram() lets a call that can't be told reach whatever must stay, and says through whom", () => {
  const analysis = analyzeProgram([{
    url: "file:///a.js",
    path: "a.js",
    text: `
      const table = JSON.parse("{}");
      function ask() { return prompt("?"); }
      function any(key) { return table[key](); }
      function start() { return any(Deno.args[0]); }
      function twice(f) { return f() + f(); }
      function sum() { return 1; }
      function promised() { return new Promise((resolve, reject) => { resolve(1); reject(2); }); }
      ask(); start(); sum(); promised();
    `,
    kind: "module",
    imports: new Map(),
  }]);
  const said = (name: string) => {
    const { is, why } = verdictOf(analysis, analysis.methods.findIndex(({ id }) => id === `a.js#${name}`));
    return `${is}: ${why}`;
  };
  const untold = "a call that can't be told, which might be one of ask (prompt: asks the device's user)";
  assertEquals(said("any"), `migrates: may reach ${untold}; checked at run time`);
  assertEquals(said("start"), `migrates: may reach ${untold} (through any); checked at run time`);
  // Nobody in the program calls it: what it is given is anybody's.
  assertEquals(said("twice"), `migrates: may reach ${untold}; checked at run time`);
  assertEquals(said("sum"), "migrates: calls no other method, and nothing that means the device");
  assertEquals(analysis.methods.filter(({ open }) => open).map(({ id }) => id), ["a.js#any", "a.js#twice"]);
});

Deno.test("effectsOf() unites what a method and all that it calls read and write", () => {
  const text = `
    let total = 0;
    function outer() { let seen = 0; function add(n) { seen += n; total += n; } add(1); return seen; }
    function start() { return outer(); }
    start();
  `;
  const analysis = analyzeProgram([
    { url: "file:///a.js", path: "a.js", text, kind: "module", imports: new Map() },
  ]);
  const start = analysis.methods.findIndex(({ id }) => id === "a.js#start");
  const { writes, open } = effectsOf(analysis, start);
  assertEquals([writes, open], [["a.js#outer: seen", "a.js#total"], false]);
});

Deno.test("stateLine() names state, not code, and no variables of methods that it calls itself", () => {
  const module = (path: string, text: string, imports: Record<string, string> = {}) => (
    { url: `file:///${path}`, path, text, kind: "module" as const, imports: new Map(Object.entries(imports)) }
  );
  const analysis = analyzeProgram([
    module(
      "a.js",
      `
      import { f, limit } from "./b.js"; import { g } from "lib";
      let total = 0;
      function outer() { let seen = 0; function add(n) { seen += n; total += n; } add(1); return seen; }
      function make() { let kept = f(); return () => kept++; }
      function start() { return outer() + limit; }
      function far() { return f() + g(); }
      start(); make()(); far();
    `,
      { "./b.js": "file:///b.js", lib: "file:///lib.js" },
    ),
    module("b.js", `export const f = () => table.length; const table = []; export let limit = 3;`),
    {
      ...module("npm:lib@1.0.0/l.js", `let a = 1, b = 2; export function g() { return a + b; }`),
      url: "file:///lib.js",
    },
  ]);
  const said = (id: string) => stateLine(analysis, analysis.methods.findIndex((method) => method.id === id));
  assertEquals(said("a.js#start"), "reads limit, total; writes total");
  assertEquals(said("a.js#outer.add"), "reads seen of outer, total; writes seen of outer, total");
  assertEquals(said("a.js#make.<1>"), "reads kept of make; writes kept of make");
  assertEquals(said("a.js#far"), "reads table (b.js), 2 of npm:lib@1.0.0");
  assertEquals(said("npm:lib@1.0.0/l.js#g"), "reads a, b");
});

Deno.test("analyzeProgram() knows the names that methods are defined by through members of classes, a helper in between", () => {
  const found = calls(`
    function define(of) { of.DEF = function (name, method) { this.prototype[name] = method; }; return of; }
    const A = define(function A() {}), B = define(function B() {});
    function visitor(of, f) { of.DEF("visit", f); }
    A.DEF("size", function sizeA() { return 1; });
    B.DEF("size", function sizeB() { return 2; });
    visitor(A, function visitA() {});
    visitor(B, function visitB() {});
    function useA() { const a = new A(); return a.size() + a.visit(); }
    function useB() { const b = new B(); return b.size() + b.visit(); }
    useA(); useB();
  `);
  const from = (name: string) => [...found].filter((call) => call.startsWith(`${name} > `)).sort();
  assertEquals(from("useA"), ["useA > A", "useA > sizeA", "useA > visitA"]);
  assertEquals(from("useB"), ["useB > B", "useB > sizeB", "useB > visitB"]);
});

Deno.test("analyzeProgram() takes a map's own methods for the language's, and an import of anything for a call of anything", () => {
  const text = `
    class Context { get(name) { return prompt(name); } has() {} }
    const cache = new Map();
    function known(key) { if (!cache.has(key)) cache.set(key, 1); return cache.get(key); }
    function plugin(path) { return import(path); }
    known("x"); plugin("x"); new Context().get("x");
  `;
  const { methods } = analyzeProgram([
    { url: "file:///a.js", path: "a.js", text, kind: "module", imports: new Map() },
  ]);
  assertEquals([...calls(text)].filter((call) => call.startsWith("known")), []);
  assertEquals(methods.filter(({ open }) => open).map(({ id }) => id), ["a.js#plugin"]);
});

Deno.test("analyzeProgram() tells apart what a helper's helpers are given, by name, variable or `arguments`", () => {
  const found = calls(`
    function inner() { return arguments[0]; }
    function middle(one) { return inner(one); }
    function outer(one) { return middle(one); }
    const same = (by) => by, other = (by) => by;
    function either(list, by) { const how = list.length > 1 ? same : other; return how(by); }
    function a() {} function b() {}
    const first = outer(a), second = outer(b), third = either([1], a), fourth = either([1, 2], b);
    function useFirst() { first(); } function useSecond() { second(); }
    function useThird() { third(); } function useFourth() { fourth(); }
    useFirst(); useSecond(); useThird(); useFourth();
  `);
  const uses = [...found].filter((call) => call.startsWith("use")).sort();
  assertEquals(uses, ["useFirst > a", "useFourth > b", "useSecond > b", "useThird > a"]);
});
