/** A whole run whose clone falls asleep while a thread is away. */
import { deepStrictEqual, equal, ok } from "node:assert/strict";
import { openHome, peerIdOf, spawnClone } from "../net/mod.ts";
import { inThreeTries, Scene } from "./net_fixtures.ts";
import type { TraceLine } from "./program_runs.ts";

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

/** The program, under the runtime. */
class Running implements AsyncDisposable {
  readonly #folder: string;
  readonly #child: Deno.ChildProcess;
  readonly #output: Promise<string>;

  constructor(folder: string, home: string, clones: readonly string[]) {
    this.#folder = folder;
    Deno.writeTextFileSync(`${folder}/app.ts`, APP);
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        ...[
          "run",
          "-A",
          MAIN,
          "run",
          "--quiet",
          "--deno=--allow-read",
          "--home",
          home,
          "--trace",
          `${folder}/trace`,
        ],
        ...["--migrate", "app.ts#work", ...clones.flatMap((clone) => ["--clone", clone]), "app.ts"],
      ],
      cwd: folder,
      stdin: "null",
      stdout: "piped",
    }).spawn();
    this.#output = new Response(this.#child.stdout).text();
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
    const output = await this.#output;
    equal((await this.#child.status).code, 0);
    return output.trim().split("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
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
async function loses(running: Running, gone: () => void, back: () => void): Promise<void> {
  await running.until((trace) => merges(trace) > 0 && isAway(trace));
  gone();
  try {
    await running.until((trace) => left(trace) > 0);
  } finally {
    back();
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
    await using running = new Running(await scene.home(), home, [clone.address]);
    const signal = (name: Deno.Signal) => Deno.kill(clone.pid, name);
    await loses(running, () => signal("SIGSTOP"), () => signal("SIGCONT"));
  }));
