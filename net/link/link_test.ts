import { deepStrictEqual, equal, ok, throws } from "node:assert/strict";
import { inThreeTries } from "../../tests/net_fixtures.ts";
import { type Channel, memoryChannelPair } from "../channel/mod.ts";
import { calibrate } from "./calibration.ts";
import { type LinkSpec, NAMED_LINKS, parseLink } from "./emulated_link.ts";
import { answerLink } from "./link_ends.ts";
import { LinkMeter } from "./link_meter.ts";
import { EmulatedLink } from "./shaped_channel.ts";

const near = (actual: number, wanted: number, share: number, slack = 0) =>
  ok(
    Math.abs(actual - wanted) <= share * wanted + slack,
    `${actual} is not within ${share * 100} % of ${wanted}`,
  );

Deno.test("LinkMeter corrects what was remembered wrongly", () =>
  inThreeTries(async () => {
    const spec: LinkSpec = { rttMs: 40, upBytesPerSecond: 1e6, downBytesPerSecond: 2e6 };
    for (const factor of [0.2, 5]) {
      const [device, clone] = memoryChannelPair();
      answerLink(clone);
      const remembered = {
        rttMs: spec.rttMs * factor,
        upBytesPerSecond: spec.upBytesPerSecond / factor,
        downBytesPerSecond: spec.downBytesPerSecond / factor,
      };
      const meter = new LinkMeter(new EmulatedLink(spec).shape(device), () => {}, { remembered });
      deepStrictEqual(meter.current(), remembered);
      meter.watch();
      const start = performance.now();
      const isRight = () => {
        const now = meter.current()!;
        // Far from what was remembered; how near to the truth it gets is other tests' matter.
        return (Object.keys(spec) as (keyof LinkSpec)[]).every((figure) =>
          Math.abs(Math.log2(now[figure] / spec[figure])) < 1
        );
      };
      while (!isRight() && performance.now() - start < 20_000) await new Promise((r) => setTimeout(r, 50));
      meter.close();
      ok(isRight(), `${JSON.stringify(meter.current())} after remembering ${JSON.stringify(remembered)}`);
    }
  }));

Deno.test("parseLink() knows names and descriptions, and lists the names for others", () => {
  equal(parseLink("3g").rttMs, 680);
  equal(parseLink("wifi").upBytesPerSecond, 825_000);
  const link = parseLink("rtt=20ms,up=10mbit,down=40mbit");
  equal(JSON.stringify(link), `{"rttMs":20,"upBytesPerSecond":1250000,"downBytesPerSecond":5000000}`);
  for (const wrong of ["5g", "rtt=1", "rtt=5ms,up=1mbit", "toString"]) {
    throws(() => parseLink(wrong), /wifi, 3g/);
  }
});

/** Measures a link through its emulation, over memory. */
async function measured(spec: LinkSpec): Promise<LinkSpec> {
  const [device, clone] = memoryChannelPair();
  answerLink(clone);
  const meter = new LinkMeter(new EmulatedLink(spec).shape(device));
  const link = await meter.first(AbortSignal.timeout(10_000));
  meter.close();
  return link;
}

for (const name of ["wifi", "3g"]) {
  Deno.test(`LinkMeter measures what EmulatedLink ${name} is set to`, () =>
    inThreeTries(async () => {
      const spec = NAMED_LINKS[name]!;
      const link = await measured(spec);
      near(link.rttMs, spec.rttMs, 0.05, 1.5);
      near(link.upBytesPerSecond, spec.upBytesPerSecond, 0.15);
      near(link.downBytesPerSecond, spec.downBytesPerSecond, 0.15);
    }));
}

Deno.test("LinkMeter takes EmulatedLink wifi-now for a fast and near one, and not for a faster one than it is", () =>
  inThreeTries(async () => {
    const spec = NAMED_LINKS["wifi-now"]!;
    const { rttMs, upBytesPerSecond, downBytesPerSecond } = await measured(spec);
    ok(rttMs < 4 * spec.rttMs, `${rttMs} ms`);
    // A probe takes 5 ms of it: on a busy machine both ends, which are this process, are what is slow.
    for (const rate of [upBytesPerSecond, downBytesPerSecond]) {
      ok(rate > 0.2 * spec.upBytesPerSecond && rate < 1.4 * spec.upBytesPerSecond, `${rate} bytes a second`);
    }
  }));

/** Probes of one meter both ways, while a link that doesn't change is watched from its fifth second to its thirteenth. */
async function probesOf(isAway: boolean): Promise<number> {
  const [device, clone] = memoryChannelPair();
  answerLink(clone);
  const shaped = new EmulatedLink(NAMED_LINKS["wifi"]!).shape(device);
  let probes = 0;
  const counting: Channel = {
    start: (sink) => shaped.start(sink),
    write(frame) {
      // The last piece of a train (kind 3), or what asks for one (kind 5).
      if (frame[4] === 5 || frame[4] === 3 && frame.subarray(5, 9).every((byte) => byte === 0)) probes++;
      return shaped.write(frame);
    },
    close: () => shaped.close(),
    abort: (reason) => shaped.abort(reason),
  };
  const meter = new LinkMeter(counting, () => {}, { isAway: () => isAway });
  await meter.first(AbortSignal.timeout(10_000));
  meter.watch();
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  const before = probes;
  await new Promise((resolve) => setTimeout(resolve, 8_000));
  meter.close();
  return probes - before;
}

Deno.test("LinkMeter probes a steady link one way at a time, and seldom while a thread is away", () =>
  inThreeTries(async () => {
    const [usual, away] = await Promise.all([probesOf(false), probesOf(true)]);
    // Both ways every other second would be eight.
    ok(usual >= 3 && usual <= 5, `${usual} probes`);
    ok(away >= 1 && away <= 3, `${away} probes while a thread is away`);
  }));

Deno.test("answerLink() closes its end with the meter's: a connection has room for so many streams", async () => {
  const [device, clone] = memoryChannelPair();
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  answerLink({
    start: (sink) => clone.start(sink),
    write: (chunk) => clone.write(chunk),
    abort: (reason) => clone.abort(reason),
    close: () => {
      resolve();
      return clone.close();
    },
  });
  new LinkMeter(device).close();
  await closed;
});

Deno.test("EmulatedLink carries bulk at the link's bandwidth, in order", () =>
  inThreeTries(async () => {
    const spec = parseLink("rtt=20ms,up=20mbit,down=20mbit");
    const [device, clone] = memoryChannelPair();
    const bytes = 1_000_000;
    const start = performance.now();
    const { promise, resolve } = Promise.withResolvers<void>();
    const seen: Uint8Array[] = [];
    clone.start({ data: (chunk) => void seen.push(chunk), end: () => resolve() });
    const sent = Uint8Array.from({ length: bytes }, (_, i) => i & 255);
    const shaped = new EmulatedLink(spec).shape(device);
    for (let at = 0; at < bytes; at += 10_000) await shaped.write(sent.subarray(at, at + 10_000));
    await shaped.close();
    await promise;
    const [took, wanted] = [performance.now() - start, 10 + bytes / spec.upBytesPerSecond * 1000];
    equal(Buffer.compare(Buffer.concat(seen), sent), 0);
    // A busy machine makes it longer.
    ok(took > 0.92 * wanted && took < 4 * wanted, `${took} ms, not ${wanted}`);
  }));

Deno.test("calibrate() measures units a millisecond, and stops in time on a slow machine", () => {
  ok(calibrate() > 0);
  let now = 0;
  near(calibrate(() => now += 20, () => () => 1), 1 / 20, 0.01);
});
