import { deepStrictEqual as assertEquals, ok as assert, throws as assertThrows } from "node:assert/strict";
import { methodId } from "../../runtime/mod.ts";
import type { Execution } from "../profile/execution.ts";
import { treeFromTrace } from "../profile/trace.ts";
import { DEFAULT_OVERHEADS } from "./constants.ts";
import { costAtHome, costTree } from "./cost_tree.ts";
import { costAt, pointOf } from "./linear_cost.ts";
import { POWER_TABLES, powerLevels } from "./power.ts";

const main = methodId("m.ts#<main>"), f = methodId("m.ts#f");
const power = powerLevels({ table: POWER_TABLES.g1!, screen: "on", network: "wifi", sleepsWhileAway: false });
const options = { overheads: { ...DEFAULT_OVERHEADS, fixedUpBytes: 0, fixedDownBytes: 0 }, power };
const WIFI = { rttMs: 69, upBytesPerSecond: 825_000, downBytesPerSecond: 825_000, cloneSpeed: 26 };

function tree(ms: number, calls = 1) {
  const events = Array.from({ length: calls }, (_, i) => [
    { t: 1 + i * ms, kind: "enter" as const, method: f, bytes: 8250 },
    { t: 1 + (i + 1) * ms, kind: "exit" as const, method: f, bytes: 825 },
  ]).flat();
  return treeFromTrace([
    { t: 0, kind: "enter", method: main },
    ...events,
    { t: 1 + calls * ms, kind: "exit", method: main },
  ]);
}
const run = (ms: number, more: Partial<Execution> = {}): Execution => ({
  input: "",
  device: "",
  source: "trace",
  atMs: 0,
  weight: 1,
  onDevice: tree(ms),
  ...more,
});

Deno.test("costTree() charges the residual on either side, and a migration its round trip, bytes and overheads", () => {
  const { contexts: [root, node] } = costTree([run(2600, { onDevice: tree(2600, 2) })], options);
  const point = pointOf(WIFI);
  assertEquals(costAt(root!.timeMs.stay, point), 1);
  assertEquals(costAt(node!.timeMs.stay, point), 5200);
  assertEquals(Math.round(costAt(node!.timeMs.away, point)), 200);
  const { deviceMs, cloneMs, captureMsPerByte, mergeMsPerByte, instantiateMsPerByte, recaptureMsPerByte } =
    options.overheads;
  const one = 69 + 10 + 1 + deviceMs + 8250 * captureMsPerByte + 825 * mergeMsPerByte +
    (cloneMs + 8250 * instantiateMsPerByte + 825 * recaptureMsPerByte) / 26;
  assert(Math.abs(costAt(node!.timeMs.migrate, point) - 2 * one) < 1e-9);
});

Deno.test("costTree() takes a context's time at the clone where it was measured, scaled by that clone's speed", () => {
  const measured = run(1000, { onClone: { tree: tree(100), clone: "c", cloneSpeed: 20 } });
  const { contexts } = costTree([measured], options);
  // 100 ms on a clone of speed 20 is 2,000 ms of speed 1: this method gains only tenfold.
  assertEquals(contexts[1]!.timeMs.away[4], 2000);
});

Deno.test("costTree() weighs executions", () => {
  const { contexts } = costTree([run(1000), run(4000, { weight: 2 })], options);
  assertEquals(contexts[1]!.timeMs.stay[0], 3000);
  assertThrows(() => costTree([], options), TypeError);
});

Deno.test("energy costs are each state's time at that state's power (§3.2)", () => {
  const { contexts } = costTree([run(1000)], options);
  const { stay, away, migrate } = contexts[1]!.energyJ;
  assertEquals(stay[0], 1000 * power.computeW / 1000);
  assertEquals(away[4], 1000 * power.waitW / 1000);
  assertEquals(migrate[1], power.migrateW / 1000);
  assert(Math.abs(costAtHome({ contexts }, "energy")[0] - 1001 * power.computeW / 1000) < 1e-12);
});

Deno.test("powerLevels() of every device kind: migrating draws most, waiting least, sleep less still", () => {
  for (const table of Object.values(POWER_TABLES)) {
    assert(table.source.length > 40, table.name);
    const awake = powerLevels({ table, screen: "off", network: "wifi", sleepsWhileAway: false });
    const asleep = powerLevels({ table, screen: "off", network: "wifi", sleepsWhileAway: true });
    assert(awake.waitW < awake.computeW && awake.computeW < awake.migrateW, table.name);
    assert(asleep.waitW <= awake.waitW, table.name);
  }
});

Deno.test("pointOf() refuses conditions that are no measurement", () => {
  assertThrows(() => pointOf({ ...WIFI, upBytesPerSecond: 0 }), RangeError);
  assertThrows(() => pointOf({ ...WIFI, rttMs: NaN }), RangeError);
});
