import assert from "node:assert/strict";
import { coverageDocument, type CoverageRow, HARD, REFUSED, TRAVELS } from "./coverage.ts";
import { type Left, ProgramRunner, SESSION_LOST, type TraceLine } from "./program_runs.ts";

/** A clone that lost many guests in a row is given a rest: so many refusals a run. */
const REFUSALS_A_RUN = 12;

Deno.test({
  name: "every kind of value travels or is refused with its reason",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using machine = await ProgramRunner.start();
    await check(machine, "coverage/values.ts", TRAVELS);
    await check(machine, "coverage/hard.ts", HARD);
    for (let i = 0; i < REFUSED.length; i += REFUSALS_A_RUN) {
      await check(machine, "coverage/refused.ts", REFUSED.slice(i, i + REFUSALS_A_RUN));
    }
  },
});

const ATTEMPTS = 3;
const NOT_REACHED = "not reached";

const plain = new Map<string, Promise<Left>>();

async function check(machine: ProgramRunner, file: string, rows: readonly CoverageRow[]): Promise<void> {
  if (!plain.has(file)) plain.set(file, machine.plain({ file }));
  const ends = new Map<string, string>();
  // On a stalled machine a session is given up, or isn't there yet: what it would have shown is then shown by another one.
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const open = rows.map(({ method }) => method).filter((method) => isLost(ends.get(method)));
    if (open.length === 0) break;
    const { left, trace } = await machine.migrated({ file }, open.map((method) => `${file}#${method}`));
    assert.deepEqual(left, await plain.get(file));
    for (const method of open) ends.set(method, endOf(trace, `${file}#${method}`));
  }
  assert.deepEqual(
    rows.map(({ method }) => `${method}: ${ends.get(method)}`),
    rows.map(({ method, refused }) => `${method}: ${refused ?? "travelled"}`),
  );
}

function isLost(end: string | undefined): boolean {
  return end === undefined || end === NOT_REACHED || SESSION_LOST.test(end);
}

/** What became of a method's only invocation, without the path at the end of a reason. */
function endOf(trace: readonly TraceLine[], method: string): string {
  const end = trace.find((line) => line.method === method && ["merge", "local"].includes(line.event));
  if (end === undefined) return NOT_REACHED;
  return end.event === "merge" ? "travelled" : end.reason!.replace(/ \(arguments.*\)$/, "");
}

Deno.test("docs/coverage.md is what tests/coverage.ts writes", async () => {
  const written = await Deno.readTextFile(new URL("../docs/coverage.md", import.meta.url));
  const squeeze = (text: string) => text.replace(/\s+/g, " ").replace(/-{3,}/g, "---");
  assert.equal(squeeze(written), squeeze(coverageDocument()), "run `deno run -A tests/coverage.ts`");
});
