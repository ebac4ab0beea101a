/** The command `profile`: device and clone really measured, kept between runs, and what goes wrong said in one line. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { deciderModel, DEFAULT_OVERHEADS } from "../analysis/mod.ts";
import { findApp } from "../repl/cli/app.ts";
import { AppMemory, hashFiles } from "../repl/cli/app_memory.ts";
import { methodId } from "../runtime/mod.ts";
import { Running } from "./running.ts";

const MAIN = new URL("../mod.ts", import.meta.url).pathname;
const APP = new URL("./fixtures/profiled/main.ts", import.meta.url).pathname;
const COUNT = "counter.ts#Counter.count";

/** A home, an inputs folder and what runs in them; removed at the end. */
class Place implements AsyncDisposable {
  readonly folder = Deno.makeTempDirSync();
  readonly home = `${this.folder}/home`;
  #files = 0;

  constructor() {
    Deno.mkdirSync(`${this.folder}/texts`);
    for (const name of ["a", "b", "c"]) {
      Deno.writeTextFileSync(`${this.folder}/texts/${name}.txt`, `${name} quick brown fox `.repeat(4000));
    }
  }

  text(name: string): string {
    return `${this.folder}/texts/${name}.txt`;
  }

  inputs(content: unknown): string {
    const path = `${this.folder}/inputs${this.#files++}.json`;
    Deno.writeTextFileSync(path, JSON.stringify(content));
    return path;
  }

  start(...args: string[]): Running {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", MAIN, ...args],
      env: { NO_COLOR: "1", CLONECLOUD_HOME: this.home },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    }).spawn();
    return new Running(child, undefined);
  }

  run(...args: string[]): ReturnType<Running["output"]> {
    return this.start(...args).output();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

Deno.test("profile measures device and clone, adds up, and the next run starts from it", async () => {
  await using place = new Place();
  const file = place.inputs({
    given: [["20", place.text("a"), place.text("b")]],
    random: { runs: 1, args: [{ from: 10, to: 20 }, { files: "texts", ending: ".txt", some: [1, 3] }] },
  });
  const profile = (...more: string[]) =>
    place.run("profile", APP, "--inputs", file, "--deno", "--allow-read", "--seed", "3", ...more);
  const first = await profile("--clone", "spawn");
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /^2 executions measured, \d+ migrations of \d methods/);
  assert.match(first.stderr, /random inputs from seed 3\n/);
  assert.match(first.stderr, /2\/2 at the clone, 1 of \d: 1\d \S+\.txt/);
  const second = await profile("--clone", "none", "--runs", "0", "--json");
  assert.equal(JSON.parse(second.stdout).executions, 1);

  const svg = `${place.folder}/flame.svg`;
  const shown = await place.run("profile", "show", APP, "--json", "--svg", svg);
  const { rows } = JSON.parse(shown.stdout);
  const row = rows.find(({ method }: { method: string }) => method === COUNT);
  assert.ok(row.counted && row.cloneMs > 0 && row.totalMs > 0, shown.stdout);
  assert.ok(row.entryBytes > 100 && row.exitBytes > 0, "real captures");
  assert.ok(row.faults >= 0.5 && row.fileBytes > 0, "and files that the clone asked for");
  assert.match((await place.run("profile", "show", APP)).stdout, /: 3 executions of code/);
  const picture = await Deno.readTextFile(svg);
  assert.match(picture, />device: .*s</);
  assert.match(picture, />clone: .*s</);

  const plan = JSON.parse((await place.run("partition", APP, "--json")).stdout);
  // Whether anything pays on one busy machine is open; what it is weighed by is not.
  assert.ok(plan.homeCost > 0 && plan.conditions.cloneSpeed > 0, JSON.stringify(plan));
});

Deno.test("profile keeps what it measured when the app crashes", async () => {
  await using place = new Place();
  const file = place.inputs({ given: [["5", place.text("a")], ["crash"], ["5", place.text("b")]] });
  const { code, stderr } = await place.run(
    "profile",
    APP,
    "--inputs",
    file,
    "--clone",
    "none",
    "--deno",
    "--allow-read",
  );
  assert.equal(code, 1);
  assert.match(
    stderr,
    /clonecloud: .*main\.ts crashed \(exit code 1\) with: crash: .*RangeError: no rounds.*; what was measured of 1 execution is kept/,
  );
  assert.match((await place.run("profile", "show", APP)).stdout, /: 1 execution of code/);
});

Deno.test("profile says of an execution that it failed, and how a permission is given here", async () => {
  await using place = new Place();
  const app = `${place.folder}/app.ts`;
  Deno.writeTextFileSync(
    app,
    `
    if (Deno.args.length === 0) { console.error("usage: app.ts FILE"); Deno.exit(2); }
    Deno.readTextFileSync(Deno.args[0]);
  `,
  );
  const failed = await place.run("profile", app, "--clone", "none");
  assert.equal(failed.code, 0, failed.stderr);
  assert.match(
    failed.stderr,
    /app\.ts failed \(exit code 2\) without arguments: usage: app\.ts FILE; it is measured all the same/,
  );
  const crashed = await place.run(
    "profile",
    app,
    "--clone",
    "none",
    "--inputs",
    place.inputs({ given: [["a"]] }),
  );
  assert.equal(crashed.code, 1);
  assert.match(
    crashed.stderr,
    /crashed \(exit code 1\) with: a: .*--allow-read flag \(here: --deno --allow-read\)/,
  );
});

Deno.test("profile gives an execution the input that it is to have", async () => {
  await using place = new Place();
  const app = `${place.folder}/app.ts`;
  Deno.writeTextFileSync(
    app,
    `const { size } = new Blob(await Array.fromAsync(Deno.stdin.readable)); if (size !== ${
      Deno.statSync(place.text("a")).size
    }) { console.error("error: got " + size); Deno.exit(3); }`,
  );
  const profile = (content: unknown) =>
    place.run("profile", app, "--clone", "none", "--inputs", place.inputs(content));
  const fed = await profile({ given: [{ args: [], stdin: "texts/a.txt" }] });
  assert.equal(fed.code, 0, fed.stderr);
  assert.doesNotMatch(fed.stderr, /failed/);
  assert.match((await profile({ given: [[]] })).stderr, /failed \(exit code 3\) .*got 0/);
});

Deno.test("profile keeps what it measured when the clone goes away, and says so", async () => {
  await using place = new Place();
  const id = (await place.run("id")).stdout.trim();
  await using peer = place.start(
    ...["peer", "--home", `${place.folder}/clone`, "--listen", "/ip4/127.0.0.1/tcp/0", "--trust", id],
  );
  const [address] = await peer.waitFor(/^\/ip4\/\S+/m);
  const file = place.inputs({ given: [["20", place.text("a")], ["20", place.text("b")]] });
  const profiling = place.start(
    "profile",
    APP,
    "--inputs",
    file,
    "--clone",
    address!,
    "--deno",
    "--allow-read",
  );
  await profiling.waitFor(/2\/2 on the device/, "stderr");
  await peer[Symbol.asyncDispose]();
  const { code, stderr } = await profiling.output();
  assert.equal(code, 1, stderr);
  assert.match(
    stderr,
    /clonecloud: (no clone answered|the clone went away).*; what was measured of 2 executions is kept/,
  );
  const shown = await place.run("profile", "show", APP);
  assert.match(shown.stdout, /: 2 executions of code/, "the second one's device side is kept as well");
});

Deno.test("profile keeps the device's side where no clone is paired, and where none answers", async () => {
  await using place = new Place();
  const file = place.inputs({ given: [["20", place.text("a")]] });
  const nobody = "/ip4/127.0.0.1/tcp/1/p2p/12D3KooWGRUjfXFJqrhXQWvMWjCmXCVPYvJNEP8DStwzHnVXbNKc";
  for (const [i, clone] of ["auto", nobody].entries()) {
    const { code, stderr } = await place.run(
      ...["profile", APP, "--inputs", file, "--clone", clone, "--deno", "--allow-read"],
    );
    assert.equal(code, 1, stderr);
    assert.match(stderr, /no clone answered .*--clone spawn.*; what was measured of 1 execution is kept/);
    const shown = await place.run("profile", "show", APP);
    assert.match(shown.stdout, new RegExp(`: ${i + 1} executions? of code`), stderr);
  }
});

Deno.test("profile ends an app that doesn't, when it is told to or by a limit, and keeps what it measured", async () => {
  await using place = new Place();
  const app = `${place.folder}/ever.ts`;
  Deno.writeTextFileSync(app, 'console.log("on"); do { Math.sqrt(2); } while (Deno.args[0] === "ever");\n');
  const file = place.inputs({ given: [["once"], ["ever"]] });
  const profile = ["profile", app, "--inputs", file, "--clone", "none"];
  const { code, stderr } = await place.run(...profile, "--limit", "10");
  assert.equal(code, 1, stderr);
  assert.match(stderr, /ever\.ts took longer than 10 s with: ever; what was measured of 1 execution is kept/);
  const profiling = place.start(...profile);
  await profiling.waitFor(/2\/2 /, "stderr");
  profiling.signal("SIGINT");
  const ended = await profiling.output();
  assert.match(ended.stderr, /clonecloud: stopped; what was measured of 1 execution is kept/);
  assert.match((await place.run("profile", "show", app)).stdout, /: 2 executions of code/);
});

Deno.test("profile and partition say in one line that a newer version left the profiles", async () => {
  await using place = new Place();
  Deno.mkdirSync(place.home);
  using db = new DatabaseSync(`${place.home}/profiles.sqlite`);
  db.exec("PRAGMA user_version = 999");
  for (const args of [["profile", "show", APP], ["profile", APP, "--clone", "none"], ["partition", APP]]) {
    const { code, stderr } = await place.run(...args);
    assert.equal(code, 1, stderr);
    assert.match(
      stderr,
      /^clonecloud: Cannot open profiles in \S+: version 999 is newer than \d+; update clonecloud\n$/,
    );
  }
});

Deno.test("profile refuses inputs that it can't use, before anything runs", async () => {
  await using place = new Place();
  const mistakes: [string[], RegExp][] = [
    [["profile"], /no app given/],
    [["profile", APP, "extra"], /arguments of the app go into an inputs file/],
    [["profile", APP, "--inputs", "/no/such"], /cannot read inputs \/no\/such/],
    [
      ["profile", APP, "--inputs", place.inputs({ given: [3] })],
      /given\[0\] is no JSON object, nor a list of texts/,
    ],
    [["profile", APP, "--inputs", place.inputs({ given: [] })], /nothing to measure/],
    [["profile", APP, "--seed", "x"], /--seed x: give a whole number/],
  ];
  for (const [args, message] of mistakes) {
    const { code, stderr } = await place.run(...args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
    assert.equal(stderr.trim().split("\n").length, 1);
  }
});

Deno.test("run starts plainly when a run on as much gained nothing, and under the runtime on more", async () => {
  await using place = new Place();
  const folder = new URL(".", `file://${APP}`).pathname;
  const files = [`${folder}counter.ts`, `${folder}main.ts`];
  const memory = await AppMemory.open(findApp(APP), place.home);
  const conditions = {
    rttMs: 5000,
    upBytesPerSecond: 1e3,
    downBytesPerSecond: 1e3,
    cloneSpeed: 1,
    power: "unknown",
  } as const;
  const overheads = DEFAULT_OVERHEADS;
  const model = deciderModel({
    executions: [],
    candidates: [methodId(COUNT)],
    chosen: [],
    conditions,
    overheads,
  });
  const codeHash = (await hashFiles(files))!;
  memory.write({ files, codeHash, objective: "time", candidates: [COUNT], model, executions: 2 });
  const run = (rounds: string, text = "a") =>
    place.run("run", "--clone", "spawn", "--deno", "--allow-read", APP, rounds, place.text(text));
  const starts = async () => (await memory.read())!.starts!;

  await run("3");
  assert.deepEqual((await starts()).runs, [], "its code was rewritten in this run: later ones start faster");
  const short = await run("3");
  assert.match(
    short.stderr,
    /clonecloud: a run on so little takes less than a start for a clone: this one starts as/,
  );
  assert.deepEqual((await starts()).runs, []);
  // As if a start took no time.
  memory.addStart(0.1);
  const first = await run("3");
  const [lost] = (await starts()).runs;
  assert.ok(lost!.savedMs < 0 && lost!.features[1]! > 10_000, "its time is unknown, so it stayed");
  const second = await run("2");
  assert.equal(second.code, 0);
  assert.match(
    second.stderr,
    /clonecloud: a run on as much gained nothing by a clone: this one starts as under deno run/,
  );
  assert.equal((await starts()).skipped, 1);
  // So large that it takes longer than any start.
  Deno.writeTextFileSync(place.text("large"), "large quick brown fox ".repeat(400_000));
  const third = await run("4", "large");
  assert.doesNotMatch(third.stderr, /starts as under/);
  assert.deepEqual([(await starts()).runs.length, (await starts()).skipped], [2, 0]);
  assert.ok(Number(first.stdout) > 0 && Number(third.stdout) > Number(second.stdout));
});
