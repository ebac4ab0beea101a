import { deepStrictEqual, equal } from "node:assert/strict";
import { Bandwidth, type Spread, TransferWatch } from "./bandwidth.ts";

const MIB = 1024 * 1024;

Deno.test("Bandwidth is the median of the last three probes", () => {
  const bandwidth = new Bandwidth();
  equal(bandwidth.value(), undefined);
  for (const bytes of [100, 900, 1000, 1100]) bandwidth.probed({ bytes, ms: 1000 });
  equal(bandwidth.value(), 1000);
});

Deno.test("Bandwidth prefers a real transfer to short probes for a while, never to long ones", () => {
  const bandwidth = new Bandwidth();
  for (let i = 0; i < 3; i++) bandwidth.probed({ bytes: 64 * 1024, ms: 6.4 });
  bandwidth.passed({ bytes: 40 * MIB, ms: 1000 }, 0);
  equal(bandwidth.value(9_999), 40 * MIB);
  equal(bandwidth.value(10_001), 10_240_000);
  for (let i = 0; i < 3; i++) bandwidth.probed({ bytes: 8192, ms: 160 });
  equal(bandwidth.value(0), 51_200);
});

Deno.test("Bandwidth is the fastest of probes that disagree, unless they are short", () => {
  const bandwidth = new Bandwidth();
  for (const bytes of [700, 1000, 600]) bandwidth.probed({ bytes, ms: 1000 });
  equal(bandwidth.isNoisy, true);
  equal(bandwidth.value(), 1000);
  for (const bytes of [1000, 900, 950]) bandwidth.probed({ bytes, ms: 1000 });
  equal(bandwidth.isNoisy, false);
  equal(bandwidth.value(), 950);
  for (const bytes of [14, 10, 6]) bandwidth.probed({ bytes, ms: 1 });
  equal(bandwidth.value(), 10_000);
});

Deno.test("TransferWatch tells the rate of bytes that came without pause", () => {
  const told: Spread[] = [];
  const watch = new TransferWatch((spread) => told.push(spread));
  for (let now = 0; now < 10; now++) watch.arrived(64 * 1024, now * 100);
  deepStrictEqual(told, []);
  for (let now = 2000; now <= 2100; now += 10) watch.arrived(64 * 1024, now);
  deepStrictEqual(told, [{ bytes: 5 * 64 * 1024, ms: 50 }, { bytes: 5 * 64 * 1024, ms: 50 }]);
});

Deno.test("TransferWatch tells the rate of sent bytes only while the link sets the pace", () => {
  const told: Spread[] = [];
  const watch = new TransferWatch((spread) => told.push(spread));
  for (let now = 0; now < 1000; now += 10) watch.sent(64 * 1024, false, now);
  deepStrictEqual(told, []);
  for (let now = 1000; now <= 1060; now += 15) watch.sent(64 * 1024, true, now);
  deepStrictEqual(told, [{ bytes: 4 * 64 * 1024, ms: 60 }]);
});

Deno.test("TransferWatch counts no pause of a sender that had room", () => {
  const told: Spread[] = [];
  const watch = new TransferWatch((spread) => told.push(spread));
  // Small messages that wait for a moment each, with work of seconds between them.
  for (let now = 0; now < 20_000; now += 2000) {
    watch.sent(300, true, now);
    watch.hasRoom(now + 70);
  }
  deepStrictEqual(told, []);
  for (let now = 30_000; now <= 30_600; now += 100) {
    watch.sent(4000, true, now);
    watch.hasRoom(now + 99);
  }
  deepStrictEqual(told, [{ bytes: 20_000, ms: 500 }]);
});
