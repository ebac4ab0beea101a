import { strictEqual } from "node:assert/strict";
import type { TraceEvent } from "../../runtime/mod.ts";
import { Savings } from "./savings.ts";

const merge = (total: number, clone: Record<string, unknown>, predicted = 0): TraceEvent => ({
  event: "merge",
  thread: "main",
  method: "app.ts#work",
  total,
  clone,
  predicted,
});

Deno.test("Savings.line() is empty when nothing migrated", () => {
  strictEqual(new Savings().line(), "");
});

Deno.test("Savings.line() says what was saved, how often and on which peer", () => {
  const savings = new Savings();
  savings.clone("laptop");
  savings.speed(10);
  savings.event(merge(800, { cpu: 300, waited: 50 }));
  savings.event(merge(1200, { cpu: 200 }));
  savings.clone("desk");
  savings.event(merge(96, { cpu: 5 }));
  strictEqual(
    savings.line(),
    "saved about 3.00 s: 2 migrations to laptop, 2.00 s instead of about 5.00 s here; " +
      "saved nothing: 1 migration to desk, 96 ms instead of about 50 ms here",
  );
});

Deno.test("Savings.line() claims no more than was predicted: a busy clone is slow too", () => {
  const savings = new Savings();
  savings.speed(10);
  savings.event(merge(100, { cpu: 90 }, 400));
  strictEqual(
    savings.line(),
    "saved about 300 ms: 1 migration to a clone, 100 ms instead of about 400 ms here",
  );
});

Deno.test("Savings.line() claims nothing while the clone's speed is unknown", () => {
  const savings = new Savings();
  savings.event(merge(100, { cpu: 50 }));
  strictEqual(savings.line(), "1 migration to a clone, 100 ms");
});

Deno.test("Savings.line() counts a clone's impossible times as none", () => {
  const savings = new Savings();
  savings.speed(10);
  for (const cpu of [-5, "long", Infinity]) savings.event(merge(100, { cpu }));
  strictEqual(
    savings.line(),
    "saved nothing: 3 migrations to a clone, 300 ms instead of about 0 ms here",
  );
});
