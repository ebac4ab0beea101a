import { deepStrictEqual as assertEquals, equal } from "node:assert/strict";
import type { TraceEvent } from "../../runtime/mod.ts";
import { SampleReader } from "./migration_sample.ts";

const event = (name: TraceEvent["event"], more: object = {}): TraceEvent => ({
  event: name,
  thread: "main",
  method: "a.ts#f",
  ...more,
});
const MERGE = { ms: 3, away: 80, up: 900, down: 40, faults: 2, fileBytes: 9000, fileBytesSent: 5000 };
const CLONE = { accept: 4, run: 20, cpu: 15, waited: 30, capture: 1 };

Deno.test("SampleReader puts the events of each migration together, and knows a session's first", () => {
  const reader = new SampleReader();
  for (const features of [[7], [8, 9]]) {
    reader.event(event("decide", { migrate: true, features }));
    reader.event(event("capture", { ms: 12, bytes: 800 }));
    reader.event(event("ship", { bytes: 900 }));
    reader.event(event("fault", { reason: "read /a" }));
    reader.event(event("merge", { ...MERGE, clone: CLONE }));
  }
  const [first, second] = reader.samples;
  assertEquals(first, {
    method: "a.ts#f" as never,
    features: [7],
    cold: true,
    captureMs: 12,
    mergeMs: 3,
    acceptMs: 4,
    runMs: 20,
    cpuMs: 15,
    waitedMs: 30,
    recaptureMs: 1,
    awayMs: 80,
    upBytes: 900,
    downBytes: 40,
    faults: 2,
    fileBytes: 5000,
  });
  assertEquals([second!.features, second!.cold], [[8, 9], false]);
  equal(reader.failure, undefined);
});

Deno.test("SampleReader keeps why a migration failed apart from a clone that was lost; a new session is cold", () => {
  const reader = new SampleReader();
  reader.event(event("merge", { ...MERGE, clone: CLONE }));
  reader.event(event("abandon", { reason: "Deno.Command" }));
  reader.event(event("local", { reason: "Deno.Command" }));
  reader.event(event("merge", { ...MERGE, clone: CLONE }));
  assertEquals([reader.failure, reader.lost, reader.samples[1]!.cold], ["Deno.Command", undefined, true]);
  reader.event(event("local", { reason: "the connection to the peer closed" }));
  equal(reader.lost, "the connection to the peer closed");
});

Deno.test("SampleReader takes a clone's figures that are none as 0", () => {
  const reader = new SampleReader();
  reader.event(event("merge", { ...MERGE, away: "long", clone: { run: -5, accept: NaN, waited: 1e400 } }));
  const [{ awayMs, runMs, acceptMs, waitedMs, recaptureMs }] = reader.samples as [typeof reader.samples[0]];
  assertEquals([awayMs, runMs, acceptMs, waitedMs, recaptureMs], [0, 0, 0, 0, 0]);
});
