import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { writeDocs } from "./paper_docs.ts";
import type { Row } from "./paper_report.ts";

const joules = (times: number) => ({ screen_on: 30 * times, screen_off: 20 * times, deep_sleep: 10 * times });

function row(more: Partial<Row>): Row {
  return {
    ...{ app: "virus_scan", size: "1 MB", device_factor: 26, device_factor_measured: 26, link: "wifi" },
    ...{
      files: "synced",
      measured_at: "2026-11-23T13:50:07.000Z",
      runs: 1,
      alone_s: 100,
      alone_sd_s: 0,
      cc_s: 10,
      cc_sd_s: 0,
      clone_s: 4,
    },
    ...{ offload_s: 10, stays_s: 2, moves_s: 4, bound_s: 7, choice: "O", best: "O", first_s: 10 },
    ...{ predicted_s: 12, migrations: 1, methods: [], bytes: { up: 1000, down: 2000, files: 3000 } },
    overhead_ms: { capture: 1, link: 2, instantiate: 3, merge: 4 },
    ...{ energy_alone_j: joules(10), energy_cc_j: joules(1), link_set: {}, link_measured: null },
    same_output: true,
    ...more,
  };
}

function written(rows: Parameters<typeof writeDocs>[0]): { page: string; files: string[] } {
  const folder = Deno.makeTempDirSync();
  Deno.writeTextFileSync(
    `${folder}/paper.md`,
    "before\n<!-- begin: bench:paper -->\nold\n<!-- end: bench:paper -->\nafter\n",
  );
  Deno.writeTextFileSync(`${folder}/paper_time_7.svg`, "an older run's");
  writeDocs(rows, pathToFileURL(`${folder}/`));
  const files = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  const page = Deno.readTextFileSync(`${folder}/paper.md`);
  Deno.removeSync(folder, { recursive: true });
  return { page, files };
}

Deno.test("writeDocs() takes the later of two rows for a cell, and a failure only where there is no row", () => {
  const failure = { ...row({}), error: "no answer" };
  const { page } = written([
    ...[row({ cc_s: 50 }), row({ cc_s: 20 }), failure, { ...failure, link: "3g" }],
  ]);
  assert.match(
    page,
    /\| virus_scan \| 1 MB \| 26× \| wifi \| synced \| 100\.0 \| 20\.0 \| 4\.00 \| 5\.0× \|/,
  );
  assert.doesNotMatch(page, /50\.0|old/);
  assert.match(page, /- Not measured: virus_scan, 1 MB, 26, 3g, synced: no answer/);
  assert.doesNotMatch(page, /Not measured: .* wifi/);
  assert.ok(page.startsWith("before\n") && page.endsWith("after\n"));
});

Deno.test("writeDocs() draws a chart for each device, and sets the paper's figures beside its factor's", () => {
  const { page, files } = written([row({}), row({ link: "3g", cc_s: 20 }), row({ device_factor: 4 })]);
  assert.deepEqual(files, [
    ...["paper.json", "paper.md", "paper_energy_26.svg", "paper_energy_4.svg"],
    ...["paper_time_26.svg", "paper_time_4.svg"],
  ]);
  assert.match(page, /\| virus_scan \| 100 kB \|.*\| 1 MB \| 100\.0 \| 4\.00 \| 10\.0× \| 5\.0× \|/);
});

Deno.test("writeDocs() says what a wrong choice cost, and doesn't count what wasn't made to migrate", () => {
  const stayed = { choice: "M", migrations: 0, bound_s: null, predicted_s: 100 } as const;
  const { page } = written([
    row({ ...stayed, cc_s: 110, best: "O", offload_s: 88 }),
    row({ ...stayed, size: "2 MB", offload_s: null, best: null }),
    row({ size: "3 MB", predicted_s: 14 }),
    row({ ...stayed, size: "4 MB", best: "M", cc_s: 103, offload_s: 150 }),
  ]);
  assert.match(page, /wifi, 26×, synced: the faster choice in 2 of 3 \(0 ties\), 1 really best at home/);
  assert.match(page, /a wrong choice cost at most 25 %/);
  assert.match(page, /Staying where that was right cost at most 3 %/);
  assert.match(page, /predicted within 25 % in 0 of 1 cells with migrations \(worst 40 %\)/);
});

Deno.test("writeDocs() says when the rows were measured, and how much of the bound the largest inputs reached", () => {
  const { page } = written([
    ...[row({ cc_s: 8 }), row({ link: "3g", measured_at: "2026-11-23T14:02:59.000Z" })],
    row({ size: "small", alone_s: 3, cc_s: 100, measured_at: "2026-11-22T23:59:00.000Z" }),
    JSON.parse(JSON.stringify(row({ size: "old", alone_s: 2, measured_at: undefined as never }))),
  ]);
  assert.match(
    page,
    /Measured: 1 cell before rows had a date; 1 cell on 2026-11-22, 23:59 UTC; 2 cells on 2026-11-23, 13:50 to 14:02 UTC\./,
  );
  assert.match(page, /largest input, at least 80 % of the bound in 1 of 2 cells \(70 % to 88 %\)/);
});
