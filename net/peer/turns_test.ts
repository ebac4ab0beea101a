import { deepStrictEqual, equal } from "node:assert/strict";
import { type Contender, Turns } from "./turns.ts";

const guests = (device: string, pids: readonly number[], cores = 1024): Contender[] =>
  pids.map((pid) => ({ pid, device, cores }));

/** How often each guest ran in so many turns. */
function runs(turns: Turns, contenders: readonly Contender[], rounds: number): Map<number, number> {
  const counts = new Map<number, number>();
  for (let i = 0; i < rounds; i++) {
    for (const pid of turns.next(contenders)) counts.set(pid, (counts.get(pid) ?? 0) + 1);
  }
  return counts;
}

Deno.test("Turns.next() lets all run while there are cores for them", () => {
  equal(runs(new Turns(4), guests("a", [1, 2, 3, 4]), 10).get(4), 10);
});

Deno.test("Turns.next() gives each device the same share when there are too few cores, and its guests turns", () => {
  const counts = runs(new Turns(4), [...guests("a", [1, 2, 3, 4, 5, 6, 7, 8]), ...guests("b", [9])], 40);
  equal(counts.get(9), 40);
  for (const pid of [1, 2, 3, 4, 5, 6, 7, 8]) equal(counts.get(pid), 10);
});

Deno.test("Turns.next() runs one guest of each device when there are more devices than cores", () => {
  const contenders = Array.from({ length: 16 }, (_, d) => guests(`d${d}`, [10 * d + 1, 10 * d + 2])).flat();
  const counts = runs(new Turns(2), contenders, 10);
  for (const { pid } of contenders) equal(counts.get(pid), 5);
});

Deno.test("Turns.next() keeps a device within its grant, also a part of a core", () => {
  deepStrictEqual(runs(new Turns(8), guests("a", [1, 2, 3], 1), 9), new Map([[1, 3], [2, 3], [3, 3]]));
  equal(runs(new Turns(8), guests("a", [1], 0.25), 100).get(1), 25);
});

Deno.test("Turns.next() saves nothing up for a device that was idle", () => {
  const turns = new Turns(2);
  runs(turns, guests("a", [1], 0.5), 50);
  turns.next([]);
  equal(runs(turns, guests("a", [1, 2, 3], 0.5), 10).size, 3);
  equal([...runs(turns, guests("a", [1, 2, 3], 0.5), 10).values()].reduce((a, b) => a + b), 5);
});
