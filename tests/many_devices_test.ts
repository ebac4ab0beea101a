import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { crowd } from "./many_devices.ts";

Deno.test("all migrations of many devices at one clone complete", async () => {
  const { runs } = await crowd({ devices: 6, apps: 3 });
  deepStrictEqual(runs.filter(({ refused }) => refused !== undefined), []);
  for (let device = 0; device < 6; device++) equal(runs.filter((run) => run.device === device).length, 3);
});

Deno.test("a clone refuses sessions beyond what it admits, sooner than it serves the others", async () => {
  const { runs, mostGuests } = await crowd({ devices: 4, apps: 3, maxGuests: 4 });
  const refused = runs.filter(({ refused }) => refused !== undefined);
  ok(mostGuests <= 4);
  equal(runs.length - refused.length, 4);
  for (const { refused: reason } of refused) match(reason!, /as many as its owner allows/);
  const slowest = Math.max(...runs.filter(({ refused }) => refused === undefined).map(({ ms }) => ms));
  ok(Math.max(...refused.map(({ ms }) => ms)) < slowest, JSON.stringify(runs));
});

Deno.test("a clone with little memory for guests runs few, one of each device at least", async () => {
  const { runs } = await crowd({ devices: 3, apps: 3, guestMemoryMiB: 3 * 64 });
  const done = runs.filter(({ refused }) => refused === undefined);
  ok(done.length >= 1 && done.length < runs.length, JSON.stringify(runs));
  for (const { refused } of runs) if (refused !== undefined) match(refused, /no memory left|others wait/);
});
