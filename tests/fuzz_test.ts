import assert from "node:assert/strict";
import { shrink } from "./fuzz/shrink.ts";
import { choicesOf, trial } from "./fuzz/trial.ts";

for (const [mode, begin, count] of [["rewritten", 1, 200], ["migrated", 1, 40]] as const) {
  Deno.test(`${count} random programs show the same when they are ${mode}`, async () => {
    const seeds = Array.from({ length: count }, (_, i) => begin + i);
    const [first] = await trial(seeds, mode);
    // Once more alone: on a busy machine a program may have been too slow.
    const [difference] = first === undefined ? [] : await trial([first.seed], mode);
    if (difference === undefined) return;
    const { text } = await shrink(choicesOf(difference.seed), mode);
    assert.equal(difference.other, difference.plain, `seed ${difference.seed}, made smaller:\n${text}`);
  });
}
