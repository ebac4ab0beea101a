import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { analyzeProgram } from "./analyze.ts";
import type { SourceModule } from "./source_module.ts";

function notes(files: Record<string, string>): string[] {
  const modules = Object.entries(files).map(([path, text]): SourceModule => ({
    url: `file:///${path}`,
    path,
    text,
    kind: path.endsWith(".cjs") ? "script" : "module",
    imports: new Map(Object.keys(files).map((name) => [`./${name}`, `file:///${name}`])),
  }));
  return analyzeProgram(modules).diagnostics.map(({ code, file, line, column, note }) =>
    `${code} ${file.slice("file:///".length)}:${line}:${column} ${note}`
  );
}

Deno.test("analyzeProgram() tells imports and exports of names that the other module doesn't export", () =>
  assertEquals(
    notes({
      "main.js":
        `import first, { a, none as b } from "./lib.js";\nexport { c } from "./lib.js";\nfirst(a, b);`,
      "lib.js": `export const a = 1;`,
    }),
    [
      "missing main.js:1:7 Cannot import the default of ./lib.js: it has none",
      "missing main.js:1:19 Cannot import none of ./lib.js: it exports nothing of that name",
      "missing main.js:2:9 Cannot import c of ./lib.js: it exports nothing of that name",
    ],
  ));

Deno.test("analyzeProgram() takes no export for missing that may be there, or that only types were meant by", () =>
  assertEquals(
    notes({
      "main.js": [
        `import { a, b, C, d, e, f as g, type, h } from "./lib.js";`,
        `import * as whole from "./lib.js";`,
        `import common, { anything } from "./common.cjs";`,
        `import { unknown } from "./elsewhere.js";`,
        `console.log(a, b, C, d, e, g, h, whole, common, anything, unknown, { type: 1 }.type);`,
      ].join("\n"),
      "lib.js": [
        `export const { a, b: [b] } = { b: [] };`,
        `export class C {}`,
        `export * as d from "./deep.js";`,
        `export * from "./deep.js";`,
        `const f = 1; export { f, f as h };`,
      ].join("\n"),
      "deep.js": `export * from "./lib.js"; export function e() {}`,
      "common.cjs": `exports.x = 1;`,
    }),
    [],
  ));

Deno.test("analyzeProgram() tells imports of names that a built-in module doesn't export", () => {
  const text = [
    `import whole, { readFileSync, readFileSink } from "node:fs";`,
    `import { register } from "node:module";`,
    `import { Stats } from "node:fs";`,
    `console.log(whole, readFileSync, readFileSink, register, Stats);`,
  ].join("\n");
  const imports = new Map([["node:fs", "node:fs"], ["node:module", "node:module"]]);
  const { diagnostics } = analyzeProgram([
    { url: "file:///main.js", path: "main.js", text, kind: "module", imports },
  ]);
  assertEquals(diagnostics.map(({ note }) => note), [
    "Cannot import readFileSink of node:fs: it exports nothing of that name",
  ]);
});

Deno.test("analyzeProgram() tells imports of other names than the default from JSON", () => {
  const text = [
    `import data, { name } from "./data.json" with { type: "json" };`,
    `console.log(data, name);`,
  ].join("\n");
  const imports = new Map([["./data.json", "file:///data.json"]]);
  const { diagnostics } = analyzeProgram([
    { url: "file:///main.js", path: "main.js", text, kind: "module", imports },
  ]);
  assertEquals(diagnostics.map(({ note }) => note), [
    "Cannot import name of ./data.json: it exports nothing of that name",
  ]);
});
