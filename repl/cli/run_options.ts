import { defaultHome, stateOf } from "../../net/home/mod.ts";
import { absolute, type App, findApp, modulePath } from "./app.ts";
import { oneOf, type Options, type Parsed, UsageError } from "./command.ts";
import { later } from "./later.ts";

/** The options of `run`. */
export const RUN_OPTIONS = {
  home: { type: "string", value: "DIR", help: "the peer's home (default ~/.clonecloud)" },
  clone: {
    type: "string",
    multiple: true,
    value: "auto|none|spawn|ADDR",
    help: "where methods may go (default auto)",
  },
  objective: { type: "string", value: "time|energy", help: "what to save (default time)" },
  migrate: {
    type: "string",
    multiple: true,
    value: "METHOD",
    help: "migrate this method whatever the decision says",
  },
  partition: { type: "string", value: "FILE", help: "use this partition" },
  instrument: {
    type: "string",
    value: "partition|all|none",
    help: "how much is added to the code (default partition)",
  },
  files: {
    type: "string",
    multiple: true,
    value: "ROOT",
    help: "files that clones may see, besides the app's own",
  },
  link: { type: "string", value: "NAME", help: "put an emulated link in between (wifi, 3g, ...)" },
  trace: { type: "string", value: "FILE", help: "write one JSON object a line for each event" },
  deno: {
    type: "string",
    multiple: true,
    value: "FLAG",
    help: "a Deno flag for the app, e.g. --deno --allow-read",
  },
  quiet: { type: "boolean", short: "q", help: "no lines of our own" },
} satisfies Options;

/** What `run` was asked for, checked. */
export interface RunOptions {
  readonly app: App;
  /** The app's own arguments. */
  readonly args: readonly string[];
  readonly home: string;
  /** `auto`, `none`, `spawn` or addresses. */
  readonly clones: readonly string[];
  readonly objective: "time" | "energy";
  readonly instrument: "partition" | "all" | "none";
  /** Methods that the user makes migrate. */
  readonly forced: readonly string[];
  readonly partitionGiven: boolean;
  /** Roots that clones may see besides the app's own. */
  readonly files: readonly string[];
  readonly link: string | undefined;
  readonly trace: string | undefined;
  /** The app's own Deno flags. */
  readonly flags: readonly string[];
  readonly quiet: boolean;
}

/** Where a command line was typed. */
export interface Typed {
  readonly cwd: string;
  /** The home if none is named; left out for this process's own. */
  readonly home?: string;
}

/** @throws {UsageError} for what can't be meant. */
export function runOptions(
  { positionals, values }: Parsed,
  { cwd, home }: Typed = { cwd: Deno.cwd() },
): RunOptions {
  const [given, ...args] = positionals;
  if (given === undefined) throw new UsageError("no app given: run APP [ARG]...");
  const list = (name: string) => Array.isArray(values[name]) ? values[name] as string[] : [];
  const text = (name: string) => typeof values[name] === "string" ? values[name] : undefined;
  const app = findApp(given, cwd);
  const clones = values.clone === undefined ? ["auto"] : list("clone");
  for (const clone of clones) checkClone(clone);
  const forced = [...list("migrate"), ...methodsIn(text("partition"), cwd)];
  const options: RunOptions = {
    ...{ app, args, clones, forced },
    home: absolute(text("home") ?? home ?? defaultHome(), cwd),
    instrument: oneOf(values.instrument ?? "partition", ["partition", "all", "none"], "--instrument"),
    objective: oneOf(values.objective ?? "time", ["time", "energy"], "--objective"),
    partitionGiven: text("partition") !== undefined,
    files: list("files"),
    link: text("link"),
    trace: text("trace"),
    flags: list("deno"),
    quiet: values.quiet === true,
  };
  for (const method of forced) checkMethod(method, app);
  for (const root of options.files) checkRoot(root, cwd);
  return options;
}

/** @throws {UsageError} if no link is called so. */
export async function checkLink(link: string | undefined): Promise<void> {
  if (link === undefined) return;
  const { parseLink } = await later<typeof import("../../net/link/spec/mod.ts")>(
    "../../net/link/spec/mod.ts",
    import.meta.url,
  );
  try {
    parseLink(link);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

const ADDRESS = /^\/((ip4|ip6|dns[46]?)\/[^/]+\/tcp\/\d{1,5}(\/|$)|dnsaddr\/[^/]+\/.)/;

/**
 * Whether it is an address at all; the rest of it is looked at when it is dialled, by code that an app may not need.
 *
 * @throws {UsageError} if it is none, nor one of the words.
 */
export function checkClone(clone: string): void {
  if (["auto", "none", "spawn"].includes(clone) || ADDRESS.test(clone)) {
    return;
  }
  throw new UsageError(
    `--clone must be auto, none, spawn or an address like /ip4/192.168.1.5/tcp/4001; got "${clone}"`,
  );
}

/** A root that was misspelt would silently give nothing. */
function checkRoot(root: string, cwd: string): void {
  try {
    Deno.realPathSync(absolute(root, cwd));
  } catch (error) {
    throw new UsageError(`cannot give clones --files ${root}: ${stateOf(error as Error)}`);
  }
}

/** The methods of a partition file. */
function methodsIn(path: string | undefined, cwd: string): string[] {
  if (path === undefined) return [];
  try {
    const { methods } = JSON.parse(Deno.readTextFileSync(absolute(path, cwd)));
    if (!Array.isArray(methods) || !methods.every((method) => typeof method === "string")) {
      throw new TypeError("it has no list of methods");
    }
    return methods;
  } catch (error) {
    throw new UsageError(`cannot use partition ${path}: ${(error as Error).message}`);
  }
}

function checkMethod(method: string, app: App): void {
  const [path, name] = [method.slice(0, method.indexOf("#")), method.slice(method.indexOf("#") + 1)];
  if (!method.includes("#") || name === "") {
    const example = `${modulePath(app.main, app.root)}#${name || "name"}`;
    throw new UsageError(`"${method}" is no method id: write path/from/app/root.ts#name, e.g. ${example}`);
  }
  if (name === "<main>") throw new UsageError(`${method} can't migrate: the main flow stays on the device`);
  if (path.includes(":")) return;
  try {
    Deno.statSync(`${app.root}/${path.replaceAll("%23", "#")}`);
  } catch {
    throw new UsageError(`unknown method ${method}: ${app.root} has no ${path}`);
  }
}
