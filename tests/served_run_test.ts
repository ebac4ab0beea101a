/** Runs that the device's running peer serves: as if each had a supervisor of its own, whatever happens to either side. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { bounded } from "./bounded.ts";
import { Scene } from "./net_fixtures.ts";
import { Running } from "./running.ts";

const MAIN = new URL("../mod.ts", import.meta.url).pathname;
const WAIT_MS = 60_000;

const APP = `
export function total(prices: number[]): number {
  return prices.reduce((sum, price) => sum + price, 0);
}
console.log("ready", total([1, 2, 3]), total.toString().length, Deno.args.join(" "));
let text = "";
for await (const chunk of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) text += chunk;
const late = await import("./late.ts");
console.log(text.trim(), late.twice(total([4, 5])));
const umask = Deno.umask();
Deno.writeTextFileSync("written.txt", "x");
console.log((Deno.statSync("written.txt").mode! & 0o777) === (0o666 & ~umask));
if (Deno.args[0] === "throw") throw new Error("on purpose");
Deno.exit(7);
`;
const LATE = `let factor = 1; export function twice(n: number): number { factor = 2; return n * factor; }\n`;

/** A home whose peer runs, and an app. */
class Device implements AsyncDisposable {
  readonly scene = new Scene();
  home!: string;
  peer!: Deno.ChildProcess;
  folder!: string;

  static async open(): Promise<Device> {
    const device = new Device();
    device.home = await device.scene.home();
    device.folder = await Deno.makeTempDir();
    device.scene.onEnd(() => Deno.remove(device.folder, { recursive: true }));
    Deno.writeTextFileSync(`${device.folder}/app.ts`, APP);
    Deno.writeTextFileSync(`${device.folder}/late.ts`, LATE);
    const args = ["--no-dashboard", "--max-guests", "0"];
    device.peer = (await device.scene.peerProcess(device.home, args)).child;
    return device;
  }

  run(args: readonly string[], before: readonly string[] = []): Running {
    const [command, ...rest] = [
      ...before,
      ...[Deno.execPath(), "run", "-A", MAIN, "run", "--home", this.home, "--clone", "none", "--deno", "-A"],
      ...args,
    ];
    const child = new Deno.Command(command!, {
      args: rest,
      cwd: this.folder,
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return new Running(child, "open");
  }

  /** How many runs its peer serves: each has pipes open there. */
  served(): number {
    const folders = new Set<string>();
    for (const { name } of Deno.readDirSync(`/proc/${this.peer.pid}/fd`)) {
      try {
        const folder = /^(.*\/clonecloud-\d+)\/down$/.exec(
          Deno.readLinkSync(`/proc/${this.peer.pid}/fd/${name}`),
        );
        if (folder !== null) folders.add(folder[1]!);
      } catch {
        // Closed meanwhile.
      }
    }
    return folders.size;
  }

  async servesNone(): Promise<void> {
    const none = (async () => {
      while (this.served() > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    })();
    await bounded("the end of what the peer serves", WAIT_MS, none);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.scene[Symbol.asyncDispose]();
  }
}

async function answer(run: Running, text: string): Promise<void> {
  const writer = run.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
}

Deno.test("a run that the running peer serves has its own terminal, folder and exit code", async () => {
  await using device = await Device.open();
  const runs = [
    device.run(["--instrument", "all", "app.ts"]),
    device.run(["--instrument", "all", "app.ts", "throw"]),
  ];
  for (const run of runs) await bounded("the app's start", WAIT_MS, run.waitFor(/ready/));
  equal(device.served(), 2);
  for (const [i, run] of runs.entries()) await answer(run, `input ${i}`);
  const [exits, throws] = await bounded("both runs", WAIT_MS, Promise.all(runs.map((run) => run.output())));
  match(exits!.stdout, /^ready 6 \d+ \ninput 0 18\ntrue\n$/);
  deepEqual([exits!.code, exits!.stderr], [7, ""]);
  equal(throws!.code, 1);
  match(throws!.stderr, /Error: on purpose\n(?:.*\n)*\s+at file:\/\/.*\/app\.ts:13:37/);
  await device.servesNone();
});

Deno.test("an app goes on alone when the peer that serves it is killed", async () => {
  await using device = await Device.open();
  const run = device.run(["--instrument", "all", "app.ts"]);
  await bounded("the app's start", WAIT_MS, run.waitFor(/ready/));
  equal(device.served(), 1);
  device.peer.kill("SIGKILL");
  await device.peer.status;
  await answer(run, "alone");
  const { code, stdout, stderr } = await bounded("the run's end", WAIT_MS, run.output());
  equal(code, 7);
  match(stdout, /^ready .*\nalone 18\ntrue\n$/);
  equal(stderr, "clonecloud: the peer has ended; everything runs here from now on\n");
});

Deno.test("an app goes on alone when the command that started it is killed, and the peer drops it", async () => {
  await using device = await Device.open();
  const run = device.run(["--instrument", "all", "app.ts"]);
  await bounded("the app's start", WAIT_MS, run.waitFor(/ready/));
  equal(device.served(), 1);
  run.signal("SIGKILL");
  await device.servesNone();
  await answer(run, "orphan");
  await bounded("the app's end", WAIT_MS, run.waitFor(/orphan 18\ntrue/));
});

Deno.test("a peer with another umask serves no run, which then does without", async () => {
  await using device = await Device.open();
  const run = device.run(["--instrument", "all", "app.ts"], ["sh", "-c", 'umask 027; exec "$0" "$@"']);
  await bounded("the app's start", WAIT_MS, run.waitFor(/ready/));
  equal(device.served(), 0);
  await answer(run, "own");
  const { code, stdout } = await bounded("the run's end", WAIT_MS, run.output());
  deepEqual([code, stdout.split("\n").slice(1)], [7, ["own 18", "true", ""]]);
});

/** What an app with all permissions could do to who serves it. */
const HOSTILE = `
const folder = \`/tmp/clonecloud-\${Deno.ppid}\`;
const up = Deno.openSync(\`\${folder}/up\`, { write: true });
const say = (head: Uint8Array, packetBytes = 0) => {
  const header = new Uint8Array(8);
  new DataView(header.buffer).setUint32(0, head.length, true);
  new DataView(header.buffer).setUint32(4, packetBytes, true);
  up.writeSync(new Uint8Array([...header, ...head]));
};
const { serialize } = Deno[Deno.internal].core;
const ask = (id: number) => say(serialize({ op: "supervisor", id, request: { op: "tables", keys: ["none"] } }));
if (Deno.args[0] === "flood") for (let id = 1e6; id < 1e6 + 3000; id++) ask(id);
else if (Deno.args[0] === "garbage") say(new TextEncoder().encode("no message of ours"));
else say(new Uint8Array(1), 0xffffffff);
console.log("done");
`;

Deno.test("no app that a peer serves ends it or keeps it from others", async () => {
  await using device = await Device.open();
  Deno.writeTextFileSync(`${device.folder}/hostile.ts`, HOSTILE);
  for (const way of ["flood", "garbage", "huge"]) {
    const hostile = device.run(["--instrument", "all", "hostile.ts", way]);
    await bounded(`the app that sends ${way}`, WAIT_MS, hostile.waitFor(/done/));
    const other = device.run(["--instrument", "all", "app.ts"]);
    await bounded(`a start after ${way}`, WAIT_MS, other.waitFor(/ready/));
    ok(device.served() >= 1, `another run isn't served after ${way}`);
    await answer(other, way);
    const { code } = await bounded(`a run after ${way}`, WAIT_MS, other.output());
    equal(code, 7);
    await bounded(`the end of the app that sent ${way}`, WAIT_MS, hostile.output());
    await device.servesNone();
  }
});

Deno.test("a served run tells what was typed wrongly as any other", async () => {
  await using device = await Device.open();
  const run = device.run(["--migrate", "app.ts#totl", "app.ts"]);
  await answer(run, "");
  const { code, stderr } = await bounded("the run's end", WAIT_MS, run.output());
  equal(code, 2);
  match(stderr, /^clonecloud: unknown method app\.ts#totl; did you mean app\.ts#total\? \(see: /);
});
