import { deepEqual as assertEquals, equal } from "node:assert/strict";
import { undisturbed, undisturbedShare } from "./undisturbed.ts";

Deno.test("undisturbedShare() goes by what processors worked, where it is known how fast they do alone", () => {
  // A device 10 times slower: 0.87 s of work would have taken 8.1 s.
  equal(undisturbedShare(10_800, { cpuMs: 870 }, { perCpuMs: 9.3 }).toFixed(2), "0.75");
  equal(undisturbedShare(8000, { cpuMs: 870 }, { perCpuMs: 9.3 }), 1, "not more than passed");
  for (const [cpuMs, perCpuMs] of [[undefined, 9.3], [870, undefined]]) {
    const report = cpuMs === undefined ? {} : { cpuMs }, starts = perCpuMs === undefined ? {} : { perCpuMs };
    equal(undisturbedShare(10_800, report, starts), 1);
  }
});

Deno.test("undisturbed() shortens the profile of a run that stayed", () => {
  const node = { id: 1, callFrame: { functionName: "f", url: "", lineNumber: 0, columnNumber: 0 } };
  const profile = {
    ...{ nodes: [node], startTime: 100, endTime: 2_000_100, samples: [1, 1] },
    timeDeltas: [0, 1_000_000],
  };
  const report = { profile, cpuMs: 100, migrated: {} }, starts = { runs: [], perCpuMs: 10 };
  const { endTime, timeDeltas } = undisturbed(report, starts).profile;
  assertEquals([endTime, timeDeltas], [1_000_100, [0, 500_000]]);
  const away = { ...report, migrated: { m: { invocations: 1, cloneMs: 1, upBytes: 1, downBytes: 1 } } };
  equal(undisturbed(away, starts), away, "it waited for the clone");
  equal(undisturbed(report, undefined), report);
});
