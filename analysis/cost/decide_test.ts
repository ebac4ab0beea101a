import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { type MethodId, methodId } from "../../runtime/mod.ts";
import { DEFAULT_OVERHEADS } from "./constants.ts";
import { Decider } from "./decide.ts";
import { away, decider, light, profile, scan, watched, WIFI } from "./decide_fixtures.ts";
import { deciderModel } from "./decider_model.ts";
import { SizeModel } from "./size_model.ts";

Deno.test("Decider.decide() compares by the size at hand: small invocations stay, large ones go", () => {
  const it = decider();
  const [small, large] = [it.decide(scan, [5, 3]), decider().decide(scan, [5000, 3])];
  assertEquals([small.migrate, small.reason], [false, "does not pay"]);
  assertEquals([large.migrate, large.reason], [true, "worth a try"]);
  assert(Math.abs(large.hereMs - 5002) < 1, `${large.hereMs}`);
  it.observe(scan, away(5000));
  assertEquals(it.decide(scan, [5000, 3]).reason, "pays");
});

Deno.test("Decider.decide() without a clone, for an unknown method, forced and pinned", () => {
  const it = decider({ forced: [light], home: [scan] });
  assertEquals([it.decide(light, []).reason, it.decide(scan, [9e9]).reason], ["forced", "home by partition"]);
  assertEquals(it.decide(methodId("b.ts#x"), []).migrate, false);
  it.setConditions(undefined);
  assertEquals([it.decide(light, []).migrate, it.decide(light, []).reason], [false, "no clone"]);
});

Deno.test("Decider.decide() runs a method of unknown time here first", () => {
  const it = decider({ chosen: [light] });
  const first = it.decide(light, [1]);
  assertEquals([first.migrate, first.reason], [false, "time not known yet"]);
  it.observe(light, { where: "here", ms: 5000, features: [1] });
  assertEquals(it.decide(light, [1]).reason, "worth a try");
});

Deno.test("Decider.observe() corrects a sampler's guess by what the clone took", () => {
  const guess = { ...profile([3000]), source: "samples" as const };
  for (const node of guess.onDevice.nodes) node.counted = false;
  const it = decider({ executions: [guess] });
  assert(it.decide(scan, []).migrate, "3 s in one run of samples");
  // It was many light invocations: 1 ms each at the clone, 20 ms here.
  it.observe(scan, { ...away(0, 1), features: [] });
  assertEquals([it.decide(scan, []).migrate, it.decide(scan, []).hereMs], [false, 20]);
  it.observe(scan, { where: "here", ms: 25, features: [] });
  assertEquals([it.decide(scan, []).migrate, it.decide(scan, []).hereMs], [false, 25]);
});

Deno.test("Decider.observe() makes predictions of migrations that cost more than the model says", () => {
  const it = decider();
  const before = it.decide(scan, [100, 3]).thereMs;
  const slow = { ...away(100), totalMs: 400 };
  for (let i = 0; i < 10; i++) it.observe(scan, slow);
  const { thereMs } = it.decide(scan, [100, 3]);
  assert(thereMs > before && Math.abs(thereMs - 400) < 160, `${before} → ${thereMs}`);
});

Deno.test("Decider.observe() takes one migration to a busy clone for little, and a clone that stays busy for what it is", () => {
  const it = decider();
  const { workMs } = it.decide(scan, [1000, 3]);
  const busy = { ...away(1000, 10 * workMs), cloneCpuMs: workMs };
  it.observe(scan, busy);
  const once = it.decide(scan, [1000, 3]);
  assertEquals([once.migrate, once.workMs < 2 * workMs], [true, true], JSON.stringify(once));
  const other = decider();
  other.observe(scan, away(1000, 10 * workMs));
  assert(other.decide(scan, [1000, 3]).workMs > 4 * workMs, "a clone that doesn't tell is believed");
  for (let i = 0; i < 10; i++) it.observe(scan, busy);
  assert(it.decide(scan, [1000, 3]).workMs > 3 * workMs, "it is no accident");
  const stored = new Decider(JSON.parse(JSON.stringify(it)));
  assertEquals(stored.decide(scan, [1000, 3]).workMs, it.decide(scan, [1000, 3]).workMs);
  for (let i = 0; i < 20; i++) it.observe(scan, { ...away(1000, workMs), cloneCpuMs: workMs });
  assert(it.decide(scan, [1000, 3]).workMs < 1.1 * workMs, "it has time again");
});

Deno.test("Decider.decide() keeps its side when the difference is small", () => {
  const it = decider();
  it.observe(scan, away(1000));
  assert(it.decide(scan, [1000, 3]).migrate);
  // Break-even lies near 75: a little below it stays away, far below it comes home; then a little above stays home.
  assertEquals(it.decide(scan, [74, 3]).reason, "not clear enough to change sides");
  assertEquals(it.decide(scan, [20, 3]).migrate, false);
  assertEquals([it.decide(scan, [82, 3]).migrate, it.decide(scan, [300, 3]).migrate], [false, true]);
});

Deno.test("Decider.observe() stays home after failures, longer each time, and for good after a refusal", () => {
  const it = decider();
  it.observe(scan, { where: "failed", permanent: false });
  const reasons = Array.from({ length: 5 }, () => it.decide(scan, [5000, 3]).reason);
  assertEquals(reasons.map((reason) => reason === "failed before"), [true, true, true, true, false]);
  it.observe(scan, { where: "failed", permanent: true });
  const next = new Decider(JSON.parse(JSON.stringify(it)));
  assertEquals(next.decide(scan, [5000, 3]).reason, "refused before");
});

Deno.test("Decider.decide() weighs energy where that is the objective", () => {
  const power = { computeW: 1, waitW: 0.9, migrateW: 20 };
  const it = decider({ power });
  it.observe(scan, away(1000));
  // 1 s here is 1 J; 75 ms of migrating at 20 W are 1.5 J.
  assertEquals([it.decide(scan, [1000, 3]).migrate, it.decide(scan, [5000, 3]).migrate], [false, true]);
});

Deno.test("Decider.decide() takes less than a microsecond and survives a round trip through JSON", () => {
  const it = decider();
  it.observe(scan, away(1000));
  const features = [1000, 3];
  const time = () => {
    const started = performance.now();
    for (let i = 0; i < 1000; i++) it.decide(scan, features);
    return (performance.now() - started) * 1000;
  };
  // The best of many short stretches: whatever else runs on this machine interrupts some, not all.
  const ns = Math.min(...Array.from({ length: 300 }, time));
  console.log(`  ${ns.toFixed(0)} ns a decision`);
  assert(ns < 1000, `${ns} ns`);
  const next = new Decider(JSON.parse(JSON.stringify(it)));
  assertEquals(next.decide(scan, features).thereMs, it.decide(scan, features).thereMs);
});

Deno.test("Decider.observe() counts the link's time for files that the clone lacks, and for questions", () => {
  const it = decider();
  // 825,000 bytes are a second of WIFI; two questions are two round trips.
  const files = { faults: 2, fileBytes: 825_000 };
  it.observe(scan, { ...away(1000), ...files, totalMs: away(1000).totalMs + 1138, waitedMs: 1138 });
  const cold = it.decide(scan, [1000, 3]);
  assert(Math.abs(cold.filesMs - 1138) < 1, `${cold.filesMs}`);
  assert(Math.abs(cold.thereMs - away(1000).totalMs - 1138) < 60, `${cold.thereMs}`);
  for (let i = 0; i < 30; i++) {
    it.observe(scan, {
      ...away(1000),
      faults: 2,
      fileBytes: 0,
      totalMs: away(1000).totalMs + 138,
      waitedMs: 138,
    });
  }
  const synced = it.decide(scan, [1000, 3]);
  assert(Math.abs(synced.filesMs - 138) < 60, `${synced.filesMs}`);
});

Deno.test("Decider.decide() shares a session's first cost among the invocations that a run has", () => {
  const first = decider();
  for (let i = 0; i < 4; i++) first.decide(scan, [100, 3]);
  first.observe(scan, away(100));
  first.observe(scan, { ...away(100), cold: true, totalMs: away(100).totalMs + 2000 });
  const next = new Decider(JSON.parse(JSON.stringify(first)));
  const { coldMs, thereMs, reason } = next.decide(scan, [100, 3]);
  // The profile says 3 invocations a run, this run had 4: 3.3 share it.
  assert(Math.abs(coldMs - 182) < 6 && thereMs > 182, `${coldMs} ${thereMs}`);
  assertEquals(reason, "does not pay");
  assertEquals(next.decide(scan, [3000, 3]).reason, "pays");
  next.observe(scan, away(1000));
  assertEquals(next.decide(scan, [1000, 3]).coldMs, 0);
});

Deno.test("Decider.observe() believes a first migration that costs less on top sooner than one that costs more", () => {
  const it = decider();
  const opened = (extraMs: number) => {
    it.decide(scan, [100, 3]);
    it.observe(scan, { ...away(100), cold: true, totalMs: away(100).totalMs + extraMs });
    return it.toJSON().methods[scan]!.coldMs!;
  };
  it.observe(scan, away(100));
  const first = opened(2000), less = opened(300), more = opened(2000);
  assert(Math.abs(first - 600) < 20, `a later session's first ships no code: ${first}`);
  assert(Math.abs(less - 420) < 20, `${less}`);
  assert(Math.abs(more - 894) < 30, `${more}`);
});

Deno.test("Decider.decide() counts an invocation once that is decided for again when a session has opened", () => {
  const it = decider({ executions: [watched(1000, 100)] });
  it.decide(scan, [1, 1000, 0], true);
  it.decide(scan, [1, 1000, 0], true, true);
  assertEquals(it.toJSON().methods[scan]!.perRun, 1);
});

Deno.test("Decider.decide() stops migrating once that has cost the run a twentieth of its time", () => {
  let now = 0;
  const it = new Decider(JSON.parse(JSON.stringify(decider())), { now: () => now });
  const reasons: string[] = [];
  for (let i = 0; i < 40; i++) {
    const { migrate, reason } = it.decide(scan, [1000, 3]);
    reasons.push(reason);
    // The clone claims to be fast, and takes three times as long as the device would.
    now += migrate ? 3000 : 1002;
    if (migrate) it.observe(scan, { ...away(1000), totalMs: 3000 });
  }
  const migrations = reasons.filter((reason) => reason === "worth a try" || reason === "pays").length;
  assert(migrations <= 3, reasons.join("\n"));
  assert(reasons.includes("migrations have cost more than they saved") || reasons.includes("does not pay"));
});

Deno.test("Decider.setConditions() takes the partition of the database that is best there, without flapping", () => {
  const regions = [
    { migrate: [scan], cost: [100, 1, 0, 0, 0] as const },
    { migrate: [light], cost: [200, 0, 0, 0, 0] as const },
  ];
  const it = decider({ regions, conditions: { ...WIFI, rttMs: 20 } });
  const roles = () => Object.values(it.toJSON().methods).map(({ role }) => role);
  assertEquals(roles(), ["chosen", "elsewhere"]);
  it.setConditions({ ...WIFI, rttMs: 110 });
  assertEquals(roles(), ["chosen", "elsewhere"]);
  it.setConditions({ ...WIFI, rttMs: 400 });
  assertEquals(roles(), ["elsewhere", "chosen"]);
  it.setConditions({ ...WIFI, rttMs: 90 });
  assertEquals(roles(), ["elsewhere", "chosen"]);
  it.setConditions({ ...WIFI, rttMs: 20 });
  assertEquals(roles(), ["chosen", "elsewhere"]);
});

Deno.test("Decider.decide() lets what is called once a run grow with the run's bytes, from one size that was seen", () => {
  const first = decider({ executions: [watched(1000, 100)] });
  for (const [bytes, here] of [[1000, 100], [4000, 400], [10_000, 1000], [1e9, 1600]] as const) {
    const { hereMs, workMs } = first.decide(scan, [1, bytes, 0], true);
    assert(Math.abs(hereMs - here) < 1, `${bytes}: ${hereMs}`);
    assert(Math.abs(workMs - here / 20) < 1, `${bytes}: ${workMs}`);
  }
  // Not so what is called often: then the run's bytes say nothing of one call.
  const often = watched(1000, 100);
  Object.assign(often.onDevice.nodes[1]!, { counted: true, invocations: 10 });
  assertEquals(Math.round(decider({ executions: [often] }).decide(scan, [1, 10_000, 0, 5]).hereMs), 10);
});

// What runs teach, and what is asked then: a method that takes `ms(x)` here and a twentieth of that at the clone. First a watched
// run, then such in which it migrates; x is the bytes of the run's files, or the size of an argument.
const PROGRAMS: readonly {
  readonly name: string;
  readonly ms: (x: number) => number;
  readonly by: "bytes" | "argument";
  /** Of a watched run, and of those that follow. */
  readonly learn: readonly [number, ...number[]];
  readonly ask: readonly number[];
}[] = [
  { name: "linear", ms: (x) => x / 10, by: "bytes", learn: [1e5, 2e5], ask: [1e5, 1.5e5, 4e5, 16e5] },
  { name: "linear, sizes alike", ms: (x) => x / 10, by: "bytes", learn: [1e5, 1.01e5], ask: [4e5, 16e5] },
  { name: "linear, smaller", ms: (x) => x / 10, by: "bytes", learn: [16e5, 4e5], ask: [1e5, 8e5, 16e5] },
  { name: "getting warm", ms: (x) => 3000 + x / 10, by: "bytes", learn: [1e5, 2e5], ask: [1e5, 4e5, 16e5] },
  { name: "constant", ms: () => 9000, by: "bytes", learn: [1e5, 3e5], ask: [1e5, 4e5, 16e5] },
  { name: "quadratic", ms: (x) => x * x / 1e6, by: "bytes", learn: [1e5, 2e5, 4e5, 3e5], ask: [2e5, 16e5] },
  {
    name: "by array length",
    ms: (x) => 500 + x,
    by: "argument",
    learn: [1000, 4000],
    ask: [1000, 2000, 16_000],
  },
  {
    name: "pairs of an array",
    ms: (x) => x * x / 500,
    by: "argument",
    learn: [1000, 3000, 6000, 2000],
    ask: [3000, 16_000],
  },
];

for (const { name, ms, by, learn, ask } of PROGRAMS) {
  Deno.test(`SizeModel still knows other sizes after a hundred runs of one: ${name}`, () => {
    const model = new SizeModel();
    const sizes = (x: number) => by === "bytes" ? [1, x, 0] : [1, 5000, 0, x];
    for (const x of learn) model.add(sizes(x), { y: ms(x) });
    const [before, again] = [ask.map((x) => model.at(sizes(x))), learn.at(-1)!];
    // A few percent of noise.
    for (let i = 0; i < 100; i++) model.add(sizes(again), { y: ms(again) * (1 + 0.04 * Math.sin(i * i)) });
    const restored = new SizeModel(JSON.parse(JSON.stringify(model.sums)));
    for (const [i, x] of ask.entries()) {
      const [after, wanted] = [restored.at(sizes(x)), before[i]!];
      assert(Math.abs(after - wanted) < 0.25 * wanted, `${x}: ${after} instead of ${wanted}`);
    }
  });

  Deno.test(`Decider.decide() predicts work within 25 % on either side, on inputs never seen: ${name}`, () => {
    const sizes = (x: number) => by === "bytes" ? [1, x, 0] : [1, 5000, 0, x];
    // A few percent of noise, and the clone a little faster at this than its speed says.
    const first = watched(learn[0], ms(learn[0]) * 1.03);
    Object.assign(first, { features: sizes(learn[0]).slice(0, 3) });
    Object.assign(first.onDevice.nodes[1]!, { counted: true, invocations: 1 });
    const run1 = decider({ executions: [first] });
    // An argument's size shows only where there is a migration point: a run that stays for once.
    if (by === "argument") {
      run1.observe(scan, { where: "here", ms: ms(learn[0]) * 1.03, features: sizes(learn[0]) });
    }
    for (const x of learn.slice(1)) {
      run1.decide(scan, sizes(x), by === "bytes");
      run1.observe(scan, { ...away(0, ms(x) / 20 * 0.97), features: sizes(x) });
    }
    const next = decider({ executions: [first], learned: JSON.parse(JSON.stringify(run1)) });
    for (const x of ask) {
      const { hereMs, workMs } = next.decide(scan, sizes(x), by === "bytes");
      const real = ms(x);
      assert(Math.abs(hereMs - real) < real / 4, `${x}: ${hereMs} here instead of ${real}`);
      assert(Math.abs(workMs - real / 20) < real / 80, `${x}: ${workMs} there instead of ${real / 20}`);
    }
  });
}

Deno.test("Decider.decide() expects a session's first migration to cost more where processes start slowly", () => {
  const model = decider({ executions: [profile([1500])] }).toJSON();
  const of = (startMs: number) => new Decider(JSON.parse(JSON.stringify(model)), { startMs });
  assertEquals(of(100).decide(scan, [0, 0, 0, 1500, 3]).reason, "worth a try");
  assertEquals(of(3000).decide(scan, [0, 0, 0, 1500, 3]).reason, "does not pay");
  const it = of(3000);
  it.observe(scan, { ...away(1500), features: [0, 0, 0, 1500, 3] });
  // Now one has migrated in this session.
  assertEquals(it.decide(scan, [0, 0, 0, 1500, 3]).reason, "pays");
});

Deno.test("Decider.decide() expects a run's files to be asked for until a migration has shown which are", () => {
  const opened = () => {
    const it = decider();
    it.setConditions(WIFI);
    return it;
  };
  const it = opened();
  const bytes = 400_000, run = [40, bytes, 0];
  const { filesMs } = it.decide(scan, run, true);
  // What they are, and what is in the first one: the others come unasked.
  assert(Math.abs(filesMs - (2 * 69 + 1000 * bytes / 825_000)) < 1, `${filesMs}`);
  it.observe(scan, { ...away(100), features: run, faults: 2, fileBytes: 0 });
  assertEquals(Math.round(it.decide(scan, run, true).filesMs), 2 * 69);
  const shared = opened().decide(scan, [...run, 5, 3]).filesMs;
  assert(Math.abs(shared - filesMs / 3) < 1, `${shared}: one of three invocations with arguments`);
  assertEquals(opened().decide(scan, [40, 0, 7, 5, 3]).filesMs, 0, "arguments that are no files");
});

Deno.test("Decider.observe() takes a clone that has other work for slow, not what it did for more work here", () => {
  const first = watched(1e5, 10_000);
  Object.assign(first.onDevice.nodes[1]!, { counted: true, invocations: 1 });
  const it = decider({ executions: [first] });
  // Three times as long as its speed says.
  for (const bytes of [4e5, 4e5, 2e5]) {
    it.decide(scan, [1, bytes, 0], true);
    it.observe(scan, { ...away(0, 3 * bytes / 10 / 20), features: [1, bytes, 0] });
    const { hereMs, workMs } = it.decide(scan, [1, 4e5, 0], true);
    assert(hereMs > 36_000 && hereMs < 62_000, `${hereMs}`);
    assert(workMs > 5000 && workMs < 7000, `${workMs}`);
  }
});

Deno.test("Decider.expectClone() decides by what was measured last, while nobody is in reach", () => {
  const it = decider();
  it.setConditions({ ...WIFI, cloneSpeed: 10 });
  it.setConditions(undefined);
  assertEquals(it.decide(scan, [5000, 3]).reason, "no clone");
  it.expectClone();
  const { migrate, workMs } = it.decide(scan, [5000, 3]);
  assertEquals([migrate, Math.round(workMs)], [true, 500]);
  // A later run starts from the link that was measured, also if it was lost at the end.
  it.setConditions(undefined);
  assertEquals(it.toJSON().conditions.cloneSpeed, 10);
});

Deno.test("Decider.decide() says how long a clone may keep a thread at most, once it knows what migrations take", () => {
  const it = decider();
  const longest = () => it.decide(scan, [100_000, 3]).longestMs;
  it.observe(scan, away(1000));
  it.observe(scan, away(2000));
  assertEquals(longest(), undefined);
  it.observe(scan, away(3000));
  const { hereMs, thereMs, longestMs } = it.decide(scan, [100_000, 3]);
  assert(
    hereMs > 90_000 && thereMs > 4900 && longestMs! >= hereMs && longestMs! < 1.5 * hereMs,
    `${longestMs}`,
  );
  // Clones that have other things to do at times are given the time for it, for as long as that is remembered.
  it.observe(scan, { ...away(1000), totalMs: 20 * away(1000).totalMs });
  assert(longest()! > 8 * hereMs / 2, `${longest()}`);
  const next = new Decider(JSON.parse(JSON.stringify(it)));
  assertEquals(next.decide(scan, [100_000, 3]).longestMs, it.decide(scan, [100_000, 3]).longestMs);
  for (let i = 0; i < 60; i++) it.observe(scan, away(1000));
  assert(longest()! < 1.5 * hereMs, `${longest()}`);
});

Deno.test("Decider.decide() expects the clone to have all files until a session tells", () => {
  const known = decider();
  known.setConditions(WIFI, 0.25);
  const next = () => new Decider(JSON.parse(JSON.stringify(known)));
  const files = (it: Decider) => it.decide(scan, [2, 8_250_000, 0], true).filesMs;
  assert(Math.abs(files(next()) - 2 * 69) < 1, "whatever the last run's lacked");
  const unknown = next();
  unknown.setConditions(WIFI);
  assert(Math.abs(files(unknown) - 10_000 - 2 * 69) < 1, "nobody knows: it may lack all");
  const it = next();
  it.setConditions(WIFI, 0.5);
  assert(Math.abs(files(it) - 5000 - 2 * 69) < 1, "half of it");
  it.setConditions(undefined);
  it.expectClone();
  assert(Math.abs(files(it) - 5000 - 2 * 69) < 1, "as it was before the clone was lost");
  const model = deciderModel({
    ...{ executions: [], candidates: [scan], chosen: [scan], overheads: DEFAULT_OVERHEADS },
    ...{ conditions: WIFI, learned: known.toJSON() },
  });
  const planned = new Decider(model);
  planned.setConditions(undefined);
  planned.expectClone();
  assert(Math.abs(files(planned) - 2500 - 2 * 69) < 1, "also when a plan was made meanwhile");
});

Deno.test("Decider.setConditions() knows what the clone has: only the rest of what was read crosses the link", () => {
  const it = decider();
  const bytes = 825_000, run = [2, bytes, 0];
  const files = (lacking?: number) => {
    it.setConditions(WIFI, lacking);
    return Math.round(it.decide(scan, run, true).filesMs);
  };
  assertEquals([files(1), files(0.5), files(0), files()], [1138, 638, 138, 1138], "before any has migrated");
  // All of it was there: nothing crossed the link.
  it.observe(scan, { ...away(1000), features: run, faults: 2, fileBytes: 0, readBytes: bytes });
  assertEquals(
    [files(), files(1), files(0.5), files(0)],
    [138, 1138, 638, 138],
    "one that found all files there",
  );
  const next = new Decider(JSON.parse(JSON.stringify(it)));
  next.setConditions(WIFI, 1);
  assertEquals(Math.round(next.decide(scan, [2, 2 * bytes, 0], true).filesMs), 2138, "twice as much to read");
});

Deno.test("Decider.observe() learns for how much of the time that files travel the clone has work", () => {
  const it = decider();
  const bytes = 825_000, run = [2, bytes, 0];
  it.setConditions(WIFI, 1);
  const read = { ...away(1000), features: run, faults: 2, fileBytes: bytes, readBytes: bytes };
  const files = () => Math.round(it.decide(scan, run, true).filesMs);
  it.observe(scan, { ...read, waitedMs: 1_138 });
  assertEquals(files(), 1138, "it waited for all of it");
  for (let i = 0; i < 30; i++) it.observe(scan, { ...read, waitedMs: 338 });
  const overlapped = files();
  assert(Math.abs(overlapped - 338) < 10, `a fifth of it: ${overlapped}`);
  it.observe(scan, { ...read, waitedMs: 140, fileBytes: 100 });
  const later = new Decider(JSON.parse(JSON.stringify(it)));
  later.setConditions(WIFI, 1);
  const few = files();
  assert(few > overlapped / 2, `so little says nothing of the rest: ${few}`);
  assertEquals(Math.round(later.decide(scan, run, true).filesMs), few);
});

Deno.test("Decider.decide() tries nothing unknown that is all of a run where what it is part of was weighed and stays", () => {
  const whole = methodId("a.ts#whole"), part = methodId("a.ts#part");
  const known = (method: MethodId, bytes: number) => {
    const execution = profile([3000], method);
    const state = { n: bytes > 0 ? 1 : 0, mean: bytes, squares: 0 };
    Object.assign(execution.onDevice.nodes[1]!, { features: [], entryBytes: state, exitBytes: state });
    return execution;
  };
  const model = (chosen: MethodId[]) =>
    deciderModel({
      ...{ executions: [known(whole, 5_000_000), known(part, 0)], candidates: [whole, part], chosen },
      ...{ conditions: WIFI, overheads: DEFAULT_OVERHEADS },
    });
  const it = new Decider(model([whole]));
  assertEquals(it.decide(whole, [0, 0, 0], true).reason, "does not pay", "its state is known");
  assertEquals(it.decide(part, [0, 0, 0, 9]).reason, "does not pay", "it may bring back anything");
  assertEquals(it.decide(part, [0, 0, 0, 9]).reason, "worth a try", "now it is half of what is at stake");
  const shares = model([whole]);
  const withShares = (ofPart: number) => {
    const methods = Object.fromEntries(
      [[whole, 0.9], [part, ofPart]].map(([id, share]) => [id, { ...shares.methods[id as string]!, share }]),
    );
    const other = new Decider({ ...shares, methods } as typeof shares);
    other.decide(whole, [0, 0, 0], true);
    other.decide(part, [0, 0, 0, 9]);
    return other.decide(part, [0, 0, 0, 9]).reason;
  };
  assertEquals(
    [withShares(0.8), withShares(0.3)],
    ["does not pay", "worth a try"],
    "most of it is as good as all",
  );
  assertEquals(new Decider(model([part])).decide(part, [0, 0, 0, 9]).reason, "worth a try", "it was chosen");
});

Deno.test("Decider.decide() says of a migration what all that is still expected of its method takes here", () => {
  const it = decider();
  const { migrate, hereMs, stakeMs } = it.decide(scan, [1000, 3]);
  assert(migrate && stakeMs! >= hereMs, `${migrate} ${hereMs} ${stakeMs}`);
  it.setConditions(undefined);
  assertEquals(it.decide(scan, [1000, 3]).stakeMs, undefined);
});

Deno.test("Decider.decide() goes on after a first migration that was dear by what only that one takes", () => {
  // A document of which five versions are rendered a run, so far: this one has twenty. The clone lacked the code.
  let now = 11_000;
  const it = new Decider(JSON.parse(JSON.stringify(decider())), { now: () => now });
  it.decide(scan, [1000, 3]);
  now += 8200;
  it.observe(scan, { ...away(1000), totalMs: 8200, cold: true });
  assertEquals(it.decide(scan, [1000, 3]).reason, "pays");
  // But not where the work itself takes longer there.
  const slow = new Decider(JSON.parse(JSON.stringify(decider())), { now: () => now });
  slow.decide(scan, [1000, 3]);
  now += 8200;
  slow.observe(scan, { ...away(1000, 8000), totalMs: 8200, cold: true });
  assertEquals(slow.decide(scan, [1000, 3]).migrate, false);
});
