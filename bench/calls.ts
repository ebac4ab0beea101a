/**
 * How much of what programs really call the static analyzer finds: `deno task bench:calls [--json] [PROGRAM]...`.
 *
 * Each program runs once with a hook in each of its functions (its libraries' too); the edges seen are compared with the
 * analyzer's, with those of a resolver that follows names bound once and nothing else, and with what the TypeScript checker
 * resolves.
 */
import { parseArgs } from "node:util";
import { type Analysis, analyzeProgram, loadProgram } from "../analysis/mod.ts";
import { checkerCalls } from "./calls/checker.ts";
import { compare, type Comparison } from "./calls/compare.ts";
import { installPrograms } from "./calls/programs.ts";
import { traceCalls } from "./calls/trace.ts";

/** One program's figures. Shares are between 0 and 1. */
interface Row {
  readonly program: string;
  readonly lines: number;
  readonly analyzer: Shares;
  readonly names: Shares;
  readonly checker: Shares;
  readonly traced: number;
  readonly ms: number;
}

interface Shares {
  readonly recall: number;
  readonly precision: number;
}

const { values, positionals } = parseArgs({
  options: { json: { type: "boolean" }, missed: { type: "boolean" } },
  allowPositionals: true,
});

async function measure(name: string, main: string): Promise<Row> {
  const { modules } = await loadProgram(main, { libraries: true });
  const started = performance.now();
  const analysis = analyzeProgram(modules);
  const ms = performance.now() - started;
  const traced = await traceCalls(await Deno.realPath(main), modules, analysis);
  const pairs = (calls: Analysis["calls"]) => calls.map(({ caller, callee }) => [caller, callee] as const);
  const found = compare(analysis.methods, pairs(analysis.calls), traced);
  if (values.missed) {
    for (const [a, b] of found.missed) {
      console.error(`${name}: ${analysis.methods[a]!.id} > ${analysis.methods[b]!.id}`);
    }
  }
  return {
    program: name,
    lines: modules.reduce((sum, { text }) => sum + text.split("\n").length, 0),
    analyzer: shares(found),
    names: shares(compare(analysis.methods, pairs(analysis.calls.filter(({ certain }) => certain)), traced)),
    checker: shares(
      compare(analysis.methods, checkerCalls(programs.compiler, modules, analysis.methods), traced),
    ),
    traced: found.traced,
    ms: Math.round(ms),
  };
}

function shares({ traced, found, claimed, confirmed }: Comparison): Shares {
  return { recall: found / traced, precision: claimed === 0 ? 1 : confirmed / claimed };
}

const programs = await installPrograms();
try {
  for (const [name, main] of programs.mains) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const row = await measure(name, main);
    if (values.json) console.log(JSON.stringify(row));
    else {
      const percent = ({ recall, precision }: Shares) =>
        `${(100 * recall).toFixed(1)} / ${(100 * precision).toFixed(1)}`;
      console.log(
        `${name.padEnd(14)}${String(row.lines).padStart(7)} lines ${String(row.traced).padStart(6)} edges  ` +
          `analyzer ${percent(row.analyzer)}  names alone ${percent(row.names)}  checker ${
            percent(row.checker)
          }  ${row.ms} ms`,
      );
    }
  }
} finally {
  await programs.remove();
}
