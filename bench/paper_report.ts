import type { Energy } from "./paper_cell.ts";

/** One cell of the evaluation; `--json` prints a list of these. */
export interface Row {
  readonly app: string;
  readonly size: string;
  readonly device_factor: number;
  readonly device_factor_measured: number;
  readonly link: string;
  /** Whether the clone had the files before. */
  readonly files: "cold" | "synced";
  /** How often it was run; times are means, `sd` their standard deviations. */
  readonly runs: number;
  readonly alone_sd_s: number;
  readonly cc_sd_s: number;
  /** Seconds: on the device alone, with the clone as the runtime chose, on the clone's machine alone, made to migrate. */
  readonly alone_s: number;
  readonly cc_s: number;
  readonly clone_s: number;
  readonly offload_s: number;
  /** The run made to migrate was ended when it had clearly lost: `offload_s` is what it took until then. */
  readonly offload_cut?: boolean;
  /** What must stay, on the device; what may move, at the clone. */
  readonly stays_s: number;
  readonly moves_s: number;
  /** Both, the bytes and one round trip; at most alone. */
  readonly bound_s: number;
  readonly choice: "M" | "O";
  readonly best: "M" | "O" | "tie";
  /** The run's time if migrations had taken what was predicted when they were decided on; null if that wasn't asked. */
  readonly predicted_s: number | null;
  readonly migrations: number;
  readonly methods: readonly string[];
  readonly overhead_ms: Readonly<Record<"capture" | "link" | "instantiate" | "merge", number>>;
  readonly bytes: Readonly<Record<"up" | "down" | "files", number>>;
  /** Modelled, not measured. */
  readonly energy_alone_j: Energy;
  readonly energy_cc_j: Energy;
  readonly link_set: Readonly<Record<string, number>>;
  readonly link_measured: Readonly<Record<string, number>> | null;
  readonly same_output: boolean;
}

/** The table for a person, in Markdown. */
export function table(rows: readonly Row[]): string {
  const head = [
    ...[
      "app",
      "input",
      "device",
      "link",
      "files",
      "alone s",
      "with clone s",
      "clone alone s",
      "faster",
      "bound s",
      "of bound",
    ],
    ...["choice", "best", "predicted s", "capture / link / instantiate / merge ms", "kB up / down / files"],
    ...["J alone", "J with clone", "J asleep while away"],
  ];
  const cells = rows.map((row) => [
    row.app,
    row.size,
    `${row.device_factor}×`,
    row.link,
    row.files,
    row.alone_s.toFixed(1),
    row.cc_s.toFixed(1),
    row.clone_s.toFixed(2),
    `${(row.alone_s / row.cc_s).toFixed(1)}×`,
    row.bound_s.toFixed(1),
    `${(100 * row.bound_s / row.cc_s).toFixed(0)} %`,
    row.choice,
    row.best,
    row.predicted_s === null || row.choice === "M" ? "" : row.predicted_s.toFixed(1),
    row.choice === "M" ? "" : Object.values(row.overhead_ms).map((ms) => ms.toFixed(0)).join(" / "),
    row.choice === "M" ? "" : Object.values(row.bytes).map((bytes) => (bytes / 1000).toFixed(0)).join(" / "),
    row.energy_alone_j.screen_on.toFixed(0),
    row.energy_cc_j.screen_on.toFixed(0),
    row.energy_cc_j.deep_sleep.toFixed(0),
  ]);
  const line = (list: readonly string[]) => `| ${list.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...cells.map(line)].join("\n");
}

/** What the rows say of the targets, counted. */
export function summary(rows: readonly Row[]): string {
  const links = [
    ...Map.groupBy(rows, ({ link, device_factor, files }) => `${link}, ${device_factor}×, ${files}`),
  ];
  const lines = links.map(([name, list]) => {
    const told = list.filter(({ best }) => best !== "tie");
    const right = told.filter(({ best, choice }) => best === choice);
    const home = list.filter(({ best }) => best === "M").length;
    const wrong = told.filter(({ best, choice }) => best !== choice)
      .map((row) => row.cc_s / Math.min(row.alone_s, row.offload_s));
    const cost = wrong.length === 0
      ? ""
      : `; a wrong choice cost at most ${((Math.max(...wrong) - 1) * 100).toFixed(0)} %`;
    return `- ${name}: the faster choice in ${right.length} of ${told.length} (${
      list.length - told.length
    } ties), ${home} really best at home${cost}.`;
  });
  const errors = rows.filter(({ choice, predicted_s }) => choice === "O" && predicted_s !== null)
    .map(({ predicted_s, cc_s }) => Math.abs(predicted_s! - cc_s) / cc_s).sort((a, b) => a - b);
  const within = errors.filter((error) => error <= 0.25).length;
  lines.push(
    `- Total time predicted within 25 % in ${within} of ${errors.length} cells with migrations` +
      (errors.length === 0 ? "." : ` (worst ${(100 * errors.at(-1)!).toFixed(0)} %).`),
    `- Same output as alone in ${
      rows.filter(({ same_output }) => same_output).length
    } of ${rows.length} cells.`,
  );
  return lines.join("\n");
}

/** Rows that were written before. @throws {RangeError} if the file has none. */
export function readRows(path: string): Row[] {
  let rows: unknown;
  try {
    rows = JSON.parse(Deno.readTextFileSync(path));
  } catch (error) {
    throw new RangeError(`Cannot read rows of ${path}: ${(error as Error).message}`);
  }
  if (!Array.isArray(rows)) throw new RangeError(`Cannot read rows of ${path}: it holds no list`);
  return rows;
}
