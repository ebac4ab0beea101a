/** Writes docs/paper.md's tables and charts from rows of bench:paper: `deno run -A bench/paper_docs.ts ROWS.json`. */
import { energyChart, paperTable, timeChart } from "./paper_charts.ts";
import { type Row, summary, table } from "./paper_report.ts";

/** What is generated stands between these in the page; the words around it are a person's. */
const BEGIN = "<!-- begin: bench/paper_docs.ts -->", END = "<!-- end: bench/paper_docs.ts -->";

const docs = new URL("../docs/", import.meta.url);
const [path] = Deno.args;
if (path === undefined) {
  throw new TypeError("Cannot write: name a file with the rows that bench:paper --json printed");
}
const rows: Row[] = JSON.parse(Deno.readTextFileSync(path));
Deno.writeTextFileSync(new URL("paper.json", docs), `${JSON.stringify(rows, null, 1)}\n`);
Deno.writeTextFileSync(new URL("paper_time.svg", docs), timeChart(rows));
Deno.writeTextFileSync(new URL("paper_energy.svg", docs), energyChart(rows));
const page = Deno.readTextFileSync(new URL("paper.md", docs));
const [before, rest] = page.split(BEGIN) as [string, string];
const made = [
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
  END,
].join("\n");
Deno.writeTextFileSync(new URL("paper.md", docs), `${before}${made}${rest.split(END)[1]}`);
