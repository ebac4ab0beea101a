import assert from "node:assert/strict";
import { planOf } from "./paper_plan.ts";

const APPS = ["a", "b", "c"];
const all = { apps: APPS, factors: undefined, links: undefined, sizes: undefined };

const cellsOf = (given: Parameters<typeof planOf>[0]) =>
  planOf(given).flatMap(({ cells, further }) => [...cells, ...further]);

Deno.test("planOf() has every app, size, device and link, and the largest with cold files, each once", () => {
  const cells = cellsOf(all);
  const names = cells.map((cell) => Object.values(cell).join());
  assert.equal(new Set(names).size, names.length);
  assert.equal(cells.filter(({ files }) => files === "synced").length, 3 * 3 * 3 * 3);
  const cold = cells.filter(({ files }) => files === "cold");
  assert.deepEqual(cold.map(({ size, link }) => `${size} ${link}`), Array(9).fill("2 wifi"));
});

Deno.test("planOf() begins with the largest inputs on the paper's links, and ends with what the paper hasn't", () => {
  for (const { cells, further } of planOf(all)) {
    const apps = new Set(cells.map(({ app }) => app)).size;
    assert.equal(cells.length, apps * 3 * 2);
    assert.ok(cells.every(({ link, files }) => link !== "wifi-now" && files === "synced"));
    assert.ok(cells.slice(0, 2 * apps).every(({ size }) => size === 2));
    assert.ok(further.slice(0, apps).every(({ size, files }) => size === 2 && files === "cold"));
    assert.ok(further.slice(apps).every(({ link }) => link === "wifi-now"));
  }
});

Deno.test("planOf() gives each app a very slow device of its own, and starts with the slowest", () => {
  const devices = planOf(all).map(({ factor, cells }) => [factor, [...new Set(cells.map(({ app }) => app))]]);
  assert.deepEqual(devices, [[26, ["a"]], [26, ["b"]], [26, ["c"]], [10, APPS], [4, APPS]]);
});

Deno.test("planOf() measures each of the factors, links and sizes that are asked for, and no other", () => {
  const cells = cellsOf({ apps: ["a"], factors: [7, 3], links: ["lan"], sizes: [0, 1] });
  assert.deepEqual(cells.map(({ factor, size, link }) => [factor, size, link]), [
    ...[[7, 0, "lan"], [7, 1, "lan"], [3, 0, "lan"], [3, 1, "lan"]],
  ]);
});
