import { parseArgs } from "args-tokens/parser";
import { stateOf } from "../../net/home/mod.ts";

/** Options by name, each with a line for `--help`. */
export type Options = Readonly<Record<string, Option>>;

interface Option {
  readonly type: "string" | "boolean";
  /** One letter that means the same, of an option that takes no value. */
  readonly short?: string;
  /** It may be given more than once: then its value is a list. */
  readonly multiple?: boolean;
  readonly help: string;
  /** What the help calls its value. */
  readonly value?: string;
}

/** What a command line was parsed into. */
export interface Parsed {
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  readonly positionals: readonly string[];
}

/** One command of the command line; a file in this folder each. */
export interface Command {
  readonly summary: string;
  /** Positionals as shown in the usage line, e.g. `APP [ARG]...`. */
  readonly positionals: string;
  readonly options: Options;
  /** True if everything after the first positional belongs to somebody else (an app's own arguments). */
  readonly passThrough?: boolean;
  /** Runs it; resolves to the exit code. */
  run(parsed: Parsed): Promise<number>;
}

/** A mistake in what the user typed: exit 2 with this one line, and what was probably meant. */
export class UsageError extends Error {
  readonly typed: Typed | undefined;

  constructor(message: string, typed?: Typed) {
    super(message);
    this.typed = typed;
  }
}

/** What was typed that is none of what could have been. */
interface Typed {
  readonly given: string;
  readonly among: readonly string[];
}

/** What a command was rightly asked for and could not do: told in one line, and the command exits 1. */
export class FailureError extends Error {}

/** Options every command has. */
const COMMON: Options = {
  help: { type: "boolean", short: "h", help: "show this help" },
};

/**
 * Parses a command's arguments. @throws {UsageError} naming the argument and what to do.
 *
 * An option that takes a value takes the next argument even if it starts with a dash (`--deno -A`).
 */
export function parseCommand(command: Command, args: readonly string[]): Parsed {
  const options = { ...command.options, ...COMMON };
  const own: string[] = [];
  let rest: readonly string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    const name = arg.startsWith("--") ? arg.slice(2) : undefined;
    if (arg === "--" && command.passThrough) {
      rest = args.slice(i + 1);
      break;
    } else if (name !== undefined && options[name]?.type === "string") {
      if (i + 1 >= args.length) {
        throw new UsageError(`${arg} needs a value: ${arg} ${options[name].value ?? "VALUE"}`);
      }
      own.push(`${arg}=${args[++i]}`);
    } else if (command.passThrough && !arg.startsWith("-")) {
      rest = args.slice(i);
      break;
    } else own.push(arg);
  }
  const values: Record<string, string | boolean | (string | boolean)[]> = {};
  const positionals: string[] = [];
  for (const { kind, name = "", rawName = "", value, inlineValue } of parseArgs(own)) {
    if (kind === "positional") positionals.push(value!);
    if (kind !== "option") continue;
    const option = rawName.startsWith("--") ? name : longName(options, name);
    const spec = option !== undefined && Object.hasOwn(options, option) ? options[option]! : undefined;
    if (option === undefined || spec === undefined) throw unknownOption(rawName, value, options);
    if (spec.type === "boolean" && inlineValue) throw new UsageError(`${rawName} takes no value`);
    const given = spec.type === "boolean" ? true : value ?? "";
    values[option] = spec.multiple ? [...values[option] as string[] | undefined ?? [], given] : given;
  }
  checkCount(command, positionals);
  return { values, positionals: [...positionals, ...rest] };
}

/** Where the usage line has no positional or a single name, more are a mistake. */
function checkCount({ positionals: shown }: Command, positionals: readonly string[]): void {
  if (!/^[A-Z]*$/.test(shown)) return;
  const extra = positionals[shown === "" ? 0 : 1];
  if (extra === undefined) return;
  throw new UsageError(`unexpected argument "${extra}": it takes ${shown === "" ? "none" : `only ${shown}`}`);
}

function unknownOption(rawName: string, value: string | undefined, options: Options): UsageError {
  if (rawName === "") return new UsageError(`"=${value}" belongs to no option`);
  const among = rawName.startsWith("--") ? Object.keys(options).map((name) => `--${name}`) : [];
  return new UsageError(`unknown option ${rawName}`, { given: rawName, among });
}

function longName(options: Options, short: string): string | undefined {
  return Object.keys(options).find((name) => options[name]!.short === short);
}

/** An option's value, if it is one of those allowed. @throws {UsageError} that lists them. */
export function oneOf<T extends string>(value: unknown, allowed: readonly T[], option: string): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined) {
    throw new UsageError(`${option} must be one of ${allowed.join(", ")}; got "${value}"`, {
      given: String(value),
      among: allowed,
    });
  }
  return found;
}

/** Writes a file that the user named. @throws {UsageError} if that can't be done. */
export async function writeNamed(path: string, text: string): Promise<void> {
  try {
    await Deno.writeTextFile(path, text);
  } catch (error) {
    throw cannotWrite(path, error as Error);
  }
}

/** What keeps a file that the user named from being written, without the call that found out. */
export function cannotWrite(path: string, error: Error): UsageError {
  return new UsageError(`cannot write ${path}: ${stateOf(error)}`);
}

/** Lines of help are no longer than this, however wide the terminal is. */
const HELP_COLUMNS = 100;
/** Fewer columns than this for what an option means: it stands below the option. */
const LEAST_HELP = 30;

/** The help text of a command, for so many columns. */
export function helpOf(name: string, command: Command, columns = Infinity): string {
  const most = Math.min(columns, HELP_COLUMNS);
  const rows = Object.entries({ ...command.options, ...COMMON }).map(([option, spec]) => {
    const value = spec.type === "string" ? ` ${spec.value ?? "VALUE"}` : "";
    const short = spec.short ? `-${spec.short}, ` : "    ";
    return [`${short}--${option}${value}${spec.multiple ? "..." : ""}`, spec.help] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length)) + 4;
  const below = most - width < LEAST_HELP;
  return [
    ...wrapped(command.summary, most),
    "",
    `Usage: deno run -A mod.ts ${name} [OPTION]... ${command.positionals}`.trimEnd(),
    "",
    ...rows.flatMap(([left, right]) => {
      const indent = " ".repeat(below ? 8 : width);
      const [first, ...more] = wrapped(right, most - indent.length);
      if (below) return [`  ${left}`, `${indent}${first}`, ...more.map((line) => `${indent}${line}`)];
      return [`  ${left}`.padEnd(width) + first, ...more.map((line) => `${indent}${line}`)];
    }),
  ].join("\n");
}

/** A text in lines of at most so many columns, if its words are not longer. */
function wrapped(text: string, columns: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line === "") lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= columns) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
