/** A program that can't be loaded, or fails while it runs, fails under the runtime as it does under `deno run`. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../mod.ts", import.meta.url));

const FILES: Readonly<Record<string, string>> = {
  "deno.json": "{}",
  "good.ts": `export const good = 1; console.log("good runs");`,
  "data.json": `{"a": 1}`,
  "bad.js": `export const y = 1;\nreturn = 3;`,
  "bad.ts": `interface A { x: number }\nexport const y: A = { x: 1;`,
  "throws.cjs": `function boom() { throw new Error("in a script"); }\nboom();`,
  "exits.ts": `console.log("exits"); Deno.exit(7);`,
};

const PROGRAMS: Readonly<Record<string, string>> = {
  "bare.ts": `import "./good.ts"; import x from "no-such-thing"; console.log(x);`,
  "builtin.ts": `import x from "node:nonesuch"; console.log(x);`,
  "json.ts": `import d from "./data.json"; console.log(d);`,
  "no_json.ts": `import d from "./good.ts" with { type: "json" }; console.log(d);`,
  "other_type.ts": `import { good } from "./good.ts" with { type: "banana" }; console.log(good);`,
  "no_file.ts": `import { good } from "./nope.ts"; console.log(good);`,
  "no_name.ts": `import { better } from "./good.ts"; console.log(better);`,
  "syntax.ts": `console.log("never");\nfunction f( { return 1 }`,
  "script.ts": `import "./throws.cjs";`,
  "exit.ts": `import "./exits.ts"; console.log("never");`,
  "later.ts": `console.log("runs");
    const places = ["./nope.ts", "no-such-thing", "node:nonesuch", "./data.json", ".", ""];
    const tell = (place: string) => import(place).catch((e) => console.log(place, e.code, e.constructor.name, e.message));
    for (const place of places) await tell(place);`,
  "rejects.ts": `async function work() { await null; throw new RangeError("nobody handles this"); }
    work();\nawait new Promise((done) => setTimeout(done, 1000));`,
};

const UNPARSED: Readonly<Record<string, string>> = {
  "unparsed.ts": `import { y } from "./bad.js"; console.log(y);`,
  "unparsed_later.ts": `for (const place of ["./bad.js", "./bad.ts"]) {
    await import(place).catch((e) => console.log(place, e.code, e.constructor.name, e.message));
  }`,
};

Deno.test("run lets a program that can't be loaded fail with Deno's own words", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    for (const [name, text] of Object.entries({ ...FILES, ...PROGRAMS })) {
      Deno.writeTextFileSync(`${folder}/${name}`, text);
    }
    const ours = ["run", "-A", MAIN, "run", "--quiet", "--home", `${folder}/home`, "--deno=-A"];
    for (const name of Object.keys(PROGRAMS)) {
      const app = `${folder}/${name}`;
      const plain = await output("run", "-A", app);
      // Nothing is known of it: it is watched.
      assert.deepEqual(await output(...ours, "--clone", "spawn", app), plain, name);
      assert.deepEqual(await output(...ours, "--clone", "none", "--instrument", "all", app), plain, name);
    }
    // Only who rewrites it knows that a module doesn't parse.
    for (const [name, text] of Object.entries(UNPARSED)) {
      const app = `${folder}/${name}`;
      Deno.writeTextFileSync(app, text);
      const rewritten = ["--clone", "none", "--instrument", "all", app];
      assert.deepEqual(await output(...ours, ...rewritten), await output("run", "-A", app), name);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function output(...args: string[]) {
  const env = { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" };
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, env, stdin: "null" })
    .output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
