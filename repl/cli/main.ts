import { later } from "./later.ts";
import { type Command, helpOf, parseCommand } from "./command.ts";
import { didYouMean, failureOf } from "./failure.ts";

/** Commands that are not in the file of their name. */
const ELSEWHERE: Record<string, string> = { repl: "../repl/mod.ts" };

/** The commands, loaded when they are called. */
const SUMMARIES: Record<string, string> = {
  run: "run your program; its heavy methods migrate to a clone when that pays",
  peer: "run a peer: lend this machine, find clones for this one's apps",
  pair: "make two machines trust each other by a short code",
  peers: "list paired peers and others near by",
  doctor: "say why a peer can't be found or reached",
  status: "show what the running peer does",
  id: "print this peer's id",
  trust: "list, limit or remove trusted peers",
  analyze: "which methods may migrate, which must stay, and why",
  partition: "what migrates under given conditions, and why",
  profile: "what an app's methods cost on device and clone",
  learn: "learn now from the runs that have ended",
  files: "what this peer keeps on disk",
  repl: "run your program step by step through its migrations",
};

function usage(): string {
  const width = Math.max(...Object.keys(SUMMARIES).map((name) => name.length)) + 2;
  return [
    "clonecloud: your own program on this device, its heavy methods on your laptop.",
    "",
    "Usage: deno run -A mod.ts COMMAND [OPTION]... (COMMAND --help says more)",
    "",
    ...Object.entries(SUMMARIES).map(([name, summary]) => `  ${name.padEnd(width)}${summary}`),
    "",
    "  --version    this version, and Deno's",
  ].join("\n");
}

/** What people ask every program for. */
async function general(name: string | undefined): Promise<number | undefined> {
  if (name === "--version" || name === "-V" || name === "version") {
    const { versionLine } = await later<typeof import("./version.ts")>("./version.ts", import.meta.url);
    console.log(await versionLine());
    return 0;
  }
  if (name !== undefined && name !== "--help" && name !== "-h" && name !== "help") return undefined;
  console.log(usage());
  return name === undefined ? 2 : 0;
}

/** The command line: runs one command and exits with its code; 2 for a bad argument. */
export async function main(args: readonly string[]): Promise<never> {
  const [name = "", ...rest] = args[0] === "help" && args.length > 1 ? [args[1], "--help"] : args;
  const code = await general(args.length === 0 ? undefined : name);
  if (code !== undefined) Deno.exit(code);
  if (!Object.hasOwn(SUMMARIES, name)) {
    const hint = isFile(name)
      ? `to run that program: deno run -A mod.ts run ${name}`
      : `${await didYouMean({ given: name, among: Object.keys(SUMMARIES) })}see: deno run -A mod.ts --help`;
    console.error(`clonecloud: no command "${name}"; ${hint}`);
    Deno.exit(2);
  }
  const path = ELSEWHERE[name] ?? `./${name}.ts`;
  const command = (await later<Record<string, Command>>(path, import.meta.url))[name]!;
  // `deno task` hands its own separator on.
  if (name === "repl" && rest[0] === "--") rest.shift();
  try {
    const parsed = parseCommand(command, rest);
    if (parsed.values.help === true) {
      console.log(helpOf(name, command, Deno.stdout.isTerminal() ? Deno.consoleSize().columns : undefined));
      Deno.exit(0);
    }
    Deno.exit(await command.run(parsed));
  } catch (error) {
    const failure = await failureOf(error, name);
    if (failure === undefined) throw error;
    console.error(failure.text);
    Deno.exit(failure.code);
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
