/** What is learnt of a first run: beside it, after it, and without the app or its user noticing. */
import assert from "node:assert/strict";
import { type DeciderModel, deciderModel, DEFAULT_OVERHEADS } from "../analysis/mod.ts";
import { findApp } from "../repl/cli/app.ts";
import { AppMemory, hashFiles, type StartNotes } from "../repl/cli/app_memory.ts";
import { Lessons } from "../repl/cli/lessons.ts";
import { methodId } from "../runtime/mod.ts";

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
    const { alone: [alone], unseenMs, perCpuMs } = note.starts as Required<StartNotes>;
    assert(alone!.measured && unseenMs > 0 && unseenMs < alone!.ms, JSON.stringify(note.starts));
    assert(perCpuMs >= 1 && (note.model as DeciderModel).perCpuMs === perCpuMs, `${perCpuMs}`);
    const names = note.files.map((path) => path.split("/").at(-1)!);
    assert.deepEqual(names.filter((name) => name.endsWith(".ts")), ["busy.ts", "main.ts"]);
    const shown = await deno(home, "-A", MAIN, "profile", "show", APP, "--json");
    assert.match(shown.stdout, /busy\.ts#busy/, shown.stderr);
    // The next run needn't rewrite anything for its migration points.
    const texts = [...Deno.readDirSync(`${home}/cache`)].filter(({ name }) => name.endsWith(".device"))
      .map(({ name }) => JSON.parse(Deno.readTextFileSync(`${home}/cache/${name}`).split("\n")[0]!));
    const points = texts.flatMap((text) => text.points.map(([, method]: [number, string]) => method));
    assert.deepEqual(points.sort(), [...note.candidates].sort());
    assert(note.candidates.length > 0);
  } finally {
    // A learner that found nothing left to do may just be ending.
    await deno(home, "-A", MAIN, "learn");
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("an app that has ended at once isn't watched again, until a run of it takes longer", async () => {
  const home = await Deno.makeTempDir();
  try {
    const app = findApp(APP);
    const memory = await AppMemory.open(app, home);
    memory.addBrief(app.path, [1, 0, Number(WORK)]);
    const unwatched = await run(home, WORK);
    assert.equal(unwatched.code, 0, unwatched.stderr);
    assert.deepEqual(new Lessons(home).waiting(), []);
    assert.equal((await deno(home, "-A", MAIN, "learn")).code, 0);
    assert.equal(await memory.read(), undefined, "it left a lesson");
    assert.equal(memory.brief(app.path), undefined, "it took longer");
    await run(home, WORK);
    assert.equal((await deno(home, "-A", MAIN, "learn")).code, 0);
    assert.equal((await memory.read())?.executions, 1);
  } finally {
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

Deno.test("a method that stayed is known to take no longer than its run did", async () => {
  const home = await Deno.makeTempDir();
  try {
    const BUSY = methodId("tests/fixtures/watched/busy.ts#busy");
    const memory = await AppMemory.open(findApp(APP), home);
    const files = ["busy.ts", "main.ts"].map((name) => APP.replace("main.ts", name));
    const conditions = {
      ...{ rttMs: 20, upBytesPerSecond: 1e6, downBytesPerSecond: 1e6, cloneSpeed: 4 },
      power: "unknown",
    } as const;
    const overheads = DEFAULT_OVERHEADS;
    const empty = deciderModel({
      ...{ executions: [], candidates: [BUSY], chosen: [], home: [BUSY], conditions, overheads },
    });
    const here = { plain: { n: 1, x: 0, y: 600_000, xx: 0, xy: 0, yy: 3.6e11 }, linear: [], square: [] };
    const methods = { [BUSY]: { ...empty.methods[BUSY]!, here, hereMeasured: true } };
    const model: DeciderModel = { ...empty, methods };
    const codeHash = (await hashFiles(files))!;
    memory.write({ files, codeHash, objective: "time", candidates: [BUSY], model, executions: 2 });
    const ran = await run(home, WORK);
    const known = ((await memory.read())!.model as DeciderModel).methods[BUSY]!;
    // It was thought to take ten minutes; one run halves that at most.
    assert.deepEqual([known.here.plain.y, known.hereObserved], [300_000, true], ran.stderr);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
