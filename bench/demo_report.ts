import { parseLink } from "../net/link/mod.ts";

/** What a traced run with a clone came to. */
export interface Outcome {
  readonly migrations: number;
  readonly methods: readonly string[];
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Objects by state, over all migrations. */
  readonly rows: Readonly<Record<string, number>>;
  readonly local: Readonly<Record<string, number>>;
  readonly conditions: Readonly<Record<string, unknown>>;
  /** Why each method that migrated did, in a person's words. */
  readonly why: Readonly<Record<string, string>>;
}

/** Reads a trace file. */
export async function readOutcome(path: string): Promise<Outcome> {
  const events = (await Deno.readTextFile(path)).trim().split("\n").filter(Boolean).map((line) =>
    JSON.parse(line)
  );
  const merges = events.filter((event) => event.event === "merge");
  const rows: Record<string, number> = {};
  for (const { rows: states = {} } of merges) {
    for (const [state, count] of Object.entries(states)) rows[state] = (rows[state] ?? 0) + Number(count);
  }
  const local: Record<string, number> = {};
  for (const event of events) {
    if (event.event === "local") local[event.reason] = (local[event.reason] ?? 0) + 1;
  }
  const why: Record<string, string> = {};
  for (const { event, method, hereMs, thereMs, migrate } of events) {
    if (event === "decide" && migrate) {
      why[method] = `${seconds(hereMs)} expected here, ${seconds(thereMs)} there`;
    }
  }
  return {
    why,
    migrations: merges.length,
    methods: [...new Set(merges.map((event) => event.method))],
    bytesUp: merges.reduce((sum, event) => sum + (event.up ?? 0), 0),
    bytesDown: merges.reduce((sum, event) => sum + (event.down ?? 0), 0),
    rows,
    local,
    conditions: merges.at(-1)?.conditions ?? {},
  };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** States of rows in the object mapping table, as the table shows them. */
const STATES = ["new", "changed", "unchanged", "named", "dead"];

interface Result {
  readonly same_output: boolean;
  readonly speedup: number;
  readonly alone_s: number;
  readonly clone_s: number;
  readonly partition: readonly string[];
  readonly conditions: Readonly<Record<string, unknown>>;
}

/** The table at the end of the demo. */
export function printTable(result: Result, outcome: Outcome, said: string): void {
  const rows: [string, string][] = [
    ["alone", `${result.alone_s.toFixed(1)} s`],
    ["with the clone", `${result.clone_s.toFixed(1)} s`],
    ["ratio", `${result.speedup.toFixed(1)} times faster`],
    ["same output", result.same_output ? "yes" : "NO"],
    ["migrations", String(outcome.migrations)],
    ...result.partition.map((
      method,
    ): [string, string] => ["partition", `${method}: ${outcome.why[method] ?? ""}`]),
    ["bytes", `${outcome.bytesUp} to the clone, ${outcome.bytesDown} back`],
    ["mapping table", STATES.map((state) => `${outcome.rows[state] ?? 0} ${state}`).join(", ")],
    [
      "stayed here",
      Object.entries(outcome.local).map(([reason, count]) => `${count} × ${reason}`).join(", ") || "nothing",
    ],
    ...conditionRows(result.conditions),
  ];
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  for (const [name, text] of rows) console.log(`${name.padEnd(width)}${text}`);
  for (const line of said.split("\n")) if (line.startsWith("clonecloud:")) console.log(line);
}

/** Conditions as measured, beside what they were set to. */
function conditionRows(conditions: Result["conditions"]): [string, string][] {
  const set = parseLink(String(conditions.link));
  const number = (name: string) => typeof conditions[name] === "number" ? conditions[name] : NaN;
  const row = (name: string, measured: string, wanted: string): [string, string] => [
    name,
    // Without a migration nothing is known of the link.
    `${measured.includes("NaN") ? "not" : measured} measured, ${wanted} set`,
  ];
  const rate = (bytesPerSecond: number) => `${(bytesPerSecond * 8 / 1e6).toFixed(1)} Mbit/s`;
  const factor = number("factor");
  return [
    row("device slower by", number("measured_factor").toFixed(1), String(factor)),
    row("clone faster by", number("cloneSpeed").toFixed(1), String(factor)),
    row("round trip", `${number("rttMs").toFixed(0)} ms`, `${set.rttMs} ms`),
    row("up", rate(number("upBytesPerSecond")), rate(set.upBytesPerSecond)),
    row("down", rate(number("downBytesPerSecond")), rate(set.downBytesPerSecond)),
  ];
}
