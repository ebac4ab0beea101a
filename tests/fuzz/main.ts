/**
 * `deno task fuzz [--seed N] [--minutes N] [--mode rewritten|migrated]`: random programs, plainly and rewritten, until the
 * time is over; a program that differs is made smaller and printed. Exits 1 if there was one.
 */
import { parseArgs } from "node:util";
import type { Mode } from "./batch.ts";
import { shrink } from "./shrink.ts";
import { choicesOf, trial } from "./trial.ts";

const TOGETHER = 200;

const { values } = parseArgs({
  args: Deno.args,
  options: {
    seed: { type: "string", default: String(Date.now() % 1e9) },
    minutes: { type: "string", default: "5" },
    mode: { type: "string", default: "rewritten" },
  },
});
const mode = values.mode as Exclude<Mode, "plain">;
const end = Date.now() + Number(values.minutes) * 60_000;
let seed = Number(values.seed);
let found = 0;
do {
  const seeds = Array.from({ length: TOGETHER }, () => seed++);
  const differences = await trial(seeds, mode);
  console.log(`seeds ${seeds[0]} to ${seed - 1}: ${differences.length} differ`);
  for (const difference of differences) {
    found++;
    const small = await shrink(choicesOf(difference.seed), mode);
    console.log(`seed ${difference.seed} (${small.language}), made smaller:\n${small.text}`);
    console.log(firstLines(difference.plain, difference.other ?? "(it ended)"));
  }
} while (Date.now() < end);
Deno.exit(found === 0 ? 0 : 1);

/** The first lines that differ. */
function firstLines(plain: string, other: string): string {
  const [before, after] = [plain.split("\n"), other.split("\n")];
  const at = before.findIndex((line, i) => line !== after[i]);
  const show = (lines: string[], sign: string) =>
    lines.slice(at, at + 4).map((line) => sign + line).join("\n");
  return `${show(before, "- ")}\n${show(after, "+ ")}`;
}
