import { deepStrictEqual, equal, throws } from "node:assert/strict";
import { DEFAULT_GRANTS } from "./constants.ts";
import { parseLimits, toldGrants } from "./grants.ts";

Deno.test("toldGrants() passes over what only a later version knows, and takes what isn't told for the usual", () => {
  deepStrictEqual(toldGrants({ cores: 2, later: "grant" }), { ...DEFAULT_GRANTS, cores: 2 });
  deepStrictEqual(toldGrants(undefined), DEFAULT_GRANTS);
  equal(toldGrants({ hours: "08:00-18:30", gpu: false }).gpu, false);
  throws(() => toldGrants({ cores: "many" }), /cores must be a number from 0\.1 to 1024/);
});

Deno.test("parseLimits() refuses what a person or a file can't limit", () => {
  deepStrictEqual(parseLimits({ gpu: false, minutes: 5 }), { gpu: false, minutes: 5 });
  throws(() => parseLimits({ later: 1 }), /later can't be limited/);
  throws(() => parseLimits({ gpu: "no" }), /gpu can't be limited/);
});
