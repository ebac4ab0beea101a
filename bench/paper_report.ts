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
  /** When its last run ended; rows of before 23 November 2026 don't say. */
  readonly measured_at?: string;
  /** How often it was run with the clone; times are means, `sd` their standard deviations. */
  readonly runs: number;
  readonly alone_sd_s: number;
  readonly cc_sd_s: number;
  /**
   * Seconds: on the device alone, with the clone as the runtime chose, on the clone's machine alone, made to migrate (null if
   * it stayed and time was over).
   */
  readonly alone_s: number;
  readonly cc_s: number;
  readonly clone_s: number;
  readonly offload_s: number | null;
  /** The run made to migrate was ended when it had clearly lost: `offload_s` is what it took until then. */
  readonly offload_cut?: boolean;
  /** What must stay, on the device; what may move, at the clone. */
  readonly stays_s: number;
  readonly moves_s: number;
  /** Both, the bytes and one round trip; at most alone; null if nothing migrated to its end. */
  readonly bound_s: number | null;
  readonly choice: "M" | "O";
  readonly best: "M" | "O" | "tie" | null;
  /** The first run, and its time if migrations had taken what was predicted when they were decided on; null if that wasn't asked. */
  readonly first_s: number;
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

/** A cell that could not be measured. */
export interface FailedRow extends Pick<Row, "app" | "size" | "device_factor" | "link" | "files"> {
  readonly error: string;
}

/** What tells a cell from others. */
export function keyOf(
  { app, size, device_factor, link, files }: Pick<Row, "app" | "size" | "device_factor" | "link" | "files">,
): string {
  return [app, size, device_factor, link, files].join();
}

/** How long each cell took, in Markdown. */
export function table(rows: readonly Row[]): string {
  return markdown(
    [
      ...["app", "input", "device", "link", "files", "alone s", "with clone s", "clone alone s", "faster"],
      ...["bound s", "of bound", "choice", "best", "predicted s"],
    ],
    rows.map((row) => [
      ...cellOf(row),
      spread(row.alone_s, row.alone_sd_s),
      spread(row.cc_s, row.cc_sd_s) + (row.runs > 1 ? ` (${row.runs} runs)` : ""),
      row.clone_s.toFixed(2),
      `${(row.alone_s / row.cc_s).toFixed(1)}×`,
      row.bound_s?.toFixed(1) ?? "",
      row.bound_s === null ? "" : `${(100 * row.bound_s / row.cc_s).toFixed(0)} %`,
      row.choice,
      row.best ?? "?",
      row.predicted_s === null || row.migrations === 0 ? "" : row.predicted_s.toFixed(1),
    ]),
  );
}

/** §6's parts of the overhead of what migrated, and what crossed the link. */
export function overheadTable(rows: readonly Row[]): string {
  return markdown(
    [
      ...["app", "input", "device", "link", "files", "capture ms", "link ms", "instantiate ms", "merge ms"],
      ...["kB up", "kB down", "kB of files"],
    ],
    rows.filter(({ migrations }) => migrations > 0).map((row) => {
      const { capture, link, instantiate, merge } = row.overhead_ms, { up, down, files } = row.bytes;
      return [
        ...cellOf(row),
        ...[capture, link, instantiate, merge].map((ms) => ms.toFixed(0)),
        ...[up, down, files].map((bytes) => (bytes / 1000).toFixed(0)),
      ];
    }),
  );
}

/** Modelled energy at the device, joules; with the clone also as if the device slept while a thread is away. */
export function energyTable(rows: readonly Row[]): string {
  return markdown(
    [
      ...[
        "app",
        "input",
        "device",
        "link",
        "files",
        "alone, screen on",
        "off",
        "with clone, screen on",
        "off",
      ],
      ...["asleep while away", "saved, screen on", "asleep"],
    ],
    rows.map((row) => {
      const alone = row.energy_alone_j, cloned = row.energy_cc_j;
      return [
        ...cellOf(row),
        ...[alone.screen_on, alone.screen_off, cloned.screen_on, cloned.screen_off, cloned.deep_sleep]
          .map((joules) => joules.toFixed(0)),
        `${(alone.screen_on / cloned.screen_on).toFixed(1)}×`,
        `${(alone.deep_sleep / cloned.deep_sleep).toFixed(1)}×`,
      ];
    }),
  );
}

function cellOf({ app, size, device_factor, link, files }: Row): string[] {
  return [app, size, `${device_factor}×`, link, files];
}

function spread(mean: number, deviation: number): string {
  return deviation > 0 ? `${mean.toFixed(1)} ± ${deviation.toFixed(1)}` : mean.toFixed(1);
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (list: readonly string[]) => `| ${list.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** What the rows say of the targets, counted. */
export function summary(rows: readonly Row[]): string {
  const links = [
    ...Map.groupBy(rows, ({ link, device_factor, files }) => `${link}, ${device_factor}×, ${files}`),
  ];
  const lines = links.map(([name, list]) => {
    const told = list.filter(({ best }) => best !== "tie" && best !== null);
    const ties = list.filter(({ best }) => best === "tie").length;
    const right = told.filter(({ best, choice }) => best === choice);
    const home = list.filter(({ best }) => best === "M").length;
    const wrong = told.filter(({ best, choice }) => best !== choice)
      .map((row) => row.cc_s / Math.min(row.alone_s, row.offload_s!));
    const cost = wrong.length === 0
      ? ""
      : `; a wrong choice cost at most ${((Math.max(...wrong) - 1) * 100).toFixed(0)} %`;
    return `- ${name}: the faster choice in ${right.length} of ${told.length} (${ties} ties), ${home} really best at home${cost}.`;
  });
  lines.push(...boundLines(rows));
  const errors = rows.filter(({ migrations, predicted_s }) => migrations > 0 && predicted_s !== null)
    .map(({ predicted_s, first_s }) => Math.abs(predicted_s! - first_s) / first_s).sort((a, b) => a - b);
  const within = errors.filter((error) => error <= 0.25).length;
  const synced = rows.filter(({ files }) => files === "synced");
  const stayed = synced.filter(({ choice, best }) => choice === "M" && best === "M");
  const dearest = Math.max(...stayed.map(({ cc_s, alone_s }) => cc_s / alone_s));
  if (stayed.length > 0) {
    lines.push(`- Staying where that was right cost at most ${((dearest - 1) * 100).toFixed(0)} %.`);
  }
  lines.push(
    `- Total time predicted within 25 % in ${within} of ${errors.length} cells with migrations` +
      (errors.length === 0 ? "." : ` (worst ${(100 * errors.at(-1)!).toFixed(0)} %).`),
    `- Same output as alone in ${
      rows.filter(({ same_output }) => same_output).length
    } of ${rows.length} cells.`,
  );
  return lines.join("\n");
}

/** How much of the bound was reached, of the largest inputs that may migrate. */
function boundLines(rows: readonly Row[]): string[] {
  const inputs = Map.groupBy(
    rows.filter(({ files }) => files === "synced"),
    (row) => `${row.app}, ${row.device_factor}`,
  );
  const largest = [...inputs.values()].flatMap((list) => {
    const most = Math.max(...list.map(({ alone_s }) => alone_s));
    return list.filter(({ alone_s, bound_s }) => alone_s === most && bound_s !== null);
  });
  const shares = largest.map(({ bound_s, cc_s }) => bound_s! / cc_s).sort((a, b) => a - b);
  if (shares.length === 0) return [];
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  const reached = shares.filter((share) => share >= 0.8).length;
  return [
    `- Of each app's largest input, at least 80 % of the bound in ${reached} of ${shares.length} cells (${
      percent(shares[0]!)
    } to ${percent(shares.at(-1)!)}).`,
  ];
}

/** When rows were measured: from when to when on each day, in UTC. */
export function measuredWhen(rows: readonly Row[]): string {
  const days = [...Map.groupBy(rows, ({ measured_at }) => measured_at?.slice(0, 10) ?? "")].sort();
  return days.map(([day, list]) => {
    const cells = `${list.length} cell${list.length === 1 ? "" : "s"}`;
    if (day === "") return `${cells} before rows had a date`;
    const times = list.map(({ measured_at }) => measured_at!.slice(11, 16)).sort();
    const [first, last] = [times[0]!, times.at(-1)!];
    return `${cells} on ${day}, ${first === last ? first : `${first} to ${last}`} UTC`;
  }).join("; ");
}

/** Rows that were written before. @throws {RangeError} if the file has none. */
export function readRows(path: string): (Row | FailedRow)[] {
  let rows: unknown;
  try {
    rows = JSON.parse(Deno.readTextFileSync(path));
  } catch (error) {
    throw new RangeError(`Cannot read rows of ${path}: ${(error as Error).message}`);
  }
  if (!Array.isArray(rows)) throw new RangeError(`Cannot read rows of ${path}: it holds no list`);
  return rows;
}
