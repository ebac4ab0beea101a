import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { Decider } from "./decide.ts";
import { away, decider, light, profile, scan, watched } from "./decide_fixtures.ts";
import { emptySizeSums } from "./size_model.ts";
import { TwoSides } from "./two_sides.ts";

Deno.test("deciderModel() takes times here from runs where the method stayed, over as many invocations as were counted", () => {
  const sampled = (ms: number, more: { counted: boolean; invocations: number; migrated?: boolean }) => {
    const execution = { ...profile([ms]), source: "samples" as const };
    const node = execution.onDevice.nodes[1]!;
    Object.assign(node, { counted: more.counted, invocations: more.invocations, features: [] });
    if (more.migrated !== true) Object.assign(node, { entryBytes: { n: 0, mean: 0, squares: 0 } });
    return execution;
  };
  // 1 s that samples saw as one call; then 4 calls were counted, whose 8 s are what a clone's time was taken for.
  const executions = [
    sampled(998, { counted: false, invocations: 1 }),
    sampled(7998, { counted: true, invocations: 4, migrated: true }),
  ];
  const first = decider({ executions });
  assertEquals(Math.round(first.decide(scan, []).hereMs), 250);
  // What a run learned of the clone stays; it knew nothing better of the device.
  const learned = new Decider(JSON.parse(JSON.stringify(decider({ executions: [executions[0]!] }))));
  learned.observe(scan, { ...away(0, 10), features: [] });
  const next = decider({ executions, learned: learned.toJSON() });
  const { hereMs, workMs } = next.decide(scan, []);
  assertEquals([Math.round(hereMs), Math.round(workMs)], [250, 10]);
});

Deno.test("Decider.ended() learns what an invocation that stayed took, both ways, from the length of the run", () => {
  const input = [1, 1000, 0];
  const run = (
    learned: Decider | undefined,
    { before, ms, after }: Record<"before" | "ms" | "after", number>,
  ) => {
    let now = 0;
    const executions = [watched(1000, 900, 100)];
    Object.assign(executions[0]!.onDevice.nodes[1]!, { counted: true });
    const model = decider({ executions, ...(learned && { learned: learned.toJSON() }) }).toJSON();
    const it = new Decider(JSON.parse(JSON.stringify(model)), { now: () => now });
    it.setConditions(undefined);
    now += before;
    const thought = it.decide(scan, input, true).hereMs;
    now += ms + after;
    it.ended();
    return { it, thought };
  };
  const here = (it: Decider) => Math.round(it.decide(scan, input, true).hereMs);
  const thought = run(undefined, { before: 50, ms: 900, after: 50 });
  assertEquals(Math.round(thought.thought), 900);
  // It is nine tenths of a run: as it was thought.
  assertEquals(here(thought.it), 900);
  const dearer = run(undefined, { before: 100, ms: 1700, after: 100 });
  assert(here(dearer.it) > 1250 && here(dearer.it) < 1450, `${here(dearer.it)}`);
  const again = run(run(dearer.it, { before: 100, ms: 1700, after: 100 }).it, {
    before: 100,
    ms: 1700,
    after: 100,
  });
  assert(here(again.it) > 1500 && here(again.it) < 1750, `${here(again.it)}`);
  const cheaper = run(undefined, { before: 30, ms: 500, after: 30 });
  assert(here(cheaper.it) < 750, `${here(cheaper.it)}`);
});

Deno.test("Decider.passed() counts invocations that weren't asked about like those before", () => {
  const learned = (asked: number) => {
    let now = 0;
    const executions = [{ ...profile(new Array(10).fill(58)), features: [0, 0, 0], idleMs: 0 }];
    const it = new Decider(JSON.parse(JSON.stringify(decider({ executions }))), { now: () => now });
    it.setConditions(undefined);
    for (let i = 0; i < 10; i++) {
      if (i < asked) assertEquals(it.decide(scan, [58, 3]).likewise, true);
      else it.passed(scan, 1);
      now += 100;
    }
    it.ended();
    return it.toJSON().methods[scan];
  };
  const all = learned(10);
  assertEquals(learned(1), all);
  assertEquals(learned(5), all);
});

Deno.test("Decider.ended() says nothing of what takes longer because the app waits, or something migrated", () => {
  const idle = { ...watched(1000, 900, 100), idleMs: 5000 };
  Object.assign(idle.onDevice.nodes[1]!, { counted: true });
  for (const migrates of [false, true]) {
    let now = 0;
    const it = new Decider(decider({ executions: [migrates ? { ...idle, idleMs: 0 } : idle] }).toJSON(), {
      now: () => now,
    });
    it.setConditions(undefined);
    it.decide(scan, [1, 1000, 0], true);
    if (migrates) it.observe(light, { where: "failed", permanent: false });
    now += 60_000;
    it.ended();
    assertEquals(Math.round(it.decide(scan, [1, 1000, 0], true).hereMs), 900, `${migrates}`);
  }
});

Deno.test("Decider.decide() lets a run that takes longer than was thought migrate the next invocation", () => {
  let now = 0;
  // Ten invocations of 60 ms, which are all of a run: not worth a round trip each.
  const executions = [{ ...profile(new Array(10).fill(58)), features: [0, 0, 0], idleMs: 0 }];
  const it = new Decider(JSON.parse(JSON.stringify(decider({ executions }))), { now: () => now });
  const take = (ms: number) => {
    const { migrate, hereMs } = it.decide(scan, [58, 3]);
    now += ms;
    return { migrate, hereMs: Math.round(hereMs) };
  };
  assertEquals(take(60), { migrate: false, hereMs: 60 });
  assertEquals(take(60), { migrate: false, hereMs: 60 }, "as was thought");
  assertEquals(take(240).migrate, false, "nobody knows yet");
  assertEquals(take(240).migrate, false);
  const { migrate, hereMs } = take(0);
  assert(migrate && hereMs > 100, `${hereMs} ms: it takes four times as long as was thought`);
});

Deno.test("Decider.ranAlone() learns what the only invocation of a run took that started plainly", () => {
  const it = decider({ executions: [watched(100_000, 1000)] });
  const here = (bytes: number) => Math.round(it.decide(scan, [1, bytes, 0], true).hereMs);
  assertEquals([here(100_000), here(400_000)], [1000, 4000]);
  it.ranAlone([1, 400_000, 0], 7000);
  assert(here(400_000) > 6000, `${here(400_000)}`);
});

Deno.test("Decider.decide() knows from one machine alone that time doesn't go by size", () => {
  const it = decider({ executions: [watched(100_000, 4000)] });
  const ask = (bytes: number) => it.decide(scan, [1, bytes, 0], true);
  assert(ask(300_000).hereMs > 11_000, "one size only");
  for (const bytes of [150_000, 250_000]) it.observe(scan, { ...away(0, 200), features: [1, bytes, 0] });
  assertEquals([ask(300_000).hereMs, ask(300_000).workMs].map(Math.round), [4000, 200]);
});

Deno.test("Decider.decide() believes that it takes no longer here than the clone says that saw such inputs", () => {
  const it = decider({ executions: [watched(100_000, 4000)] });
  it.observe(scan, { ...away(0, 200), features: [1, 250_000, 0] });
  const { hereMs } = it.decide(scan, [1, 250_000, 0], true);
  assert(hereMs <= 1.6 * 4000 + 1, `${hereMs} instead of 10,000`);
});

Deno.test("Decider.ended() takes off what others' work on the device took, where it is known how fast a processor works", () => {
  const took = (perCpuMs: number | undefined) => {
    const first = watched(1000, 900, 100);
    Object.assign(first.onDevice.nodes[1]!, { counted: true });
    const model = decider({ executions: [first] }).toJSON();
    let now = 0, cpuMs = 40;
    const it = new Decider({ ...model, ...(perCpuMs !== undefined && { perCpuMs }) }, {
      now: () => now,
      cpuMs: () => cpuMs,
    });
    it.setConditions(undefined);
    [now, cpuMs] = [100, 45];
    it.decide(scan, [1, 1000, 0], true);
    // Half of the time something else works.
    [now, cpuMs] = [1900, 135];
    it.ended();
    return Math.round(it.decide(scan, [1, 1000, 0], true).hereMs);
  };
  assert(took(undefined) > 1250, "all of it was the app's");
  assertEquals(took(10), 900);
  assertEquals(took(1000), took(undefined), "no more than passed");
});

Deno.test("deciderModel() keeps a profile's times of other sizes beside the only one that was observed", () => {
  const once = (bytes: number, ms: number) => {
    const execution = watched(bytes, ms);
    Object.assign(execution.onDevice.nodes[1]!, { counted: true });
    return execution;
  };
  const it = decider({ executions: [] });
  it.observe(scan, { where: "here", ms: 7000, features: [1, 4e5, 0] });
  const learned = it.toJSON();
  const here = (bytes: number) =>
    Math.round(
      decider({ executions: [once(1e5, 4000), once(4e5, 8000)], learned })
        .decide(scan, [1, bytes, 0], true).hereMs,
    );
  // Observed: 7 s of 400 kB, which in proportion are 1.75 s of 100. But 4 s of 100 kB were profiled.
  assertEquals([1e5, 4e5, 7e5].map(here), [4000, 7000, 10_000]);
});

Deno.test("TwoSides goes by the side that saw sizes far apart: noise tilts a line through near ones", () => {
  const sides = new TwoSides({ here: emptySizeSums(), there: emptySizeSums(), hereMeasured: true });
  for (const [ms, kb] of [[4437, 20], [4660, 27], [4437, 20]]) sides.ranHere(ms!, [1, 1000 * kb!, 0]);
  for (const [ms, kb] of [[400, 20], [404, 562]]) sides.ranThere(ms!, [1, 1000 * kb!, 0]);
  const hereMs = sides.hereAt([1, 1_788_000, 0], true);
  assert(hereMs > 2500 && hereMs < 6000, `${hereMs}`);
});
