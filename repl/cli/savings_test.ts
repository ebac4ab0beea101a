import { strictEqual } from "node:assert/strict";
import type { TraceEvent } from "../../runtime/mod.ts";
import { Savings } from "./savings.ts";

const merge = (away: number): TraceEvent => ({
  event: "merge",
  thread: "main",
  method: "app.ts#work",
  away,
  clone: { accept: 1, run: away / 2, capture: 1 },
});

Deno.test("Savings.line() is empty when nothing migrated", () => {
  strictEqual(new Savings().line(), "");
});

Deno.test("Savings.line() says how often, to which peer and for how long", () => {
  const savings = new Savings();
  savings.clone("laptop");
  savings.event(merge(800));
  savings.event(merge(1200));
  savings.clone("desk");
  savings.event(merge(96));
  strictEqual(
    savings.line(),
    "2 migrations to laptop, 2.00 s away, 1.00 s of it at work there; " +
      "1 migration to desk, 96 ms away, 50 ms of it at work there",
  );
});

Deno.test("Savings.line() counts a clone's impossible times as none", () => {
  const savings = new Savings();
  savings.event({ ...merge(100), clone: { accept: -5, run: "long", capture: Infinity } });
  strictEqual(savings.line(), "1 migration to a clone, 100 ms away, 0 ms of it at work there");
});
