import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { SampledMigrations } from "./sampled_migrations.ts";

Deno.test("SampledMigrations migrates early invocations and ever rarer later ones of sampled methods only", () => {
  const it = new SampledMigrations({ sample: ["a.ts#f"] });
  const migrated = Array.from({ length: 1000 }, (_, i) => i + 1).filter(() => it.decide("a.ts#f").migrate);
  assertEquals(migrated, [1, 2, 3, 5, 7, 11, 16, 23]);
  assertEquals(it.decide("a.ts#g").migrate, false);
});
