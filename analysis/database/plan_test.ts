import { deepEqual as assertEquals, ok as assert } from "node:assert/strict";
import { type Conditions, methodId } from "../../runtime/mod.ts";
import { Decider } from "../cost/decide.ts";
import { treeFromTrace } from "../profile/trace.ts";
import { ProfileStore } from "../profile/store.ts";
import { planRun } from "./plan.ts";

const main = methodId("a.ts#<main>"), all = methodId("a.ts#all"), one = methodId("a.ts#one");
const WIFI: Conditions = {
  rttMs: 69,
  upBytesPerSecond: 825_000,
  downBytesPerSecond: 825_000,
  cloneSpeed: 20,
  power: "battery",
};

/** A run that does ten things of 8 s each, in one method called once. */
function tenThings() {
  let t = 0;
  const one10 = Array.from({ length: 10 }, () => [
    { t: t += 1, kind: "enter" as const, method: one, bytes: 2000, features: [5] },
    { t: t += 8000, kind: "exit" as const, method: one, bytes: 100 },
  ]).flat();
  return treeFromTrace([
    { t: 0, kind: "enter", method: main },
    { t: 0, kind: "enter", method: all, bytes: 1000 },
    ...one10,
    { t, kind: "exit", method: all, bytes: 100 },
    { t, kind: "exit", method: main },
  ]);
}

Deno.test("planRun() has points within what it chose, for an invocation that had to stay", async () => {
  using store = new ProfileStore(":memory:");
  const version = { app: "file:///a.ts", codeHash: "1" };
  const execution = { input: "", device: "d", source: "trace" as const, atMs: 1, weight: 1 };
  store.recordExecution(version, { ...execution, onDevice: tenThings() });
  const plan = (await planRun(store, version, { conditions: WIFI }))!;
  assertEquals([plan.migrate, plan.candidates], [[all], [all, one]]);
  const it = new Decider(JSON.parse(JSON.stringify(plan.model)));
  it.setConditions(undefined);
  assertEquals(it.decide(all, []).reason, "no clone");
  it.setConditions(WIFI);
  const { migrate, reason } = it.decide(one, [0, 0, 0, 5]);
  assert(migrate, reason);
  const pinned = (await planRun(store, version, { conditions: WIFI, pin: [one] }))!;
  assertEquals(pinned.candidates, [all], "what the user keeps here is none of them");
});
