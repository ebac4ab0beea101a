import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { analyzeProgram } from "./analyze.ts";

function callsFrom(caller: string, text: string): string[] {
  const { methods, calls } = analyzeProgram([
    { url: "file:///a.js", path: "a.js", text, kind: "module", imports: new Map() },
  ]);
  const name = (i: number) => methods[i]!.id.slice("a.js#".length);
  return calls.filter((call) => name(call.caller) === caller).map(({ callee }) => name(callee)).sort();
}

Deno.test("analyzeProgram() knows getters of Object.defineProperties, also those put into the descriptors later", () => {
  const text = `
    function Parser() {}
    const accessors = { size: { configurable: true }, limit: { configurable: true } };
    accessors.size.get = function size() { return 1; };
    Object.defineProperties(Parser.prototype, accessors);
    const made = Object.create(null, { depth: { get: function depth() { return 2; } } });
    function use() { return new Parser().size + made.depth; }
    use();
  `;
  assertEquals(callsFrom("use", text), ["Parser", "depth", "size"]);
});

Deno.test("analyzeProgram() knows by name what a bundler exports through getters", () => {
  const text = `
    const define = Object.defineProperty;
    const exportAll = (target, all) => { for (const name in all) define(target, name, { get: all[name], enumerable: true }); };
    const module = {};
    exportAll(module, { first: () => first, second: () => second });
    function first() {}
    function second() {}
    function use() { module.first(); }
    use();
  `;
  assertEquals(callsFrom("use", text), ["first", "first<2>"]);
});

Deno.test("analyzeProgram() sees callbacks of methods of the language that are lent", () => {
  const text = `
    const hex = (x) => x.toString(16);
    function digest(bytes) { return Array.prototype.map.call(new Uint8Array(bytes), hex).join(""); }
    digest([1]);
  `;
  assertEquals(callsFrom("digest", text), ["hex"]);
});
