import { deepStrictEqual as assertEquals, ok as assert, rejects as assertRejects } from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { analyzeProgram } from "./analyze.ts";
import { appRoot, loadProgram } from "./load_program.ts";

async function inApp(files: Record<string, string>, run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(`${folder}/${name}/..`.replace(/[^/]+\/\.\.$/, ""), { recursive: true });
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("loadProgram() gives an app's modules with types blanked out, under paths from the app's root", () =>
  inApp({
    "deno.json": `{ "imports": { "lib/": "./lib/" } }`,
    "src/main.ts":
      `import { f } from "lib/f.ts";\nenum Never { A }\nexport function g(x: number): number { return f(x); }\ng(Never.A);`,
    "lib/f.ts": `export function f(x: number): number {\n  return Number(prompt(String(x)));\n}`,
  }, async (folder) => {
    const { modules, diagnostics } = await loadProgram(`${folder}/src/main.ts`);
    assertEquals(diagnostics, []);
    assertEquals(modules.map(({ path }) => path).sort(), ["lib/f.ts", "src/main.ts"]);
    const { methods } = analyzeProgram(modules);
    const g = methods.find(({ id }) => id === "src/main.ts#g");
    assertEquals(g?.pin?.through, ["src/main.ts#g", "lib/f.ts#f"]);
    assertEquals(methods.find(({ id }) => id === "lib/f.ts#f")?.uses.map(({ line }) => line), [2]);
  }));

Deno.test("loadProgram() makes a missing import a diagnostic and a missing app an error", () =>
  inApp({ "main.js": `import "./gone.js"; function f() {} f();` }, async (folder) => {
    const { modules, diagnostics } = await loadProgram(`${folder}/main.js`);
    assertEquals([modules.length, diagnostics.length], [1, 1]);
    const { code, file, line, column, note, frame } = diagnostics[0]!;
    assertEquals([code, line, column], ["missing", 1, 7]);
    assert(file.endsWith("/main.js") && /^Cannot import \.\/gone\.js: Module not found/.test(note), note);
    assertEquals(frame, `1 | import "./gone.js"; function f() {} f();\n  |        ^^^^^^^^^^^`);
    await assertRejects(() => loadProgram(`${folder}/nothing.ts`), /Cannot load/);
    assertEquals(appRoot(pathToFileURL(`${folder}/main.js`).href), pathToFileURL(`${folder}/`).href);
  }));

Deno.test("loadProgram() makes what Deno can't parse a diagnostic, the main module too", () =>
  inApp({
    "main.ts": `import "./bad.ts";\nconst n: number = 1;\nconst n = 2;`,
    "bad.ts": `const a: number = 1;\nfunction g() {\n  let = ;\n}`,
  }, async (folder) => {
    const { modules, diagnostics } = await loadProgram(`${folder}/main.ts`);
    assertEquals(diagnostics.map(({ code, line, column }) => [code, line, column]), [["syntax", 3, 8]]);
    assert(diagnostics[0]!.frame.includes("3 |   let = ;\n  |         ^"), diagnostics[0]!.frame);
    // What only the engine refuses is found by the analysis, shown as the person wrote it.
    const [again] = analyzeProgram(modules).diagnostics;
    assertEquals([again!.line, again!.column], [3, 6]);
    assert(again!.frame.startsWith("2 | const n: number = 1;"), again!.frame);
    const alone = await loadProgram(`${folder}/bad.ts`);
    assertEquals([alone.modules.length, alone.diagnostics.length], [0, 1]);
  }));

Deno.test("loadProgram() gives JSX, TSX and decorators as Deno lowers them", () =>
  inApp({
    "deno.json": `{ "compilerOptions": { "jsx": "react", "jsxFactory": "h" } }`,
    "main.tsx":
      `function h(tag: string, _: null, text: string): string { return tag + text; }\nconst view = (name: string) => <b>{name}</b>;\nfunction logged(f: () => string): () => string { return f; }\nclass Box { @logged size(): string { return prompt("?")!; } }\nconsole.log(view("x"), new Box().size());`,
  }, async (folder) => {
    const { modules, diagnostics } = await loadProgram(`${folder}/main.tsx`);
    const { methods, calls, diagnostics: more } = analyzeProgram(modules);
    assertEquals([...diagnostics, ...more], []);
    const id = (index: number) => methods[index]!.id;
    const edges = calls.map(({ caller, callee }) => `${id(caller)} > ${id(callee)}`);
    assert(edges.includes("main.tsx#view > main.tsx#h"), edges.join("\n"));
    assertEquals(methods.find(({ id }) => id === "main.tsx#Box.size")?.pin?.api, "prompt");
  }));

Deno.test("loadProgram() makes an imported JSON file that is none a diagnostic", () =>
  inApp({
    "main.ts": `import data from "./data.json" with { type: "json" };\nconsole.log(data);`,
    "data.json": `{\n  "a": 1,\n}`,
  }, async (folder) => {
    const { diagnostics } = await loadProgram(`${folder}/main.ts`);
    const [{ code, file, line, column, note, frame }, ...more] = diagnostics as [typeof diagnostics[0]];
    assertEquals([more.length, code, line, column], [0, "syntax", 3, 0]);
    assert(file.endsWith("/data.json") && note.startsWith("no JSON: "), note);
    assertEquals(frame, `2 |   "a": 1,\n3 | }\n  | ^`);
  }));

Deno.test("loadProgram() says in a line which configuration Deno can't read, and why", () =>
  inApp({ "main.ts": "console.log(1);", "deno.json": `{ "imports": {` }, async (folder) => {
    await assertRejects(
      () => loadProgram(`${folder}/main.ts`),
      /^Error: Cannot load \S+main\.ts: Failed deserializing config file '\S+deno\.json': Unterminated object/,
    );
  }));
