/**
 * What rewriting costs while a program runs: nineteen programs under each mode, against `deno run` in the same run. Run with
 * `deno task bench:overhead [--json] [--turns N]`. A process runs all programs one after the other; processes of all modes and
 * of `deno run` itself take turns, in changing order. A program's fastest round of all counts: other
 * work on the machine only ever makes rounds slower. Two rows a mode aren't programs: `(memory)` is the ratio of the app
 * process's resident memory (middle of the turns), `(start)` the milliseconds that a start with a full cache takes longer
 * (fastest of the turns, every program loaded, none run).
 */
import { parseArgs } from "node:util";

type Mode = "partition" | "chosen" | "all" | "profile";

interface Row {
  readonly mode: Mode;
  readonly program: string;
  readonly ratio: number;
}

const MODES: readonly Mode[] = ["partition", "chosen", "all", "profile"];
const GOALS: Readonly<Record<Mode, string>> = {
  partition: "1.01",
  chosen: "1.03",
  all: "1.03",
  profile: "2",
};

const app = new URL("./overhead/main.ts", import.meta.url).pathname;
const main = new URL("../mod.ts", import.meta.url).pathname;
const { values } = parseArgs({
  args: Deno.args,
  options: { json: { type: "boolean" }, turns: { type: "string", default: "5" } },
});
/** Starts are short: several a turn. */
const STARTS = 3;
const home = Deno.makeTempDirSync({ prefix: "overhead-" });

/** Every program's top method: reached once a round, as a migration point that pays would be. */
const partition = `${home}/partition.json`;
const folder = new URL("./overhead/programs/", import.meta.url);
const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
Deno.writeTextFileSync(
  partition,
  JSON.stringify({ methods: names.map((name) => `bench/overhead/programs/${name}#run`) }),
);

function flags(mode: Mode, turn: number): string[] {
  switch (mode) {
    case "partition":
      return ["--clone", "none", "--instrument", "partition"];
    case "chosen":
      return ["--clone", "none", "--partition", partition];
    case "all":
      return ["--clone", "none", "--instrument", "all"];
    case "profile":
      // Nothing is known of the app in a new home: its first run is profiled.
      return ["--clone", "spawn", "--home", `${home}/profile${turn}`];
  }
}

/** What one process found. */
interface Found {
  readonly times: Readonly<Record<string, number>>;
  readonly residentBytes: number;
}

async function measure(mode: Mode | "plain", turn: number, ...given: string[]): Promise<Found> {
  const args = mode === "plain" ? ["run", "-A", "--quiet", app, ...given] : [
    "run",
    "-A",
    "--quiet",
    main,
    "run",
    "--quiet",
    "--home",
    home,
    ...flags(mode, turn),
    "--deno=-A",
    app,
    ...given,
  ];
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, stdin: "null" }).output();
  const line = new TextDecoder().decode(stdout).split("\n").find((text) => text.startsWith("{"));
  if (line === undefined) {
    throw new Error(`Cannot measure ${mode}: ${new TextDecoder().decode(stderr).slice(-500)}`);
  }
  return JSON.parse(line);
}

async function startMs(mode: Mode | "plain", turn: number): Promise<number> {
  const started = performance.now();
  await measure(mode, turn, "start");
  return performance.now() - started;
}

type Seen = { fastest: Record<string, number>; residentBytes: number[]; startMs: number };
const seen = new Map<Mode | "plain", Seen>();
const taking: (Mode | "plain")[] = ["plain", ...MODES];
for (let turn = 0; turn < Number(values.turns); turn++) {
  for (const mode of taking) {
    const { times, residentBytes } = await measure(mode, turn);
    const known = seen.get(mode) ?? { fastest: {}, residentBytes: [], startMs: Infinity };
    for (const [program, ms] of Object.entries(times)) {
      known.fastest[program] = Math.min(ms, known.fastest[program] ?? Infinity);
    }
    known.residentBytes.push(residentBytes);
    for (let i = 0; i < STARTS; i++) known.startMs = Math.min(known.startMs, await startMs(mode, turn));
    seen.set(mode, known);
  }
  taking.push(taking.shift()!);
}
Deno.removeSync(home, { recursive: true });

const plain = seen.get("plain")!;
const rows: Row[] = MODES.flatMap((mode) => {
  const found = seen.get(mode)!;
  const row = (program: string, ratio: number) => ({ mode, program, ratio: Number(ratio.toFixed(3)) });
  return [
    ...Object.entries(found.fastest).map(([name, ms]) => row(name, ms / plain.fastest[name]!)),
    row("(memory)", middle(found.residentBytes) / middle(plain.residentBytes)),
    row("(start)", found.startMs - plain.startMs),
  ];
});

function middle(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;
}

if (values.json) { for (const row of rows) console.log(JSON.stringify(row)); }
else table();

function table(): void {
  const programs = [...new Set(rows.map((row) => row.program))];
  const of = (mode: Mode) => rows.filter((row) => row.mode === mode && !row.program.startsWith("("));
  console.log(["program".padEnd(16), ...MODES.map((mode) => mode.padStart(10))].join(""));
  for (const program of programs) {
    const line = MODES.map((mode) =>
      rows.find((row) => row.mode === mode && row.program === program)!.ratio.toFixed(3).padStart(10)
    );
    console.log(program.padEnd(16) + line.join(""));
  }
  const mean = (mode: Mode) =>
    Math.exp(of(mode).reduce((sum, row) => sum + Math.log(row.ratio), 0) / of(mode).length);
  const worst = (mode: Mode) => Math.max(...of(mode).map((row) => row.ratio));
  console.log("geometric mean  " + MODES.map((mode) => mean(mode).toFixed(3).padStart(10)).join(""));
  console.log("worst           " + MODES.map((mode) => worst(mode).toFixed(3).padStart(10)).join(""));
  console.log("goal (mean)     " + MODES.map((mode) => GOALS[mode].padStart(10)).join(""));
}
