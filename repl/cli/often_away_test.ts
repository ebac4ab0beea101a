import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { TraceEvent } from "../../runtime/mod.ts";
import { OftenAway } from "./often_away.ts";

const merge = (method: string, total: number): TraceEvent => ({
  event: "merge",
  thread: "main",
  method,
  total,
});

Deno.test("OftenAway.event() tells of a method that was named and migrates again and again, ever more rarely", () => {
  const away = new OftenAway(["app.ts#small"]);
  const said: number[] = [];
  for (let i = 1; i <= 1000; i++) {
    const line = away.event(merge("app.ts#small", 50));
    if (line === undefined) continue;
    said.push(i);
    match(line, new RegExp(`^app\\.ts#small has migrated ${i} times so far, 50 ms each`));
  }
  deepStrictEqual(said, [100, 200, 400, 800]);
});

Deno.test("OftenAway.event() tells nothing of few long migrations, nor of methods that nobody named", () => {
  const away = new OftenAway(["app.ts#long"]);
  for (let i = 0; i < 10; i++) strictEqual(away.event(merge("app.ts#long", 60_000)), undefined);
  for (let i = 0; i < 1000; i++) strictEqual(away.event(merge("app.ts#other", 60_000)), undefined);
});
