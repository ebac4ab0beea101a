import assert from "node:assert/strict";
import { planOf } from "./paper_plan.ts";

const APPS = ["a", "b"];
const nothing = { factors: undefined, links: undefined, sizes: undefined, full: false };

Deno.test("planOf() measures all nine cells on both of the paper's links, the largest on other devices", () => {
  const plan = planOf({ ...nothing, apps: ["a", "b", "c"] });
  for (const link of ["wifi", "3g"]) {
    const cells = plan.filter((cell) => cell.link === link && cell.factor === 10 && cell.files === "synced");
    assert.equal(new Set(cells.map(({ app, size }) => `${app} ${size}`)).size, 9);
    for (const factor of [26, 4]) {
      const others = plan.filter((cell) => cell.link === link && cell.factor === factor);
      assert.deepEqual(others.map(({ app, size }) => [app, size]), [["a", 2], ["b", 2], ["c", 2]]);
    }
  }
});

Deno.test("planOf() measures a cold cell before the same app's files are sent ahead", () => {
  const plan = planOf({ ...nothing, apps: APPS, full: true });
  for (const app of APPS) {
    for (const factor of [26, 10, 4]) {
      const own = plan.filter((cell) => cell.app === app && cell.factor === factor);
      assert.deepEqual(own.map(({ files }) => files).lastIndexOf("cold"), 0);
    }
  }
});

Deno.test("planOf() measures each of the factors, links and sizes that are asked for, and no other", () => {
  const plan = planOf({ apps: ["a"], factors: [7, 3], links: ["lan"], sizes: [0, 1], full: false });
  assert.deepEqual(plan.map(({ factor, size, link }) => [factor, size, link]), [
    ...[[7, 0, "lan"], [7, 1, "lan"], [3, 0, "lan"], [3, 1, "lan"]],
  ]);
});
