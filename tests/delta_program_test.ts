import assert from "node:assert/strict";
import { type Left, ProgramRunner, SESSION_LOST, type TraceLine } from "./program_runs.ts";

const ATTEMPTS = 3;

Deno.test({
  name: "a program's later migrations send what changed since, large typed arrays included",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using machine = await ProgramRunner.start();
    const trace = await traceOf(machine, "delta.ts", "work");
    const captured = bytesOf(trace, "capture"),
      sent = bytesOf(trace, "ship"),
      home = bytesOf(trace, "return");
    assert.equal(bytesOf(trace, "merge").length, 4, told(trace));
    const { from } = trace.find(({ event }) => event === "capture")!;
    assert(from!.class![0]!.name === "ArrayBuffer" && from!.class![0]!.bytes >= 800_000, told(trace));
    assert.equal(from!.module![0]!.name, "modules/tables.ts", JSON.stringify(from));
    assert(captured[0]! > 800_000, `the first one takes all of it: ${captured}`);
    assert(sent.slice(1).every((bytes) => bytes < 2_000), `later ones take little: ${sent}`);
    // The third changes one number of the table.
    assert(home.every((bytes) => bytes < 2_000), `little comes home: ${home}`);
  },
});

Deno.test({
  name: "what another session or another program sent isn't sent again",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using machine = await ProgramRunner.start();
    const first = await firstMigration(machine, "delta.ts", "work");
    assert(first.captured > 800_000, `it takes the tables: ${first.trace}`);
    await isNamed(machine, "delta.ts", "work", 1 / 20);
    await isNamed(machine, "delta_other.ts", "weigh", 1 / 3);
  },
});

/**
 * Asserts that a program's first migration sends less than a share of what it captured. On a stalled machine a question may take
 * longer than sending all: then nobody asks, and another run shows it, or none does.
 */
async function isNamed(machine: ProgramRunner, file: string, method: string, share: number): Promise<void> {
  for (let attempt = 1;; attempt++) {
    const { captured, up, waitBytes, trace } = await firstMigration(machine, file, method);
    assert(captured > 800_000, `it takes the tables: ${trace}`);
    if (up < captured * share) return;
    const isAsked = waitBytes < captured / 8;
    if (attempt === ATTEMPTS) return assert(!isAsked, `most of the tables is named: ${trace}`);
  }
}

/** How much a program's first migration captured and sent. */
async function firstMigration(machine: ProgramRunner, file: string, method: string) {
  const trace = await traceOf(machine, file, method);
  const captured = bytesOf(trace, "capture")[0] ?? 0;
  const merge = trace.find(({ event }) => event === "merge");
  assert(merge !== undefined, told(trace));
  const { rttMs, upBytesPerSecond } = merge.conditions!;
  return { captured, up: merge.up!, waitBytes: rttMs * upBytesPerSecond / 1000, trace: told(trace) };
}

/** The trace of a run that leaves what it leaves plainly, with its clone in reach if that is to be had. */
async function traceOf(machine: ProgramRunner, file: string, method: string): Promise<TraceLine[]> {
  plain[file] ??= machine.plain({ file });
  for (let attempt = 1;; attempt++) {
    const { left, trace } = await machine.migrated({ file }, [`${file}#${method}`]);
    assert.deepEqual(left, await plain[file]);
    const isLost = trace.some(({ reason }) => reason !== undefined && SESSION_LOST.test(reason));
    if (!isLost || attempt === ATTEMPTS) return trace;
  }
}

const plain: Record<string, Promise<Left>> = {};

function bytesOf(trace: readonly TraceLine[], event: string): number[] {
  return trace.filter((line) => line.event === event).map(({ bytes }) => bytes!);
}

function told(trace: readonly TraceLine[]): string {
  return trace.map(({ event, bytes, up, reason }) => `${event} ${bytes ?? ""} ${up ?? ""} ${reason ?? ""}`)
    .join("\n");
}
