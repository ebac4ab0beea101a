/**
 * `deno task fuzz:heap [--seed N] [--minutes N]`: damaged packets of every fixture, out and home, until the time is over.
 * Exits 1 at the first that crashes, hangs, changes a heap that it was refused for, or changes a built-in.
 */
import { parseArgs } from "node:util";
import { FIXTURES } from "../../runtime/heap/fixtures_test.ts";
import { damageHome, damageOut } from "../../runtime/heap/hostile_trial_test.ts";

/** A packet that takes longer to refuse than this hangs. */
const HANG_MS = 5_000;

const { values } = parseArgs({
  args: Deno.args,
  options: {
    seed: { type: "string", default: String(Date.now() % 1e9) },
    minutes: { type: "string", default: "1" },
  },
});
const end = Date.now() + Number(values.minutes) * 60_000;
let seed = Number(values.seed);
let packets = 0, refused = 0;
for (; Date.now() < end; seed++) {
  for (const fixture of FIXTURES) {
    const start = Date.now();
    try {
      damageOut(fixture, seed);
      if (damageHome(fixture, seed)) refused++;
    } catch (error) {
      console.error(`seed ${seed}:`, error);
      Deno.exit(1);
    }
    packets += 2;
    if (Date.now() - start > HANG_MS) {
      console.error(`seed ${seed}: ${fixture.name} took ${Date.now() - start} ms`);
      Deno.exit(1);
    }
  }
}
console.log(
  `${packets} damaged packets up to seed ${seed - 1}; ${refused} of those on the way home were refused`,
);
