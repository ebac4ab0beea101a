import { deepStrictEqual as assertEquals, ok as assert, throws as assertThrows } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { methodId } from "../../runtime/mod.ts";
import { MAX_EXECUTIONS } from "./constants.ts";
import type { Execution } from "./execution.ts";
import { ProfileStore } from "./store.ts";
import { treeFromTrace } from "./trace.ts";

const main = methodId("main.ts#<main>"), f = methodId("main.ts#f");
const version = { app: "file:///app/main.ts", codeHash: "abc" };

function execution(ms: number, more: Partial<Execution> = {}): Execution {
  const onDevice = treeFromTrace([
    { t: 0, kind: "enter", method: main },
    { t: 1, kind: "enter", method: f, bytes: 100, features: [ms] },
    { t: 1 + ms, kind: "exit", method: f },
    { t: 2 + ms, kind: "exit", method: main },
  ]);
  return { input: `${ms}`, device: "board", source: "trace", atMs: ms, weight: 1, onDevice, ...more };
}

async function inFolder(run: (path: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    run(`${folder}/profiles.sqlite`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("ProfileStore counts an execution once whose weight is no number above 0", () =>
  inFolder((path) => {
    using store = new ProfileStore(path);
    for (const weight of [Infinity, "3", -1, 2] as number[]) {
      store.recordExecution(version, execution(10, { weight }));
    }
    assertEquals(store.executions(version).map(({ weight }) => weight), [1, 1, 1, 2]);
  }));

Deno.test("ProfileStore keeps executions by app and code hash, and opens again", () =>
  inFolder((path) => {
    {
      using store = new ProfileStore(path);
      store.recordExecution(version, execution(10, { onClone: { ...clone, tree: execution(2).onDevice } }));
      store.recordExecution(version, execution(20));
      store.recordExecution({ ...version, codeHash: "other" }, execution(30));
    }
    using store = new ProfileStore(path);
    const [first, second] = store.executions(version);
    assertEquals([first!.input, second!.input], ["10", "20"]);
    assertEquals(first!.onDevice.totalsMs()[1], 10);
    assertEquals(first!.onClone!.tree.totalsMs()[1], 2);
    assertEquals(store.apps().map(({ codeHash, executions }) => [codeHash, executions]), [["other", 1], [
      "abc",
      2,
    ]]);
    assertEquals(store.apps("file:///nothing.ts"), []);
  }));

const clone = { clone: "laptop", cloneSpeed: 5 };

Deno.test("ProfileStore.recordExecution() adds the oldest up when there are many, and loses no weight", () => {
  using store = new ProfileStore(":memory:");
  for (let i = 1; i <= MAX_EXECUTIONS + 10; i++) store.recordExecution(version, execution(i));
  const all = store.executions(version);
  assertEquals([all.length, all.reduce((sum, { weight }) => sum + weight, 0)], [
    MAX_EXECUTIONS,
    MAX_EXECUTIONS + 10,
  ]);
  // The first stands for runs of 1 to 11 ms: their mean.
  assert(Math.abs(all[0]!.onDevice.totalsMs()[1]! - 6) < 1e-9);
});

Deno.test("ProfileStore drops an app's partition databases when it runs again", () => {
  using store = new ProfileStore(":memory:");
  const key = { ...version, objective: "time" as const, power: "" };
  const box = { best: conditions, worst: conditions };
  store.saveDatabase(key, { box, partitions: [], exact: true, solves: 1 });
  assertEquals(store.database(key)?.solves, 1);
  store.recordExecution(version, execution(1));
  assertEquals(store.database(key), undefined);
});

const conditions = { rttMs: 1, upBytesPerSecond: 1, downBytesPerSecond: 1, cloneSpeed: 1 };

Deno.test("ProfileStore sets a damaged file aside, says so and starts anew", () =>
  inFolder((path) => {
    Deno.writeTextFileSync(path, "this is no database".repeat(100));
    const problems: string[] = [];
    using store = new ProfileStore(path, { onProblem: (message) => problems.push(message) });
    assertEquals(store.apps(), []);
    assertEquals(problems.length, 1);
    assert(problems[0]!.includes(".damaged-"), problems[0]);
  }));

Deno.test("ProfileStore refuses a newer version's file and leaves it alone", () =>
  inFolder((path) => {
    const db = new DatabaseSync(path);
    db.exec("PRAGMA user_version = 99");
    db.close();
    assertThrows(() => new ProfileStore(path), /newer than/);
    assertThrows(() => new ProfileStore("/nowhere/at/all.sqlite"), Error);
  }));
