import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { analyzeProgram, loadProgram } from "../analysis/mod.ts";
import { analyse } from "../runtime/rewrite/analyse.ts";
import { parse } from "../runtime/rewrite/parse.ts";

Deno.test("analyzeProgram() gives methods the ids that the rewriter gives them", async () => {
  const { modules } = await loadProgram(new URL("../mod.ts", import.meta.url).href);
  assert(modules.length > 50);
  for (const { path, text, url } of modules) {
    const { sites } = analyse(text, parse(text, true), { isModule: true, path });
    const theirs = sites.filter(({ kind }) => kind !== "class").map(({ id }) => id).sort();
    const { methods } = analyzeProgram([{ path, text, url, kind: "module", imports: new Map() }]);
    const classes = new Set(sites.filter(({ kind }) => kind === "class").map(({ id }) => id));
    const ours = methods.map(({ id }) => id as string).filter((id) =>
      !id.endsWith("#<main>") && !classes.has(id)
    ).sort();
    assertEquals(ours, theirs, path);
  }
});

Deno.test("analyzeProgram() and the rewriter agree on unusual names", () => {
  const text = `
    const k = "k";
    const o = { [k]() {}, ["lit"]: () => {}, get [k]() { return 1; }, 1: () => {}, "a b"() {}, async *g() {} };
    export default class { static [k]() {} static get [k]() { return 1; } static #p() {} static x = () => {}; [k] = () => {};
      static { (() => {})(); } constructor(a = () => {}) { this.f = () => {}; } }
    const C = class Inner { m() { return class { n() {} }; } }, D = class {};
    export const { x = () => {}, y: [z = function () {}] } = {};
    let later; later = () => {}; o.f = () => {}; later ??= () => {}; o.f = async () => {}; o["g h"] = function () {};
    function Foo() { this.own = () => {}; } Foo.prototype.run = function () { return () => {}; }; o[k].f = function () {};
    var Kept = o.Kept = class { m() {} }; o.a = o.b = () => {}; a().f = () => {};
    label: for (const f of [() => {}, () => {}]) { function inBlock() {} }
    tag\`\${() => {}}\`; new (class {})(); (function named() {})(); (() => () => {})()();
    function dup() {} { function dup() {} }
    a().b(() => {}).c(() => {}).call(null, () => {});
  `;
  const { sites } = analyse(text, parse(text, true), { isModule: true, path: "m.js" });
  const { methods } = analyzeProgram([{
    path: "m.js",
    text,
    url: "file:///m.js",
    kind: "module",
    imports: new Map(),
  }]);
  const classes = new Set(sites.filter(({ kind }) => kind === "class").map(({ id }) => id));
  const theirs = sites.filter(({ kind }) => kind !== "class").map(({ id }) => id).sort();
  const ours = methods.map(({ id }) => id as string).filter((id) =>
    !id.endsWith("#<main>") && !classes.has(id)
  ).sort();
  assertEquals(ours, theirs);
});
