import { deepStrictEqual, equal } from "node:assert/strict";
import { TAKEN_BYTES, TAKEN_MS } from "./constants.ts";
import { TakenReport } from "./taken_report.ts";

Deno.test("TakenReport tells at once on a slow link, seldom on a fast one, and all of it", async () => {
  let now = 0;
  const told: number[] = [];
  const { promise: second, resolve } = Promise.withResolvers<void>();
  const report = new TakenReport((bytes) => {
    told.push(bytes);
    if (told.length === 3) resolve();
  }, () => now);
  report.took(TAKEN_BYTES);
  now += TAKEN_MS;
  report.took(TAKEN_BYTES);
  deepStrictEqual(told, [TAKEN_BYTES, TAKEN_BYTES]);
  for (let i = 0; i < 100; i++) report.took(TAKEN_BYTES);
  equal(told.length, 2);
  await second;
  equal(told[2], 100 * TAKEN_BYTES);
  report.end();
});

Deno.test("TakenReport tells nothing after its end", () => {
  const told: number[] = [];
  const report = new TakenReport((bytes) => told.push(bytes));
  report.took(TAKEN_BYTES);
  report.took(TAKEN_BYTES);
  report.end();
  report.took(TAKEN_BYTES);
  deepStrictEqual(told, [TAKEN_BYTES]);
});
