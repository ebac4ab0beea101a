import { fileURLToPath } from "node:url";
import { SESSION_LOST, type TraceLine } from "./program_runs.ts";

/** What a program printed and how it ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const COMMAND_LINE = fileURLToPath(new URL("../mod.ts", import.meta.url));

/** Runs an example as anybody would. */
export function plain(main: string, ...args: string[]): Promise<Ran> {
  return deno("run", "--allow-read", main, ...args);
}

/** What an example did under the runtime. */
export interface Forced {
  readonly ran: Ran;
  readonly merges: number;
  /** Why invocations of the method stayed or were given up. */
  readonly stayed: readonly string[];
}

/** How often a run may lose its clone to a machine that has other things to do. */
const TRIES = 3;

/** Runs an example under the runtime, with a clone on this machine and one method made to migrate. */
export async function forced(method: string, main: string, ...args: string[]): Promise<Forced> {
  for (let tries = 1;; tries++) {
    const run = await forcedOnce(method, main, args);
    if (tries === TRIES || !run.stayed.some((reason) => SESSION_LOST.test(reason))) return run;
  }
}

async function forcedOnce(method: string, main: string, args: readonly string[]): Promise<Forced> {
  const home = await Deno.makeTempDir();
  try {
    const ran = await deno(
      ...["run", "-A", COMMAND_LINE, "run", "--home", home, "--clone", "spawn", "--quiet"],
      ...["--migrate", method, "--trace", `${home}/trace`, "--deno", "--allow-read", main, ...args],
    );
    const text = await Deno.readTextFile(`${home}/trace`);
    const lines = text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as TraceLine);
    return {
      ran,
      merges: lines.filter(({ event }) => event === "merge").length,
      stayed: lines.filter(({ event }) => event === "local" || event === "abandon").map((line) =>
        line.reason!
      ),
    };
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

async function deno(...args: string[]): Promise<Ran> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, stdin: "null" }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
