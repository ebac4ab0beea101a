/** Whole runs whose clone falls asleep, or whose device goes to another network, while a thread is away. */
import { deepStrictEqual, equal, ok } from "node:assert/strict";
import { openHome, peerIdOf, spawnClone } from "../net/mod.ts";
import { inThreeTries, Scene } from "./net_fixtures.ts";
import type { TraceLine } from "./program_runs.ts";
import { Lab } from "./two_machines.ts";

const MAIN = new URL("../mod.ts", import.meta.url).pathname;
/** Rounds that the program ends after, whatever becomes of it. */
const MOST_ROUNDS = 2_000;

/** Works in rounds until somebody says that it is enough. */
const APP = `
  let state = 1;
  function work(rounds: number): number {
    let sum = state++;
    for (let i = 0; i < rounds; i++) sum = (Math.imul(sum, 31) + i) | 0;
    return sum;
  }
  for (let i = 0; i < ${MOST_ROUNDS}; i++) {
    console.log(work(3e7));
    try {
      Deno.statSync("enough");
      break;
    } catch {
      // Not yet.
    }
  }
`;

/** What the program prints, as far as it got. */
function expected(lines: number): string[] {
  return Array.from({ length: lines }, (_, i) => {
    let sum = i + 1;
    for (let k = 0; k < 3e7; k++) sum = (Math.imul(sum, 31) + k) | 0;
    return String(sum);
  });
}

/** The command line that runs it, in a folder where it is. */
function command(main: string, more: readonly string[]): string[] {
  return [
    ...["run", "-A", main, "run", "--quiet", "--deno=--allow-read", "--trace", "trace"],
    ...["--migrate", "app.ts#work", ...more, "app.ts"],
  ];
}

/** A process that was started. */
interface Started {
  output(): Promise<{ readonly code: number; readonly stdout: string | Uint8Array }>;
  kill(): unknown;
}

/** The program, under the runtime. */
class Running implements AsyncDisposable {
  readonly #folder: string;
  readonly #process: Started;
  readonly #output: ReturnType<Started["output"]>;

  /** Starts it in a folder, as this process sees that. */
  constructor(folder: string, start: () => Started) {
    this.#folder = folder;
    Deno.writeTextFileSync(`${folder}/app.ts`, APP);
    this.#process = start();
    this.#output = this.#process.output();
  }

  static here(folder: string, more: readonly string[]): Running {
    return new Running(
      folder,
      () =>
        new Deno.Command(Deno.execPath(), {
          args: command(MAIN, more),
          cwd: folder,
          stdin: "null",
          stdout: "piped",
        }).spawn(),
    );
  }

  get trace(): TraceLine[] {
    try {
      const text = Deno.readTextFileSync(`${this.#folder}/trace`);
      return text.split("\n").slice(0, -1).map((line) => JSON.parse(line));
    } catch {
      return [];
    }
  }

  /** Resolves when the trace is as wanted. @throws {Error} with its end if it never is. */
  async until(wanted: (trace: readonly TraceLine[]) => boolean): Promise<void> {
    for (const end = performance.now() + 180_000; !wanted(this.trace);) {
      if (performance.now() > end) throw new Error(JSON.stringify(this.trace.slice(-8)));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Lets it end: what it printed. */
  async end(): Promise<string[]> {
    Deno.writeTextFileSync(`${this.#folder}/enough`, "");
    const { code, stdout } = await this.#output;
    equal(code, 0);
    return (typeof stdout === "string" ? stdout : new TextDecoder().decode(stdout)).trim().split("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#process.kill();
    } catch {
      // Ended.
    }
    await this.#output;
  }
}

const merges = (trace: readonly TraceLine[]) => trace.filter(({ event }) => event === "merge").length;
const left = (trace: readonly TraceLine[]) => trace.filter(({ event }) => event === "abandon").length;
const isAway = (trace: readonly TraceLine[]) => trace.at(-1)?.event === "resume";

/** Takes the clone away in the middle of a migration, and gives it back: the program goes on here, then there again. */
async function loses(running: Running, gone: () => unknown, back: () => unknown): Promise<void> {
  await running.until((trace) => merges(trace) > 0 && isAway(trace));
  await gone();
  try {
    await running.until((trace) => left(trace) > 0);
  } finally {
    await back();
  }
  const before = merges(running.trace);
  await running.until((trace) => merges(trace) > before);
  const printed = await running.end();
  deepStrictEqual(printed, expected(printed.length));
  const why = running.trace.filter(({ event }) => event === "abandon").map(({ reason }) => reason!);
  ok(/no sign of life|connection|silent|hung up|is gone/.test(why[0]!), why.join("; "));
}

Deno.test("a run whose clone falls asleep in the middle of a migration goes on here, and there when it wakes", () =>
  inThreeTries(async () => {
    await using scene = new Scene();
    const home = await scene.home();
    const clone = await spawnClone({ device: await peerIdOf(await openHome(home)) });
    scene.onEnd(() => clone.close());
    await using running = Running.here(await scene.home(), ["--home", home, "--clone", clone.address]);
    const signal = (name: Deno.Signal) => Deno.kill(clone.pid, name);
    await loses(running, () => signal("SIGSTOP"), () => signal("SIGCONT"));
  }));

const unavailable = Lab.unavailable();

Deno.test({
  name:
    "a run whose device goes to another network in the middle of a migration goes on here, and there from the new one" +
    (unavailable === undefined ? "" : ` (skipped: ${unavailable})`),
  ignore: unavailable !== undefined,
  fn: () =>
    inThreeTries(async () => {
      await using lab = await Lab.create();
      const { device, clone } = lab;
      await lab.addNetwork("eth1", "10.91.0");
      const cli = (machine: typeof device, ...args: string[]) => [
        ...[machine.deno, "run", "-A", `${machine.project}/mod.ts`, ...args],
      ];
      const peer = clone.spawn(cli(clone, "peer", "--listen", "/ip4/0.0.0.0/tcp/4001"));
      await peer.waitFor(/\/ip4\/10\.90\S+/);
      const [, code] = await clone.spawn(cli(clone, "pair")).waitFor(/Code: (\S+)/);
      equal((await device.run(cli(device, "pair", code!, `/ip4/${clone.ip}/tcp/4001`))).code, 0);
      const cwd = `${device.base}/app`;
      Deno.mkdirSync(device.hostPath(cwd));
      await using running = new Running(
        device.hostPath(cwd),
        () =>
          device.spawn([device.deno, ...command(`${device.project}/mod.ts`, ["--clone", "auto"])], { cwd }),
      );
      await loses(running, () => device.network("ip", "link", "set", "eth0", "down"), () => {});
    }),
});
