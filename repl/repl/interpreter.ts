import { nearest } from "../../runtime/rewrite/mod.ts";
import { UsageError } from "../cli/mod.ts";
import { columns } from "./columns.ts";
import type { Context, ReplCommand } from "./command.ts";
import { GOING } from "./going.ts";
import { LOOKING } from "./looking.ts";
import { POINTS } from "./points.ts";
import type { SteppedApp } from "./stepped_app.ts";

/** What leaves other REPLs. */
const LEAVING: ReadonlySet<string> = new Set(["exit", "exit()", "quit()", "close()", "process.exit()"]);

/** Reads a line, does what it says. Both front ends, terminal and script, stand on it. */
export class Interpreter {
  readonly #context: Context;
  readonly #commands: readonly ReplCommand[];
  done = false;

  constructor(app: SteppedApp, print: (line: string) => void) {
    this.#context = { app, print, quit: () => this.done = true };
    this.#commands = [...GOING, ...LOOKING, ...POINTS, this.#help()];
  }

  /** Runs one line; a mistake in it is printed. */
  async execute(line: string): Promise<void> {
    const [name, ...args] = line.trim().split(/\s+/);
    if (name === undefined || name === "") return;
    try {
      await this.#find(name).run(this.#context, args);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      this.#context.print(error.message);
    }
  }

  /** The names of all commands. */
  get names(): readonly string[] {
    return this.#commands.map(({ name }) => name);
  }

  /** What the last word of a line may become, and that word. */
  complete(line: string): [string[], string] {
    const words = line.trimStart().split(/\s+/);
    const last = words.at(-1)!;
    const offered = words.length === 1
      ? this.names.map((name) => last.startsWith(".") ? `.${name}` : name)
      : words.length === 2
      ? this.#matching(words[0]!.replace(/^\./, ""))[0]?.complete?.(this.#context) ?? []
      : [];
    return [offered.filter((word) => word.startsWith(last)), last];
  }

  /** @throws {UsageError} if no command, or more than one, starts so. */
  #find(name: string): ReplCommand {
    const matching = this.#matching(LEAVING.has(name) ? "quit" : name);
    if (matching.length === 1) return matching[0]!;
    throw new UsageError(
      matching.length === 0
        ? `no command "${name}"; ${this.#hint(name)}`
        : `"${name}" may be ${matching.map((command) => command.name).join(", ")}`,
    );
  }

  #hint(name: string): string {
    const near = nearest(name, this.names);
    return near === undefined ? "`help` lists them" : `did you mean \`${near}\`?`;
  }

  #matching(name: string): readonly ReplCommand[] {
    const exact = this.#commands.filter((command) => command.name === name);
    return exact.length > 0 ? exact : this.#commands.filter((command) => command.name.startsWith(name));
  }

  #help(): ReplCommand {
    return {
      name: "help",
      args: "[COMMAND]",
      summary: "list the commands, or say more about one",
      complete: () => this.names,
      run: ({ print }, [name]) => {
        const commands = name === undefined ? this.#commands : [this.#find(name)];
        const rows = commands.map((command) => [usage(command), command.summary]);
        columns(undefined, rows).forEach(print);
        if (name !== undefined) commands[0]!.details?.forEach((line) => print(`  ${line}`));
      },
    };
  }
}

function usage({ name, args }: ReplCommand): string {
  return args === undefined ? name : `${name} ${args}`;
}
