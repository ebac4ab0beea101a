/**
 * The paper's evaluation (§6) done again: three apps, three input sizes, a slow device, a clone, emulated links.
 *
 * For each cell: alone on the device, with the clone (the runtime decides), at the clone alone, and forced to the other
 * choice where the runtime stayed at home. The runtime learns from two runs on other inputs, and from one on each further
 * link; nothing else is told it.
 */
import { parseArgs } from "node:util";
import { parseLink } from "../net/link/mod.ts";
import { PaperRun } from "./paper_run.ts";
import { SIZES } from "./paper_plan.ts";
import { writeDocs } from "./paper_docs.ts";
import { readRows, summary, table } from "./paper_report.ts";

const HELP = `Measures the paper's three apps on a slow device, alone and with a clone.

Usage: deno task bench:paper [OPTION]...

  --apps NAME,...      of virus_scan, image_search, interest_profile
  --factors N,...      how many times slower the device is
  --links NAME,...     e.g. wifi,3g,wifi-now
  --sizes NAME,...     of ${SIZES.join(", ")}
                       (default: all; devices 26, 10 and 4 times slower, links wifi, 3g and wifi-now)
  --full               the paper's input sizes, one device at a time (hours)
  --times N            the largest inputs N times as large, for more than a quarter of an hour (default 1)
  --runs N             runs of each cell at most: each has one first, then more as time allows (default 5)
  --minutes N          stop after so long, with what was measured (default 15; none with --full)
  --out FILE           where rows are written as they are measured (default: a file in the temporary folder)
  --json               print the rows as JSON
  --write-docs FILE... write docs/paper.md's tables and charts from rows in these files, and measure nothing;
                       of two rows for one cell the later file's counts`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    full: { type: "boolean", default: false },
    times: { type: "string" },
    factors: { type: "string" },
    links: { type: "string" },
    sizes: { type: "string" },
    apps: { type: "string" },
    runs: { type: "string" },
    minutes: { type: "string" },
    json: { type: "boolean", default: false },
    out: { type: "string" },
    "write-docs": { type: "string" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log(HELP);
} else {
  try {
    if (values["write-docs"] === undefined) await measure();
    else writeDocs([values["write-docs"], ...positionals].flatMap(readRows));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    console.error(`clonecloud: ${error.message}`);
    Deno.exitCode = 2;
  }
}
Deno.exit();

async function measure(): Promise<void> {
  for (const name of listOf(values.links) ?? []) parseLink(name);
  const out = values.out ?? Deno.makeTempFileSync({ prefix: "clonecloud-paper-", suffix: ".json" });
  const run = new PaperRun({
    full: values.full,
    apps: listOf(values.apps),
    factors: listOf(values.factors)?.map((text) => numberOf(text, "--factors")),
    links: listOf(values.links),
    sizes: listOf(values.sizes)?.map(sizeOf),
    times: values.times === undefined ? 1 : numberOf(values.times, "--times"),
    runs: values.runs === undefined ? 5 : numberOf(values.runs, "--runs"),
    minutes: values.minutes === undefined
      ? (values.full ? Infinity : 15)
      : numberOf(values.minutes, "--minutes"),
    out,
  });
  console.error(`rows go to ${out}`);
  const ended = await run.start();
  const rows = run.rows;
  if (values.json) console.log(JSON.stringify([...rows, ...run.failed]));
  else if (rows.length > 0) console.log(`${table(rows)}\n\n${summary(rows)}`);
  if (ended.signal !== undefined) Deno.exit(ended.signal === "SIGINT" ? 130 : 143);
  if (rows.some((row) => !row.same_output) || run.failed.length > 0) Deno.exitCode = 1;
}

function listOf(text: string | undefined): string[] | undefined {
  return text?.split(",").map((item) => item.trim()).filter(Boolean);
}

function numberOf(text: string, option: string): number {
  const number = Number(text);
  if (!(number >= 1)) throw new RangeError(`${option} needs numbers from 1; got "${text}"`);
  return number;
}

function sizeOf(name: string): number {
  const size = (SIZES as readonly string[]).indexOf(name);
  if (size < 0) throw new RangeError(`--sizes are ${SIZES.join(", ")}; got "${name}"`);
  return size;
}
