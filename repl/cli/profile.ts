import { resolve } from "node:path";
import {
  appKey,
  type AppVersion,
  deviation,
  type Execution,
  flameGraph,
  type ProfileStore,
  ProfileTree,
} from "../../analysis/mod.ts";
import { defaultHome } from "../../net/home/mod.ts";
import { findApp } from "./app.ts";
import { type Command, type Parsed, UsageError, writeNamed } from "./command.ts";
import { randomFrom, readInputs } from "./profile_inputs.ts";
import { openStore } from "./profile_store.ts";
import { ProgressLine } from "./progress_line.ts";
import { checkClone, RUN_OPTIONS } from "./run_options.ts";

/** What is measured by then is kept. */
const STOPPING: readonly Deno.Signal[] = [
  "SIGINT",
  ...Deno.build.os === "windows" ? [] : ["SIGTERM" as const],
];

/** Options of commands that read stored profiles. */
export const STORE_OPTIONS = {
  home: { type: "string", value: "DIR", help: "folder that profiles are kept in (default: ~/.clonecloud)" },
  json: { type: "boolean", help: "print JSON" },
} as const;

/** `profile APP` measures an app on device and clone; `profile show APP` shows what is known of its costs. */
export const profile: Command = {
  summary:
    "Measures what an app's methods cost on device and clone (APP), or shows what is known (show APP).",
  positionals: "APP|show APP",
  options: {
    ...STORE_OPTIONS,
    inputs: { type: "string", multiple: true, value: "FILE", help: "executions to measure, given or random" },
    runs: { type: "string", value: "N", help: "how many random ones, whatever the files say" },
    seed: {
      type: "string",
      value: "N",
      help: "chooses the random ones (default: a new one, which is printed)",
    },
    clone: { type: "string", value: "auto|none|spawn|ADDR", help: "where to measure besides (default auto)" },
    link: RUN_OPTIONS.link,
    files: RUN_OPTIONS.files,
    deno: RUN_OPTIONS.deno,
    limit: { type: "string", value: "SECONDS", help: "end an execution that takes longer (default: none)" },
    svg: { type: "string", value: "FILE", help: "show: write a flame graph of both sides" },
    all: { type: "boolean", help: "show: contexts below 0.5 % of the time too" },
  },
  async run(parsed) {
    const [verb, app] = parsed.positionals;
    if (verb !== "show") return await measure(parsed);
    using store = openProfiles(parsed);
    const version = latestVersion(store, app);
    const executions = store.executions(version);
    const device = meanTree(executions.map(({ onDevice, weight }) => ({ tree: onDevice, weight })));
    const cloned = executions.flatMap(({ onClone, weight }) =>
      onClone === undefined ? [] : [{ ...onClone, weight }]
    );
    const clone = cloned.length === 0 ? undefined : meanTree(cloned);
    if (typeof parsed.values.svg === "string") {
      await writeNamed(parsed.values.svg, picture(device, clone));
    }
    if (parsed.values.json === true) console.log(JSON.stringify({ ...version, rows: rowsOf(device, clone) }));
    else console.log(table({ version, executions, device, clone, all: parsed.values.all === true }));
    return 0;
  },
};

async function measure({ values, positionals: [app, ...rest] }: Parsed): Promise<number> {
  if (app === undefined) throw new UsageError("no app given: profile APP --inputs FILE, or profile show APP");
  findApp(app);
  if (rest.length > 0) {
    throw new UsageError(`arguments of the app go into an inputs file, not here: ${rest[0]}`);
  }
  const seed = whole(values.seed, "--seed") ?? Math.floor(Math.random() * 2 ** 31);
  const runs = whole(values.runs, "--runs");
  const limit = whole(values.limit, "--limit");
  if (limit === 0) throw new UsageError("--limit 0: give seconds from 1");
  const paths = (values.inputs ?? []) as string[];
  const inputs = paths.length === 0
    ? [{ args: [], weight: 1, random: false }]
    : readInputs(paths, { random: randomFrom(seed), ...(runs === undefined ? {} : { runs }) });
  if (inputs.length === 0) {
    throw new UsageError(`nothing to measure: ${paths.join(", ")} asks for no execution`);
  }
  const { Profiling } = await import("./profiling.ts");
  const progress = new ProgressLine();
  const home = homeOf(values);
  const clone = String(values.clone ?? "auto");
  checkClone(clone);
  const say = (line: string) => progress.say(`clonecloud: ${line}`);
  if (inputs.some(({ random }) => random)) say(`random inputs from seed ${seed}`);
  const stopped = new AbortController();
  const profiling = new Profiling({
    ...{ home, app, clone, values, onProblem: say, signal: stopped.signal },
    ...(limit !== undefined && { limitMs: limit * 1000 }),
    progress: (line) => progress.show(`clonecloud: ${line}`),
  });
  for (const signal of STOPPING) Deno.addSignalListener(signal, () => stopped.abort());
  const done = await profiling.run(inputs).finally(() => progress.clear());
  if (values.json === true) console.log(JSON.stringify({ ...done.version, ...done, version: undefined }));
  else {
    console.log(
      `${done.executions} execution${
        done.executions === 1 ? "" : "s"
      } measured, ${done.migrations} migrations of ` +
        `${done.methods} methods; see: profile show ${app}`,
    );
  }
  return 0;
}

function whole(value: Parsed["values"][string], option: string): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0) {
    throw new UsageError(`${option} ${value}: give a whole number`);
  }
  return number;
}

/** The store of the home that the command line names. */
export function openProfiles({ values }: Parsed): ProfileStore {
  return openStore(homeOf(values), (message) => console.error(`clonecloud: ${message}`), { toRead: true });
}

export function homeOf(values: Parsed["values"]): string {
  const home = typeof values.home === "string" ? resolve(values.home) : defaultHome();
  Deno.mkdirSync(home, { recursive: true, mode: 0o700 });
  return home;
}

/** The version of an app that ran last. @throws {UsageError} if it never ran. */
export function latestVersion(store: ProfileStore, app: string | undefined): AppVersion {
  if (app === undefined) throw new UsageError("no app given: name its main module");
  const latest = store.apps(appKey(app, Deno.cwd()))[0];
  if (latest === undefined) {
    findApp(app);
    throw new UsageError(`${app} has no profile yet; run it once: run ${app}`);
  }
  return { app: latest.app, codeHash: latest.codeHash };
}

/** Rows of text columns, each as wide as it must be; what comes after the first `left` ones is set to the right. */
export function columns(rows: readonly (readonly string[])[], left = 1): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    row.map((cell, i) => i < left ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)).join("  ").trimEnd()
  ).join("\n");
}

interface Row {
  readonly depth: number;
  readonly method: string;
  readonly invocations: number;
  readonly counted: boolean;
  readonly totalMs: number;
  readonly residualMs: number;
  readonly cloneMs?: number;
  readonly entryBytes?: number;
  readonly entryDeviation?: number;
  readonly exitBytes?: number;
  /** Questions for files and bytes of files that an invocation at the clone needs. */
  readonly faults?: number;
  readonly fileBytes?: number;
  readonly pinned?: string;
  readonly families: readonly string[];
}

function meanTree(parts: readonly { readonly tree: ProfileTree; readonly weight: number }[]): ProfileTree {
  const whole = parts.reduce((sum, { weight }) => sum + weight, 0);
  const mean = new ProfileTree(parts[0]!.tree.nodes[0]!.method);
  mean.nodes[0]!.invocations = 0;
  for (const { tree, weight } of parts) mean.merge(tree, weight / whole);
  return mean;
}

function rowsOf(device: ProfileTree, clone: ProfileTree | undefined): Row[] {
  const totals = device.totalsMs();
  const cloneTotals = clone?.totalsMs();
  const depths: number[] = [], atClone: (number | undefined)[] = [];
  return device.nodes.map((node, i) => {
    depths[i] = node.parent < 0 ? 0 : depths[node.parent]! + 1;
    const above = node.parent < 0 ? undefined : atClone[node.parent];
    atClone[i] = i === 0 ? clone && 0 : above === undefined ? undefined : clone!.find(above, node.method);
    return {
      depth: depths[i]!,
      method: node.method,
      invocations: node.invocations,
      counted: node.counted,
      totalMs: totals[i]!,
      residualMs: node.residualMs,
      ...(atClone[i] === undefined ? {} : { cloneMs: cloneTotals![atClone[i]!]! }),
      ...(node.entryBytes.n === 0
        ? {}
        : { entryBytes: node.entryBytes.mean, entryDeviation: deviation(node.entryBytes) }),
      ...(node.exitBytes.n === 0 ? {} : { exitBytes: node.exitBytes.mean }),
      ...(node.faults === undefined ? {} : { faults: node.faults.mean }),
      ...(node.fileBytes === undefined ? {} : { fileBytes: node.fileBytes.mean }),
      ...(node.pinned === undefined ? {} : { pinned: node.pinned }),
      families: node.families,
    };
  });
}

function picture(device: ProfileTree, clone: ProfileTree | undefined): string {
  const side = (name: string, tree: ProfileTree) => ({
    title: `${name}: ${(tree.totalsMs()[0]! / 1000).toFixed(2)} s`,
    tree,
  });
  return flameGraph([side("device", device), ...(clone === undefined ? [] : [side("clone", clone)])]);
}

function table(
  { version, executions, device, clone, all }: {
    version: AppVersion;
    executions: readonly Execution[];
    device: ProfileTree;
    clone: ProfileTree | undefined;
    all: boolean;
  },
): string {
  const rows = rowsOf(device, clone);
  const least = all ? 0 : 0.005 * rows[0]!.totalMs;
  const shown = inTreeOrder(device, rows).filter(({ totalMs }) => totalMs >= least);
  const bytes = (mean: number | undefined, spread?: number) =>
    mean === undefined ? "-" : `${Math.round(mean)}${spread ? ` ± ${Math.round(spread)}` : ""}`;
  const cells = shown.map((row) => [
    "  ".repeat(Math.min(row.depth, 12)) + row.method + (row.pinned === undefined ? "" : `  [${row.pinned}]`),
    `${row.counted ? "" : "≥"}${Math.round(row.invocations * 10) / 10}`,
    row.totalMs.toFixed(1),
    row.residualMs.toFixed(1),
    row.cloneMs === undefined ? "-" : row.cloneMs.toFixed(1),
    bytes(row.entryBytes, row.entryDeviation),
    bytes(row.exitBytes),
    bytes(row.fileBytes),
  ]);
  const hidden = rows.length - shown.length;
  return [
    `${version.app}: ${executions.length} execution${executions.length === 1 ? "" : "s"} of code ${
      version.codeHash.slice(0, 12)
    }`,
    columns([
      ["method in its context", "calls", "ms", "own ms", "clone ms", "bytes in", "bytes out", "of files"],
      ...cells,
    ]),
    ...(hidden > 0 ? [`${hidden} lighter contexts not shown (--all)`] : []),
    ...(device.folded > 0
      ? [`${device.folded} calls were folded into their callers: the tree was full`]
      : []),
  ].join("\n");
}

/** Callers before callees, the heaviest callee first. */
function inTreeOrder(tree: ProfileTree, rows: readonly Row[]): Row[] {
  const children = rows.map((): number[] => []);
  for (const [i, { parent }] of tree.nodes.entries()) if (parent >= 0) children[parent]!.push(i);
  const ordered: Row[] = [];
  const stack = [0];
  while (stack.length > 0) {
    const i = stack.pop()!;
    ordered.push(rows[i]!);
    stack.push(...children[i]!.sort((a, b) => rows[a]!.totalMs - rows[b]!.totalMs));
  }
  return ordered;
}
