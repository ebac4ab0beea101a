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
