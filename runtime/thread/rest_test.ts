import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Rest } from "./rest.ts";

/** A clock that counts its looks, and a rest by it. */
function resting() {
  const clock = { ms: 1000, looks: 0 };
  const rest = new Rest(() => {
    clock.looks++;
    return clock.ms;
  });
  return { clock, rest };
}

Deno.test("Rest covers nothing before a decision to stay, then invocations with no larger arguments for a while", () => {
  const { clock, rest } = resting();
  strictEqual(rest.covers([5]), false);
  rest.begin([5], 0.1);
  deepStrictEqual([rest.covers([5]), rest.covers([6]), rest.covers(["ab"])], [true, false, true]);
  clock.ms += 9;
  strictEqual(rest.covers([5]), true);
  clock.ms += 2;
  strictEqual(rest.covers([5]), false);
  deepStrictEqual([rest.takePassed(), rest.takePassed()], [3, 0]);
});

Deno.test("Rest looks at the clock for many invocations at once where they follow closely", () => {
  const { clock, rest } = resting();
  rest.begin([5], 1);
  clock.looks = 0;
  let covered = 0;
  while (rest.covers([5])) {
    covered++;
    clock.ms += 0.001;
  }
  ok(covered >= 90_000 && covered <= 101_000, `${covered}`);
  ok(clock.looks < covered / 30, `${clock.looks} of ${covered}`);
  strictEqual(rest.takePassed(), covered);
});

Deno.test("Rest looks each time where invocations take long, and never overlooks a larger one", () => {
  const { clock, rest } = resting();
  rest.begin([5], 1);
  for (let i = 0; i < 100; i++) rest.covers([5]);
  strictEqual(rest.covers([50]), false);
  const looks: number[] = [];
  for (let i = 0; i < 70; i++) {
    clock.ms += 0.6;
    strictEqual(rest.covers([5]), true);
    looks.push(clock.looks);
  }
  // Those that were to follow closely pass first.
  deepStrictEqual(looks.slice(-5), [4, 3, 2, 1, 0].map((before) => clock.looks - before));
});
