import { fileURLToPath } from "node:url";

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

/** Runs an example under the runtime, with a clone on this machine and one method made to migrate; counts its merges. */
export async function forced(
  method: string,
  main: string,
  ...args: string[]
): Promise<Ran & { merges: number }> {
  const home = await Deno.makeTempDir();
  try {
    const ran = await deno(
      ...[
        "run",
        "-A",
        COMMAND_LINE,
        "run",
        "--home",
        home,
        "--clone",
        "spawn",
        "--quiet",
        "--migrate",
        method,
      ],
      ...["--trace", `${home}/trace`, "--deno", "--allow-read", main, ...args],
    );
    const trace = await Deno.readTextFile(`${home}/trace`);
    return { ...ran, merges: trace.split("\n").filter((line) => line.includes('"event":"merge"')).length };
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

async function deno(...args: string[]): Promise<Ran> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, stdin: "null" }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
