/** Plays a REPL transcript: types what stands behind its prompts and returns what the REPL said. */
const PROMPT = "clonecloud> ";
const ROOT = new URL("../", import.meta.url);

/** Where {@linkcode ReplProcess} finds a terminal. */
export const SCRIPT = "/usr/bin/script";

/** A REPL on a fresh home, with a clone of its own. */
export class ReplProcess implements AsyncDisposable {
  readonly child: Deno.ChildProcess;
  readonly #home: string;

  /** With `terminal` it runs on one, and what is written to its stdin counts as typed. */
  constructor(args: readonly string[], { terminal = false } = {}) {
    this.#home = Deno.makeTempDirSync({ prefix: "home-" });
    const command = [Deno.execPath(), "run", "-A", "mod.ts", "repl", "--home", this.#home]
      .concat("--clone", "spawn", "--quiet", ...args);
    const [program, ...rest] = terminal
      ? [SCRIPT, "-qfec", command.map((word) => `'${word}'`).join(" "), "/dev/null"]
      : command;
    this.child = new Deno.Command(program!, {
      args: rest,
      cwd: ROOT,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      env: { NO_COLOR: "1", CLONECLOUD_HOME: this.#home },
    }).spawn();
  }

  async type(text: string): Promise<void> {
    const writer = this.child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text));
    writer.releaseLock();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.child.kill("SIGTERM");
    } catch {
      // It has ended.
    }
    await this.child.status;
    await Deno.remove(this.#home, { recursive: true });
  }
}

/**
 * What the REPL says when the commands of a transcript are typed. Sizes are written `N bytes`, the clone's name
 * `CLONE`: they depend on the packet format and the machine.
 */
export async function play(transcript: string, args: readonly string[]): Promise<string> {
  await using repl = new ReplProcess(args);
  const commands = transcript.split("\n").filter((line) => line.startsWith(PROMPT))
    .map((line) => line.slice(PROMPT.length));
  await repl.type(`${commands.join("\n")}\n`);
  await repl.child.stdin.close();
  const { stdout, stderr } = await repl.child.output();
  const said = new TextDecoder().decode(stdout).replaceAll(/\b\d+ bytes/g, "N bytes")
    .replaceAll(/ at the clone .*? \(/g, " at the clone CLONE (");
  return said + new TextDecoder().decode(stderr);
}
