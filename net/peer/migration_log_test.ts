import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { MigrationLog, type MigrationRow } from "./migration_log.ts";

Deno.test("MigrationLog lists what is out and what came back, latest first, and tells of each change", () => {
  let changes = 0;
  const log = new MigrationLog(() => changes++);
  const watch = log.watch({ role: "device", app: "scan.ts", peer: "laptop" });
  watch.method = "scan.ts#Scanner.scan";
  watch.left(1000);
  watch.returned(50);
  watch.left(200);
  const facts = log.list().map(({ number, method, state, bytesUp, bytesDown }) => ({
    number,
    method,
    state,
    bytesUp,
    bytesDown,
  }));
  const method = "scan.ts#Scanner.scan";
  deepStrictEqual(facts, [
    { number: 2, method, state: "away", bytesUp: 200, bytesDown: 0 },
    { number: 1, method, state: "home", bytesUp: 1000, bytesDown: 50 },
  ]);
  strictEqual(changes, 3);
});

Deno.test("MigrationLog tells how long a migration takes though the clock is set back meanwhile", () => {
  const now = Date.now;
  try {
    const log = new MigrationLog(() => {});
    const watch = log.watch({ role: "device", app: "scan.ts", peer: "laptop" });
    watch.left(10);
    Date.now = () => now() - 3_600_000;
    for (const _ of [1, 2]) {
      const [{ ms }] = log.list() as [MigrationRow];
      ok(ms >= 0 && ms < 600_000, `${ms} ms`);
      watch.returned(10);
    }
  } finally {
    Date.now = now;
  }
});

Deno.test("MigrationWatch.ended() fails what is out, once", () => {
  const log = new MigrationLog(() => {});
  const watch = log.watch({ role: "clone", app: "scan.ts", peer: "12D3" });
  watch.ended();
  watch.left(10);
  watch.ended();
  watch.returned(99);
  deepStrictEqual(log.list().map(({ state, bytesDown }) => [state, bytesDown]), [["abandoned", 0]]);
});

Deno.test("MigrationLog keeps the last fifty", () => {
  const log = new MigrationLog(() => {});
  const watch = log.watch({ role: "device", app: "a", peer: "b" });
  for (let i = 0; i < 60; i++) {
    watch.left(i);
    watch.returned(i);
  }
  deepStrictEqual([log.list().length, log.list()[0]!.number, log.list().at(-1)!.number], [50, 60, 11]);
});
