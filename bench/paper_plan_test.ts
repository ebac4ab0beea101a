import assert from "node:assert/strict";
import { planOf } from "./paper_plan.ts";

const APPS = ["a", "b", "c"];
const all = { apps: APPS, factors: undefined, links: undefined, sizes: undefined };

Deno.test("planOf() has every app, size, device and link, and the largest with cold files, each once", () => {
  const cells = planOf(all).flatMap((device) => device.cells);
  const names = cells.map((cell) => Object.values(cell).join());
  assert.equal(new Set(names).size, names.length);
  assert.equal(cells.filter(({ files }) => files === "synced").length, 3 * 3 * 3 * 3);
  const cold = cells.filter(({ files }) => files === "cold");
  assert.deepEqual(cold.map(({ size, link }) => `${size} ${link}`), Array(9).fill("2 wifi"));
});

Deno.test("planOf() begins with the largest inputs on the paper's links, and ends with what the paper hasn't", () => {
  for (const { cells } of planOf(all)) {
    const apps = new Set(cells.map(({ app }) => app)).size;
    const first = cells.slice(0, 2 * apps);
    assert.ok(
      first.every(({ size, link, files }) => size === 2 && link !== "wifi-now" && files === "synced"),
    );
    assert.ok(cells.slice(-3 * apps).every(({ link }) => link === "wifi-now"));
  }
});

Deno.test("planOf() parts a very slow device's apps among two, starts with them, and then takes what is soonest done", () => {
  const devices = planOf(all).map(({ factor, cells }) => [factor, [...new Set(cells.map(({ app }) => app))]]);
  assert.deepEqual(devices, [[26, ["b"]], [26, ["a", "c"]], [4, APPS], [10, APPS]]);
});

Deno.test("planOf() measures each of the factors, links and sizes that are asked for, and no other", () => {
  const plan = planOf({ apps: ["a"], factors: [7, 3], links: ["lan"], sizes: [0, 1] });
  assert.deepEqual(plan.flatMap(({ cells }) => cells.map(({ factor, size, link }) => [factor, size, link])), [
    ...[[3, 0, "lan"], [3, 1, "lan"], [7, 0, "lan"], [7, 1, "lan"]],
  ]);
});
