/** How often a program that reads many files waits for its device, when an earlier run read them too. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { ProgramRunner, type TraceLine } from "./program_runs.ts";

const COUNT = 44;
const MOST_ROUND_TRIPS = 3;
/** What changed more recently than this may change once more without showing it: nobody remembers it. */
const SETTLED_MS = 2_600;

/** Files as the program looks for them; resolves once they are remembered by those who read them. */
async function write(root: string): Promise<void> {
  for (let n = 0; n < COUNT; n++) {
    await Deno.mkdir(`${root}/part${n % 11}`, { recursive: true });
    await Deno.writeFile(`${root}/part${n % 11}/file${n}`, randomBytes(2_000));
  }
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, SETTLED_MS);
  await promise;
}

/** Questions of the one migration for which its thread waited; what it printed is what it prints at home. */
async function questions(
  machine: ProgramRunner,
  root: string,
  flags: readonly string[] = [],
): Promise<string[]> {
  const options = { file: "reads_many.ts", args: [root] };
  const { left, trace } = await machine.migrated(options, ["reads_many.ts#readAll"], flags);
  const { stdout } = await machine.plain(options);
  assert.equal(left.stdout, stdout, left.stderr);
  assert.ok(trace.some(({ event }) => event === "merge"), told(trace));
  return trace.filter(({ event }) => event === "fault").map(({ reason }) => reason!);
}

function told(trace: readonly TraceLine[]): string {
  return trace.map((line) => JSON.stringify(line)).join("\n");
}

Deno.test({
  name: "44 files that an earlier run read cost three round trips at most, whether they changed or not",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const root = await Deno.makeTempDir({ prefix: "reads-" });
    try {
      await using machine = await ProgramRunner.start();
      await write(root);
      const first = await questions(machine, root);
      assert.ok(first.length >= COUNT, `nobody could know of them: ${first}`);
      const again = await questions(machine, root, ["--link", "3g"]);
      assert.ok(again.length <= MOST_ROUND_TRIPS, `the clone has them: ${again}`);
      await write(root);
      const changed = await questions(machine, root, ["--link", "3g"]);
      assert.ok(changed.length <= MOST_ROUND_TRIPS, `they come unasked: ${changed}`);
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
});
