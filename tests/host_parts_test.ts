/** The host API table against the truth: what it calls the same on both sides runs at a clone, with the same result. */
import assert from "node:assert/strict";
import { analyzeProgram, loadProgram } from "../analysis/mod.ts";
import { ProgramRunner, SESSION_LOST } from "./program_runs.ts";

const file = "host_parts.ts";

Deno.test("what the host API table calls the same on both sides is, and runs at a clone", async () => {
  const { modules } = await loadProgram(new URL(`programs/${file}`, import.meta.url).pathname);
  const uses = analyzeProgram(modules).methods.filter(({ isAsync, outer }) => isAsync && outer === 0);
  assert.equal(uses.length, 26);
  // What it says of this one is more than it need be: a store of the app's own couldn't travel.
  const pinned = uses.filter(({ id, pin, mayPin }) =>
    (pin ?? mayPin) !== undefined && !id.endsWith("context")
  );
  assert.deepEqual(pinned.map(({ id, pin, mayPin }) => `${id}: ${(pin ?? mayPin)!.reason}`), []);

  await using runner = await ProgramRunner.start();
  const plain = await runner.plain({ file });
  for (let tries = 1;; tries++) {
    const { left, trace } = await runner.migrated({ file }, uses.map(({ id }) => id));
    const stayed = trace.filter(({ event }) => event === "local" || event === "abandon");
    if (tries < 3 && stayed.some(({ reason = "" }) => SESSION_LOST.test(reason))) continue;
    assert.deepEqual(left, plain);
    assert.deepEqual(stayed.map(({ method, reason }) => `${method}: ${reason}`), []);
    assert.equal(
      new Set(trace.filter(({ event }) => event === "merge").map(({ method }) => method)).size,
      uses.length,
    );
    return;
  }
});
