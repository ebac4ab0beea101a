import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { fileURLToPath } from "node:url";

const entry = fileURLToPath(new URL("../mod.ts", import.meta.url));

/** An app in a folder of its own, until disposed of. */
class App implements AsyncDisposable {
  readonly folder = Deno.makeTempDirSync();

  constructor(files: Record<string, string>) {
    for (const [name, text] of Object.entries(files)) {
      Deno.mkdirSync(new URL(".", `file://${this.folder}/${name}`), { recursive: true });
      Deno.writeTextFileSync(`${this.folder}/${name}`, text);
    }
  }

  async analyze(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", entry, "analyze", `${this.folder}/app.ts`, ...args],
      env: { NO_COLOR: "1" },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replaceAll(this.folder, "");
    return { code, out: text(stdout), err: text(stderr) };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Deno.remove(this.folder, { recursive: true });
  }
}

const APP = `
  class Sum { total = 0; constructor(readonly start: number) {} add(n: number) { this.total += n; } }
  function ask() { return prompt("?"); }
  function menu() { return ask(); }
  function work() { new Sum(1).add(2); }
  if (Deno.args.length > 5) menu();
  work();
`;

Deno.test("analyze says in a line each what may migrate, what stays, what goes along, and why", async () => {
  await using app = new App({ "deno.json": "{}", "app.ts": APP });
  const { code, out, err } = await app.analyze();
  assertEquals([code, err], [0, ""], out);
  for (
    const line of [
      /^app\.ts#ask +stays +prompt: asks the device's user$/m,
      /^app\.ts#menu +stays +prompt: asks the device's user \(through ask\)$/m,
      /^app\.ts#work +may migrate +nothing it reaches means the device \(2 methods\)$/m,
      /^app\.ts#Sum\.constructor +goes along +goes where its caller does: a constructor's object exists only/m,
    ]
  ) assert(line.test(out), `${line} in:\n${out}`);
});

Deno.test("analyze --graph draws the call graph and refuses a place that can't be written", async () => {
  await using app = new App({ "deno.json": "{}", "app.ts": APP });
  const { code, err } = await app.analyze("--graph", `${app.folder}/calls.svg`);
  assertEquals([code, err], [0, ""]);
  const svg = Deno.readTextFileSync(`${app.folder}/calls.svg`);
  assert(svg.startsWith("<svg ") && !/NaN|undefined|Infinity/.test(svg), svg);
  for (const text of ["menu", "Sum.add", "TC: reaches", "legal migration point"]) {
    assert(svg.includes(text), text);
  }
  const refused = await app.analyze("--graph", `${app.folder}/none/calls.svg`);
  assertEquals([refused.code, refused.err.trim().split("\n").length], [2, 1], refused.err);
});

Deno.test("analyze heeds clonecloud.json in the app's root or --config, and refuses a bad one in a line", async () => {
  const ours = { pin: { "app.ts#work": "warms the battery" }, unpin: { prompt: "never asked" } };
  await using app = new App({ "deno.json": "{}", "app.ts": APP, "clonecloud.json": JSON.stringify(ours) });
  const { code, out, err } = await app.analyze();
  assertEquals([code, err], [0, ""]);
  assert(/^app\.ts#work +stays +warms the battery \(clonecloud\.json\)$/m.test(out), out);
  assert(/^app\.ts#menu +may migrate/m.test(out), out);
  Deno.writeTextFileSync(`${app.folder}/other.json`, `{ "pin": { "app.ts#gone": "is not there" } }`);
  const other = await app.analyze("--config", `${app.folder}/other.json`);
  assert(/^app\.ts#menu +stays/m.test(other.out), other.out);
  assertEquals(other.err.trim(), "clonecloud: other.json: nothing of this program is or uses app.ts#gone");
  for (const config of ["none.json", "deno.json"]) {
    Deno.writeTextFileSync(`${app.folder}/deno.json`, "{");
    const bad = await app.analyze("--config", `${app.folder}/${config}`);
    assertEquals([bad.code, bad.err.trim().split("\n").length], [2, 1], bad.err);
    Deno.writeTextFileSync(`${app.folder}/deno.json`, "{}");
  }
});

Deno.test("analyze shows what is wrong in the program with a frame, in JSON too, and analyses the rest", async () => {
  await using app = new App({
    "deno.json": "{}",
    "app.ts": `import { f } from "./gone.ts";\nimport "./bad.js";\nfunction g() { f(); }\ng();`,
    "bad.js": `const a = 1;\nconst a = 2;`,
  });
  const { code, out, err } = await app.analyze("--json");
  assertEquals(code, 1, err);
  const { methods, diagnostics } = JSON.parse(out);
  assert(methods.some(({ id }: { id: string }) => id === "app.ts#g"), out);
  assertEquals(diagnostics.map(({ code, line }: { code: string; line: number }) => `${code} ${line}`), [
    ..."missing 1,syntax 2".split(","),
  ]);
  assert(err.includes(`/app.ts:1:19: Cannot import ./gone.ts`), err);
  assert(err.includes(`  1 | import { f } from "./gone.ts";\n    |                   ^^^^^^^^^^^`), err);
  assert(err.includes("/bad.js:2:7: Identifier 'a' has already been declared"), err);
});

Deno.test("analyze says which state a method and its callees read and write, in a line and in JSON", async () => {
  await using app = new App({
    "deno.json": "{}",
    "app.ts": `let count = 0; const table = [1]; function bump() { count++; return table.length; }
      function work() { return bump(); } work();`,
  });
  const { out } = await app.analyze();
  assert(/^app\.ts#work +may migrate .*\n {4}reads count, table; writes count$/m.test(out), out);
  const { methods } = JSON.parse((await app.analyze("--json", "--method", "#work")).out);
  assertEquals(methods.length, 1);
  assertEquals(methods[0].effects, {
    reads: ["app.ts#bump", "app.ts#count", "app.ts#table"],
    writes: ["app.ts#count"],
    open: false,
  });
  assertEquals([methods[0].reads, methods[0].verdict], [["app.ts#bump"], "migrates"]);
});
