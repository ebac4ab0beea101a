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
  return {
    migrations: merges.length,
    methods: [...new Set(merges.map((event) => event.method))],
    bytesUp: merges.reduce((sum, event) => sum + (event.up ?? 0), 0),
    bytesDown: merges.reduce((sum, event) => sum + (event.down ?? 0), 0),
    rows,
    local,
    conditions: merges.at(-1)?.conditions ?? {},
  };
}

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
    ["migrations", `${outcome.migrations} (${result.partition.join(", ") || "none"})`],
    ["bytes", `${outcome.bytesUp} to the clone, ${outcome.bytesDown} back`],
    [
      "objects",
      Object.entries(outcome.rows).map(([state, count]) => `${count} ${state}`).join(", ") || "none",
    ],
    [
      "stayed here",
      Object.entries(outcome.local).map(([reason, count]) => `${count} × ${reason}`).join(", ") || "nothing",
    ],
    ...Object.entries(result.conditions).map(([name, value]): [string, string] => [
      name,
      typeof value === "number" ? String(Math.round(value * 100) / 100) : String(value),
    ]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  for (const [name, text] of rows) console.log(`${name.padEnd(width)}${text}`);
  for (const line of said.split("\n")) if (line.startsWith("clonecloud:")) console.log(line);
}
