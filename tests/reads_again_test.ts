/** How often a program that reads many files waits for its device, when an earlier run read them too. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { ProgramRunner, type TraceLine } from "./program_runs.ts";

const COUNT = 44;
const MOST_ROUND_TRIPS = 3;
/** What changed more recently than this may change once more without showing it: nobody remembers it. */
const SETTLED_MS = 2_600;

/** Files as the program looks for them; resolves once they are remembered by those who read them. */
async function write(root: string, folders: number): Promise<void> {
  for (let n = 0; n < COUNT; n++) {
    await Deno.mkdir(`${root}/part${n % folders}`, { recursive: true });
    await Deno.writeFile(`${root}/part${n % folders}/file${n}`, randomBytes(8_000));
  }
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, SETTLED_MS);
  await promise;
}

/** Questions of the one migration for which its thread waited; what it printed is what it prints at home. */
async function questions(
  machine: ProgramRunner,
  { file, root }: { file: string; root: string },
  flags: readonly string[] = [],
): Promise<string[]> {
  const options = { file, args: [root] };
  const { left, trace } = await machine.migrated(options, [`${file}#readAll`], flags);
  const { stdout } = await machine.plain(options);
  assert.equal(left.stdout, stdout, left.stderr);
  assert.ok(trace.some(({ event }) => event === "merge"), told(trace));
  return trace.filter(({ event }) => event === "fault").map(({ reason }) => reason!);
}

function told(trace: readonly TraceLine[]): string {
  return trace.map((line) => JSON.stringify(line)).join("\n");
}

for (
  const { file, folders, first: least } of [
    { file: "reads_many.ts", folders: 11, first: COUNT },
    { file: "reads_listed.ts", folders: 1, first: MOST_ROUND_TRIPS + 1 },
  ]
) {
  Deno.test({
    name: `44 files that an earlier run read cost three round trips at most, changed or not: ${file}`,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const root = await Deno.makeTempDir({ prefix: "reads-" });
      try {
        await using machine = await ProgramRunner.start();
        await write(root, folders);
        const first = await questions(machine, { file, root });
        assert.ok(first.length >= least, `nobody could know of them: ${first}`);
        const again = await questions(machine, { file, root }, ["--link", "3g"]);
        assert.ok(again.length <= MOST_ROUND_TRIPS, `the clone has them: ${again}`);
        await write(root, folders);
        const changed = await questions(machine, { file, root }, ["--link", "wifi"]);
        assert.ok(changed.length <= MOST_ROUND_TRIPS, `they come unasked: ${changed}`);
      } finally {
        await Deno.remove(root, { recursive: true });
      }
    },
  });
}
