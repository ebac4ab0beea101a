/**
 * What rewriting costs while a program runs: nineteen programs under each mode, against `deno run` in the same run. Run with
 * `deno task bench:overhead [--json] [--turns N]`. A process runs all programs one after the other; processes of all modes and
 * of `deno run` itself take turns, in changing order. A program's fastest round of all counts: other work on the machine only
 * ever makes rounds slower.
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

async function times(mode: Mode | "plain", turn: number): Promise<Record<string, number>> {
  const args = mode === "plain" ? ["run", "-A", "--quiet", app] : [
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
  ];
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, stdin: "null" }).output();
  const line = new TextDecoder().decode(stdout).split("\n").find((text) => text.startsWith("{"));
  if (line === undefined) {
    throw new Error(`Cannot measure ${mode}: ${new TextDecoder().decode(stderr).slice(-500)}`);
  }
  return JSON.parse(line);
}

const fastest = new Map<Mode | "plain", Record<string, number>>();
const taking: (Mode | "plain")[] = ["plain", ...MODES];
for (let turn = 0; turn < Number(values.turns); turn++) {
  for (const mode of taking) {
    const found = await times(mode, turn);
    const known = fastest.get(mode) ?? {};
    for (const [program, ms] of Object.entries(found)) {
      known[program] = Math.min(ms, known[program] ?? Infinity);
    }
    fastest.set(mode, known);
  }
  taking.push(taking.shift()!);
}
Deno.removeSync(home, { recursive: true });

const rows: Row[] = MODES.flatMap((mode) =>
  Object.entries(fastest.get(mode)!).map(([program, ms]) => ({
    mode,
    program,
    ratio: Number((ms / fastest.get("plain")![program]!).toFixed(3)),
  }))
);

if (values.json) { for (const row of rows) console.log(JSON.stringify(row)); }
else table();

function table(): void {
  const programs = [...new Set(rows.map((row) => row.program))];
  const of = (mode: Mode) => rows.filter((row) => row.mode === mode);
  console.log(["program".padEnd(16), ...MODES.map((mode) => mode.padStart(10))].join(""));
  for (const program of programs) {
    const line = MODES.map((mode) =>
      of(mode).find((row) => row.program === program)!.ratio.toFixed(3).padStart(10)
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
