/** The command `run` on one machine: its clones, its end, its mistakes, and what it must not change. */
import assert from "node:assert/strict";
import { Running } from "./running.ts";

const MAIN = new URL("../mod.ts", import.meta.url).pathname;
const SMALL = new URL("./fixtures/small/", import.meta.url).pathname;
const LONG = "2000000000";

/** What a test runs in: a home and a temporary folder of its own, removed at its end. */
class Place implements AsyncDisposable {
  readonly folder = Deno.makeTempDirSync();
  readonly home = `${this.folder}/home`;
  readonly temp = `${this.folder}/tmp`;
  /** As the environment of what is started from now on names it. */
  language = "C";
  timeZone = "UTC";

  constructor() {
    Deno.mkdirSync(this.temp);
  }

  /** Added to the environment of what is started from now on. */
  env: Record<string, string> = {};

  start(...args: string[]): Running {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", MAIN, ...args],
      cwd: SMALL,
      env: {
        TMPDIR: this.temp,
        NO_COLOR: "1",
        CLONECLOUD_HOME: this.home,
        LC_ALL: this.language,
        TZ: this.timeZone,
        ...this.env,
      },
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

  /** What is left in the temporary folder. */
  left(): string[] {
    return [...Deno.readDirSync(this.temp)].map(({ name }) => name);
  }

  /** Processes that were started with this place's folder in their environment. */
  processes(): string[] {
    return [...Deno.readDirSync("/proc")].flatMap(({ name }) => {
      try {
        if (!Deno.readTextFileSync(`/proc/${name}/environ`).includes(this.folder)) return [];
        return [Deno.readTextFileSync(`/proc/${name}/cmdline`).replaceAll("\0", " ")].filter((text) => text);
      } catch {
        return []; // no process, not ours, or gone
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

const MIGRATE = ["--migrate", "squares.ts#squares"];

Deno.test("run --clone spawn migrates, changes no global and leaves nothing behind", async () => {
  await using place = new Place();
  const plain = await new Deno.Command(Deno.execPath(), { args: ["run", "main.ts", "a"], cwd: SMALL })
    .output();
  const trace = `${place.folder}/trace`;
  const output = await place.run("run", "--clone", "spawn", "--trace", trace, ...MIGRATE, "main.ts", "a");
  assert.equal(output.stdout, new TextDecoder().decode(plain.stdout));
  assert.match(output.stderr, /^clonecloud: saved [^:]*: 1 migration to .*\n$/);
  assert.equal(output.code, 0);
  const events = Deno.readTextFileSync(trace).trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(
    events.map(({ event }) => event),
    ["decide", "capture", "ship", "resume", "return", "merge"],
  );
  const told = Deno.readTextFileSync(new URL("../docs/trace.md", import.meta.url));
  // Each field has its word in the documentation.
  const untold = events.flatMap((event) => Object.keys(event)).filter((key) => !told.includes(`\`${key}\``));
  assert.deepEqual(untold, []);
  assert.deepEqual(place.left(), []);
  if (Deno.build.os === "linux") assert.deepEqual(place.processes(), []);
});

Deno.test("run says why a method that was named to migrate ran here, and nothing where no clone is wanted", async () => {
  await using place = new Place();
  const nowhere = "/ip4/127.0.0.1/tcp/1";
  const run = (clone: string) => place.run("run", "--clone", clone, ...MIGRATE, "main.ts", "a");
  const unreachable = await run(nowhere);
  assert.equal(unreachable.code, 0);
  assert.match(unreachable.stderr, /^clonecloud: \S+#\S+ ran here: .*\/ip4\/127\.0\.0\.1\/tcp\/1/);
  const { stdout, stderr } = await run("none");
  assert.deepEqual({ stdout, stderr }, { stdout: unreachable.stdout, stderr: "" });
  assert.match((await run("auto")).stderr, /^clonecloud: everything ran here: .*`pair`/);
});

Deno.test({
  name: "run ends everything that it started at Ctrl-C, also while a method is away",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using place = new Place();
    const trace = `${place.folder}/trace`;
    const running = place.start(
      ...["run", "--clone", "spawn", "--trace", trace, ...MIGRATE, "main.ts", "a", LONG],
    );
    await running.waitFor(/a: start/);
    while (!(await Deno.readTextFile(trace)).includes('"resume"')) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    running.signalGroup("SIGINT");
    const { code, stdout } = await running.output();
    assert.deepEqual({ code, stdout }, { code: 130, stdout: "a: start\n" });
    assert.deepEqual(place.left(), []);
    assert.deepEqual(place.processes(), []);
  },
});

Deno.test("two apps share one peer at the same time, and one runs twice", async () => {
  await using place = new Place();
  await using peer = place.start(
    "peer",
    "--home",
    `${place.folder}/clone`,
    "--listen",
    "/ip4/127.0.0.1/tcp/0",
  );
  const [, address] = await peer.waitFor(/^(\S+)\n/);
  const id = (await place.run("id")).stdout.trim();
  peer.signal("SIGTERM");
  await peer.output();
  await using trusting = place.start(
    ...[
      "peer",
      "--home",
      `${place.folder}/clone`,
      "--listen",
      address!.replace(/\/p2p\/.*/, ""),
      "--trust",
      id,
    ],
  );
  await trusting.waitFor(/^(\S+)\n/);
  const run = (name: string) =>
    place.run("run", "--clone", address!, ...MIGRATE, "main.ts", name, "100000000");
  const outputs = [...await Promise.all([run("a"), run("b")]), await run("a")];
  for (const [i, { code, stdout, stderr }] of outputs.entries()) {
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^clonecloud: saved [^:]*: 1 migration to .*\n$/);
    assert.match(stdout, new RegExp(`^${"aba"[i]}: start\n${"aba"[i]}: -?\\d+\n`));
  }
  // The clone speaks another language than the device; the guest must not.
  place.language = "de_DE.UTF-8";
  const migrate = ["--migrate", "language.ts#spoken"];
  const german = await place.run("run", "--clone", address!, ...migrate, "language.ts");
  assert.match(german.stderr, /: 1 migration to /);
  assert.match(german.stdout, /^de-DE 1\.234,5 \d+\.\d+\.\d{4}\n$/);
  place.timeZone = "Asia/Tokyo";
  const tokyo = await place.run("run", "--clone", address!, "--migrate", "zone.ts#zone", "zone.ts");
  assert.match(tokyo.stderr, /: 1 migration to /);
  assert.equal(tokyo.stdout, "Asia/Tokyo 9 -540\n");
  trusting.signal("SIGTERM");
  await trusting.output();
});

const MISTAKES: Record<string, [string[], RegExp]> = {
  "no such option": [
    ["run", "--colne", "none", "main.ts"],
    /unknown option --colne \(did you mean --clone\? /,
  ],
  "an option without its value": [["run", "--clone"], /--clone needs a value/],
  "no app": [["run"], /no app given/],
  "a missing app file": [["run", "absent.ts"], /cannot find absent\.ts/],
  "a method of no file": [["run", "--migrate", "absent.ts#f", "main.ts"], /unknown method absent\.ts#f/],
  "a method without its file": [["run", "--migrate", "squares", "main.ts"], /no method id/],
  "no such method": [
    ["run", "--clone", "spawn", "--migrate", "squares.ts#square", "main.ts", "a"],
    /unknown method squares\.ts#square; did you mean squares\.ts#squares\?/,
  ],
  "a main flow that should migrate": [
    ["run", "--migrate", "main.ts#<main>", "main.ts"],
    /the main flow stays/,
  ],
  "a root that isn't there": [["run", "--files", "absent", "main.ts"], /--files absent: No such file/],
  "a trace that can't be written": [
    ["run", "--clone", "none", "--trace", "absent/trace", "main.ts"],
    /cannot write absent\/trace: No such file/,
  ],
  "a profile of no file": [["profile", "show", "absent.ts"], /cannot find absent\.ts/],
  "a partition of no file": [["partition", "absent.ts"], /cannot find absent\.ts/],
  "an address that is none": [["run", "--clone", "laptop", ...MIGRATE, "main.ts"], /laptop/],
  "no such command": [["rum"], /no command "rum"; did you mean run\? /],
  "an app without a command": [["main.ts"], /to run that program: deno run -A mod\.ts run main\.ts/],
  "analyze without an app": [["analyze"], /no app given: analyze APP/],
  "a peer id that is none": [["peer", "--trust", "me"], /--trust me is not a peer id/],
};

for (const [name, [args, message]] of Object.entries(MISTAKES)) {
  Deno.test(`the command line exits 2 with one line for ${name}`, async () => {
    await using place = new Place();
    const { code, stdout, stderr } = await place.run(...args);
    assert.deepEqual(
      { code, stdout, lines: stderr.split("\n").length },
      { code: 2, stdout: "", lines: 2 },
      stderr,
    );
    assert.match(stderr, /^clonecloud: /);
    assert.match(stderr, message);
  });
}

const UNUSABLE: Record<string, [string[], Record<string, string>, RegExp]> = {
  "its home is a file": [
    ["--home", `${SMALL}main.ts`],
    {},
    /cannot use home \S+: Not a directory; everything runs/,
  ],
  "there is no temporary folder": [
    [],
    { TMPDIR: "/absent" },
    /Cannot make a temporary folder .*everything runs/,
  ],
  ...(Deno.build.os === "linux" && {
    "the trace's disk is full": [
      ["--trace", "/dev/full"],
      {},
      /the trace ends here: No space left on device/,
    ],
  }),
};

for (const [name, [args, env, message]] of Object.entries(UNUSABLE)) {
  Deno.test(`run runs the app, and says in a line what is missing, if ${name}`, async () => {
    await using place = new Place();
    place.env = env;
    const { code, stdout, stderr } = await place.run(
      ...["run", "--clone", "spawn", ...args, ...MIGRATE, "main.ts", "a"],
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^a: 3328/m);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /^\s+at /m);
    assert.deepEqual(place.left(), []);
  });
}

Deno.test("run says of a method that was named to migrate that the app never came to it", async () => {
  await using place = new Place();
  const methods = ["--migrate", "squares.ts#squares", "--migrate", "language.ts#spoken"];
  const { stderr } = await place.run("run", "--clone", "spawn", ...methods, "main.ts");
  assert.match(stderr, /language\.ts#spoken was not there: no language\.ts was loaded/);
});

Deno.test("--version tells this version and Deno's", async () => {
  await using place = new Place();
  const { code, stdout } = await place.run("--version");
  assert.deepEqual([code, stdout.split(" ").slice(0, 4)], [0, [
    "clonecloud",
    "0.1.0",
    "(Deno",
    `${Deno.version.deno},`,
  ]]);
});

Deno.test("every command has --help", async () => {
  await using place = new Place();
  const { stdout } = await place.run("--help");
  const commands = [...stdout.matchAll(/^ {2}(\w+) /gm)].map((match) => match[1]!);
  assert.ok(commands.includes("run"));
  const outputs = await Promise.all(commands.map((command) => place.run(command, "--help")));
  for (const { code, stdout } of outputs) {
    assert.equal(code, 0);
    assert.match(stdout, /Usage: /);
  }
});
