import { energyChart, paperTable, timeChart } from "./paper_charts.ts";
import { type Row, summary, table } from "./paper_report.ts";

/** What is generated stands between these in the page; the words around it are a person's. */
const BEGIN = "<!-- begin: bench:paper -->", END = "<!-- end: bench:paper -->";

/** Writes docs/paper.md's tables and charts, and the rows beside them. */
export function writeDocs(given: readonly Row[]): void {
  const docs = new URL("../docs/", import.meta.url);
  // Of two rows for a cell the later one counts.
  const key = ({ app, size, device_factor, link, files }: Row) =>
    [app, size, device_factor, link, files].join();
  const rows = [...new Map(given.map((row) => [key(row), row])).values()];
  if (rows.length === 0) throw new RangeError("Cannot write docs: there are no rows");
  Deno.writeTextFileSync(new URL("paper.json", docs), `${JSON.stringify(rows, null, 1)}\n`);
  Deno.writeTextFileSync(new URL("paper_time.svg", docs), timeChart(rows));
  Deno.writeTextFileSync(new URL("paper_energy.svg", docs), energyChart(rows));
  const page = new URL("paper.md", docs);
  const text = Deno.readTextFileSync(page);
  const from = text.indexOf(BEGIN), to = text.indexOf(END);
  if (from < 0 || to < from) throw new RangeError(`Cannot write docs: docs/paper.md lacks "${BEGIN}"`);
  Deno.writeTextFileSync(page, `${text.slice(0, from)}${generated(rows)}${text.slice(to)}`);
}

function generated(rows: readonly Row[]): string {
  return [
    BEGIN,
    "<!-- deno-fmt-ignore-start -->",
    "",
    table(rows),
    "",
    summary(rows),
    "",
    "![Execution times](paper_time.svg)",
    "",
    "![Modelled energy](paper_energy.svg)",
    "",
    "The paper's own (Table 1, and §6 for the largest inputs):",
    "",
    paperTable(),
    "",
    "<!-- deno-fmt-ignore-end -->",
    "",
  ].join("\n");
}
