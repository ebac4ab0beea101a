import assert from "node:assert/strict";
import { peakOf } from "./capture_peak.ts";

const ignore = Deno.build.os !== "linux";

for (const workload of ["64 MiB of typed arrays", "20 MB of strings"]) {
  Deno.test(`capture() takes at most three times the packet for ${workload}`, { ignore }, () => {
    const { peakBytes, packetBytes } = peakOf(workload);
    assert(packetBytes > 19_000_000);
    assert(peakBytes >= packetBytes, "the packet is part of it");
    assert(peakBytes <= 3 * packetBytes, `${peakBytes} bytes for a packet of ${packetBytes}`);
  });
}

Deno.test("capture() takes at most 200 bytes for each of a million small objects", { ignore }, () => {
  const { peakBytes } = peakOf("a template of 1,000,000 objects");
  assert(peakBytes <= 200e6, `${peakBytes} bytes`);
});
