/** What is learnt of a first run: beside it, after it, and without the app or its user noticing. */
import assert from "node:assert/strict";
import { findApp } from "../repl/cli/app.ts";
import { AppMemory } from "../repl/cli/app_memory.ts";
import { Lessons } from "../repl/cli/lessons.ts";

const MAIN = new URL("../mod.ts", import.meta.url).pathname;
const APP = new URL("./fixtures/watched/main.ts", import.meta.url).pathname;
/** Milliseconds of work: a sampler sees them also on a busy machine. */
const WORK = "600";

async function deno(home: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...args],
    env: { NO_COLOR: "1", CLONECLOUD_HOME: home },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

const run = (home: string, ...args: string[]) =>
  deno(home, "-A", MAIN, "run", "--clone", "spawn", "--deno", "--allow-env", APP, ...args);

Deno.test("a first run shows the app what deno run does, and is learnt from after it has returned", async () => {
  const home = await Deno.makeTempDir();
  try {
    const plain = await deno(home, "--allow-env", APP, WORK);
    const first = await run(home, WORK);
    assert.deepEqual(first, { ...plain, stderr: "" });
    assert.equal((await deno(home, "-A", MAIN, "learn")).code, 0);
    assert.deepEqual(new Lessons(home).waiting(), []);
    const note = await (await AppMemory.open(findApp(APP), home)).read();
    assert.equal(note?.executions, 1);
    assert.deepEqual(note.files.map((path) => path.split("/").at(-1)), ["busy.ts", "main.ts"]);
    const shown = await deno(home, "-A", MAIN, "profile", "show", APP, "--json");
    assert.match(shown.stdout, /busy\.ts#busy/, shown.stderr);
  } finally {
    // A learner that found nothing left to do may just be ending.
    await deno(home, "-A", MAIN, "learn");
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("a run that ends by Deno.exit is learnt from, and exits as it would", async () => {
  const home = await Deno.makeTempDir();
  try {
    const exited = await run(home, WORK, "3");
    assert.deepEqual([exited.code, exited.stderr], [3, ""]);
    await deno(home, "-A", MAIN, "learn");
    const note = await (await AppMemory.open(findApp(APP), home)).read();
    assert.equal(note?.executions, 1);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
