import { deepEqual, equal } from "node:assert/strict";
import { compressing, decompressing, isWorthCompressing, plain } from "./stream_compression.ts";

Deno.test("decompressing() gives what compressing() and plain() were given, if that isn't too large", async () => {
  const parts = [new Uint8Array(5_000).fill(7), Uint8Array.of(1, 2, 3)];
  const whole = await new Blob(parts).bytes();
  for (const packed of [await compressing(parts), plain(parts)]) {
    const payload = await new Blob(packed as Uint8Array<ArrayBuffer>[]).bytes();
    deepEqual(await decompressing(payload, whole.length), whole);
  }
  equal((await compressing(parts)).reduce((sum, { length }) => sum + length, 0) < 100, true);
});

Deno.test("isWorthCompressing() weighs what the link takes for the bytes against what the device takes to compress them", () => {
  const on = (upBytesPerSecond: number, cloneSpeed: number) => ({
    ...{ rttMs: 10, downBytesPerSecond: 1e6, power: "mains" as const, upBytesPerSecond, cloneSpeed },
  });
  const [slow, fast] = [50_000, 800_000];
  deepEqual([1, 26].map((speed) => isWorthCompressing(6_000, on(slow, speed))), [true, false]);
  deepEqual([1, 26].map((speed) => isWorthCompressing(50_000, on(slow, speed))), [true, true]);
  deepEqual([1, 26].map((speed) => isWorthCompressing(50_000, on(fast, speed))), [true, false]);
  // Fewer than that are no packet of a link's own.
  equal(isWorthCompressing(3_000, on(1_000, 1)), false);
  equal(isWorthCompressing(6_000, undefined), true);
});
