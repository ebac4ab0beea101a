import assert from "node:assert/strict";

const main = new URL("../mod.ts", import.meta.url).pathname;

/** Writes the files, runs the first of them rewritten; what it printed and what we said. */
async function run(files: Readonly<Record<string, string>>): Promise<{ stdout: string; said: string[] }> {
  const folder = Deno.makeTempDirSync({ prefix: "unchanged-" });
  for (const [name, text] of Object.entries(files)) Deno.writeTextFileSync(`${folder}/${name}`, text);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--quiet", main, "run", "--home", `${folder}/.home`, "--clone", "none"],
      ...["--instrument", "all", "--deno=-A", `${folder}/${Object.keys(files)[0]}`],
    ],
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
    stdin: "null",
  }).output();
  Deno.removeSync(folder, { recursive: true });
  const said = new TextDecoder().decode(stderr).split("\n").filter((line) => line.includes("runs unchanged"));
  return { stdout: new TextDecoder().decode(stdout), said };
}

Deno.test("modules that Deno shows to no hook are named, and run", async () => {
  const { stdout, said } = await run({
    "main.mjs": `import { a } from "./dep.ts"; import b from "./b.mjs"; console.log(a(1), b);`,
    "dep.ts": `export const a = (n: number) => n + 1;`,
    "b.mjs": `export default 7;`,
    "package.json": `{ "type": "commonjs" }`,
  });
  assert.equal(stdout, "2 7\n");
  assert.deepEqual(said, [
    "clonecloud: dep.ts runs unchanged and stays here: it was loaded past the module hooks",
  ]);
});

Deno.test("a module that the rewriter can't parse is named, and runs", async () => {
  const { stdout, said } = await run({
    "main.cjs": `const { f } = require("./odd.cjs"); console.log(f());`,
    // What engines take for the sake of old pages, and the parser doesn't.
    "odd.cjs": `exports.f = function () { try { (() => 1)() = 2; } catch (e) { return e.name; } };`,
  });
  assert.equal(stdout, "ReferenceError\n");
  assert.equal(said.length, 1);
  assert.match(said[0]!, /^clonecloud: odd\.cjs runs unchanged and stays here: Cannot parse module: /);
});
