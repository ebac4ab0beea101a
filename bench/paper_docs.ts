import { energyChart, factorsOf, paperTable, timeChart } from "./paper_charts.ts";
import {
  energyTable,
  type FailedRow,
  keyOf,
  measuredWhen,
  overheadTable,
  type Row,
  summary,
  table,
} from "./paper_report.ts";

/** What is generated stands between these in the page; the words around it are a person's. */
const BEGIN = "<!-- begin: bench:paper -->", END = "<!-- end: bench:paper -->";

/** Slow devices first, each app's inputs together. */
function inOrder(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) =>
    b.device_factor - a.device_factor || order(a.files, b.files) || order(b.app, a.app) ||
    a.alone_s - b.alone_s
  );
}

function order(a: string, b: string): number {
  return a < b ? 1 : a > b ? -1 : 0;
}

/**
 * Writes docs/paper.md's tables and charts, and the rows beside them. Of two rows for a cell the later one counts.
 * @throws {RangeError} if there are no rows, or the page has no place for them.
 */
export function writeDocs(
  given: readonly (Row | FailedRow)[],
  docs: URL = new URL("../docs/", import.meta.url),
): void {
  const cells = new Map<string, Row | FailedRow>();
  for (const row of given) {
    // What was measured once isn't lost by a failure later.
    if ("error" in row && cells.has(keyOf(row))) continue;
    cells.set(keyOf(row), row);
  }
  const all = [...cells.values()];
  const rows = inOrder(all.filter((row): row is Row => !("error" in row)));
  const failed = all.filter((row): row is FailedRow => "error" in row);
  if (rows.length === 0) throw new RangeError("Cannot write docs: there are no rows");
  const page = new URL("paper.md", docs);
  const text = Deno.readTextFileSync(page);
  const from = text.indexOf(BEGIN), to = text.indexOf(END);
  if (from < 0 || to < from) throw new RangeError(`Cannot write docs: docs/paper.md lacks "${BEGIN}"`);
  Deno.writeTextFileSync(new URL("paper.json", docs), `${JSON.stringify(rows, null, 1)}\n`);
  for (const { name } of Deno.readDirSync(docs)) {
    // Of a device that none of these rows is of, a chart would be an older run's.
    if (/^paper_(time|energy)_[\d.]+\.svg$/.test(name)) Deno.removeSync(new URL(name, docs));
  }
  for (const factor of factorsOf(rows)) {
    Deno.writeTextFileSync(new URL(`paper_time_${factor}.svg`, docs), timeChart(rows, factor));
    Deno.writeTextFileSync(new URL(`paper_energy_${factor}.svg`, docs), energyChart(rows, factor));
  }
  Deno.writeTextFileSync(page, `${text.slice(0, from)}${generated(rows, failed)}${text.slice(to)}`);
}

function generated(rows: readonly Row[], failed: readonly FailedRow[]): string {
  const charts = factorsOf(rows).flatMap((factor) => [
    `![Execution times, ${factor} times slower](paper_time_${factor}.svg)`,
    "",
    `![Modelled energy, ${factor} times slower](paper_energy_${factor}.svg)`,
    "",
  ]);
  return [
    ...[BEGIN, "<!-- deno-fmt-ignore-start -->", ""],
    ...["### What it came to", "", `Measured: ${measuredWhen(rows)}.`, "", summary(rows), ""],
    ...failed.map((row) => `- Not measured: ${keyOf(row).replaceAll(",", ", ")}: ${row.error}`),
    ...(failed.length > 0 ? [""] : []),
    ...charts,
    ...["### Times", "", table(rows), ""],
    ...["### Overhead", "", overheadTable(rows), ""],
    ...["### Energy, modelled, joules", "", energyTable(rows), ""],
    ...["### The paper's own figures", "", paperTable(rows), ""],
    ...["<!-- deno-fmt-ignore-end -->", ""],
  ].join("\n");
}
