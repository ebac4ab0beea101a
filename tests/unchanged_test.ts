import assert from "node:assert/strict";

const main = new URL("../mod.ts", import.meta.url).pathname;

/** Writes the files, runs the first of them rewritten; what it printed and what we said. */
async function run(
  files: Readonly<Record<string, string>>,
): Promise<{ stdout: string; said: string[]; rewritten: string[] }> {
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
  const cache = `${folder}/.home/cache`;
  const rewritten = [...Deno.readDirSync(cache)].filter(({ name }) => name.endsWith(".device"))
    .map(({ name }) => Deno.readTextFileSync(`${cache}/${name}`).replace(/\/\*!cc:[^*]*\*\//g, ""));
  Deno.removeSync(folder, { recursive: true });
  const said = new TextDecoder().decode(stderr).split("\n").filter((line) => line.includes("runs unchanged"));
  return { stdout: new TextDecoder().decode(stdout), said, rewritten };
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

Deno.test("modules of Workers run rewritten; code given as text is named once, and runs", async () => {
  const { stdout, said, rewritten } = await run({
    "main.mjs": `
      import * as threads from "node:worker_threads";
      import { createRequire } from "node:module";
      const { Worker: NodeWorker } = threads, required = createRequire(import.meta.url)("worker_threads");
      const first = (worker, name) => new Promise((resolve) => worker[name] = ({ data }) => (worker.terminate(), resolve(data)));
      const web = (url, options) => first(new Worker(url, { type: "module", ...options }), "onmessage");
      const node = (file, options) => new Promise((resolve) => new NodeWorker(file, options).once("message", resolve));
      const url = new URL("./web.mjs", import.meta.url);
      console.log(await web(url), await web(url), await web("data:text/javascript,postMessage('data')"));
      console.log(await node(new URL("./node.mjs", import.meta.url), { workerData: 3 }));
      console.log(await node("require('node:worker_threads').parentPort.postMessage('eval')", { eval: true }));
      console.log(NodeWorker === required.Worker, NodeWorker === threads.default.Worker, Object.keys(threads).length > 5);
      console.log(Worker.name, Worker.length, Worker.toString().startsWith("class Worker"), Worker.prototype.constructor === Worker);
      class Mine extends Worker { get mine() { return true; } }
      const mine = new Mine(url, { type: "module" });
      console.log(mine.mine, mine instanceof Worker, mine.constructor === Mine, await first(mine, "onmessage"));
      try { new Worker(); } catch (error) { console.log(error.stack.split("\\n").filter((line) => !/ext:|main.mjs/.test(line)).length); }`,
    "web.mjs": `import { a } from "./dep.mjs"; postMessage([a(1), (() => a).toString()]);`,
    "node.mjs":
      `import { parentPort, workerData } from "node:worker_threads"; parentPort.postMessage(workerData + 1);`,
    "dep.mjs": `export const a = (n) => n + 1;`,
  });
  assert.equal(
    stdout,
    `[ 2, "() => a" ] [ 2, "() => a" ] data\n4\neval\ntrue true true\nWorker 1 true true\n` +
      `true true true [ 2, "() => a" ]\n1\n`,
  );
  assert.deepEqual(said, [
    "clonecloud: code given to a Worker runs unchanged and stays here: " +
    "what a Worker is started with is rewritten only if it is a file",
  ]);
  for (const text of ["a(1), (() => a).toString()", "workerData + 1", "n + 1"]) {
    assert.ok(rewritten.some((module) => module.includes(text)), `no rewritten module has ${text}`);
  }
});
