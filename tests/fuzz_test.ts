import assert from "node:assert/strict";
import { shrink } from "./fuzz/shrink.ts";
import { choicesOf, trial } from "./fuzz/trial.ts";

for (const [mode, first, count] of [["rewritten", 1, 200], ["migrated", 1, 40]] as const) {
  Deno.test(`${count} random programs show the same when they are ${mode}`, async () => {
    const seeds = Array.from({ length: count }, (_, i) => first + i);
    const [difference] = await trial(seeds, mode);
    if (difference === undefined) return;
    const { text } = await shrink(choicesOf(difference.seed), mode);
    assert.equal(difference.other, difference.plain, `seed ${difference.seed}, made smaller:\n${text}`);
  });
}
