import { equal } from "node:assert/strict";
import { longestAskingMs, longestAwayMs, outweighs } from "./clone_bounds.ts";

Deno.test("longestAskingMs() is some seconds, or twice what the method takes here", () => {
  equal(longestAskingMs(0), undefined, "nothing was expected");
  equal(longestAskingMs(100), 2000);
  equal(longestAskingMs(9000), 18_000);
});

Deno.test("longestAwayMs() waits for what is known well no longer than it takes at most, and generously for the rest", () => {
  equal(longestAwayMs(0), 24 * 3_600_000, "nothing was expected");
  equal(longestAwayMs(1000), 60_000);
  equal(longestAwayMs(171_000), 20 * 171_000);
  equal(longestAwayMs(171_000, 180_000), 180_000);
  equal(longestAwayMs(1000, 1500), 10_000, "a machine may be held up for some seconds");
  equal(longestAwayMs(1000, 300_000), 60_000, "never longer than without that");
});

Deno.test("outweighs() tells captures that take longer than they can save, unless that is soon over", () => {
  equal(outweighs(3000, 2000), true);
  equal(outweighs(1900, 2000), false);
  equal(outweighs(200, 50), false, "a machine may be held up");
  equal(outweighs(60_000, undefined), false, "nothing was expected");
});
