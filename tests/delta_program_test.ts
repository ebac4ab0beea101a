import assert from "node:assert/strict";
import { ProgramRunner, SESSION_LOST, type TraceLine } from "./program_runs.ts";

const FILE = "delta.ts";
const METHOD = `${FILE}#work`;
const ATTEMPTS = 3;

Deno.test({
  name: "a program's later migrations send what changed since, large typed arrays included",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using machine = await ProgramRunner.start();
    const plain = await machine.plain({ file: FILE });
    let trace: TraceLine[] = [];
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const run = await machine.migrated({ file: FILE }, [METHOD]);
      assert.deepEqual(run.left, plain);
      trace = run.trace;
      if (!trace.some(({ reason }) => reason !== undefined && SESSION_LOST.test(reason))) break;
    }
    const why = trace.map(({ event, reason }) => `${event}: ${reason}`).join("\n");
    const captured = trace.filter(({ event }) => event === "capture").map(({ bytes }) => bytes!);
    const sent = trace.filter(({ event }) => event === "ship").map(({ bytes }) => bytes!);
    const home = trace.filter(({ event }) => event === "return").map(({ bytes }) => bytes!);
    assert.equal(trace.filter(({ event }) => event === "merge").length, 4, why);
    assert(captured[0]! > 800_000, `the first one takes all of it: ${captured}`);
    assert(sent.slice(1).every((bytes) => bytes < 2_000), `later ones take little: ${sent}`);
    // The third changes one number of the table, which comes home with all of it.
    assert(home.every((bytes, i) => i === 2 || bytes < 2_000), `little comes home: ${home}`);
  },
});
