import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import {
  appKey,
  Decider,
  planRun,
  ProfileStore,
  treeFromCpuProfile,
  treeFromTrace,
} from "../analysis/mod.ts";
import { type Conditions, methodId } from "../runtime/mod.ts";

const entry = fileURLToPath(new URL("../mod.ts", import.meta.url));
const main = methodId("app.ts#<main>"), scan = methodId("app.ts#scan"), menu = methodId("app.ts#menu");
const WIFI: Conditions = {
  rttMs: 69,
  upBytesPerSecond: 825_000,
  downBytesPerSecond: 825_000,
  cloneSpeed: 20,
  power: "battery",
};

/** One run: scan takes 8 s with 20 kB of state, menu asks the user. */
function profiled() {
  const onDevice = treeFromTrace([
    { t: 0, kind: "enter", method: main },
    { t: 10, kind: "enter", method: menu },
    { t: 110, kind: "exit", method: menu },
    { t: 120, kind: "enter", method: scan, bytes: 20_000, features: [100] },
    { t: 8120, kind: "exit", method: scan, bytes: 500 },
    { t: 8130, kind: "exit", method: main },
  ]);
  onDevice.annotate((method) => method === menu ? { pinned: "asks the user (prompt)" } : {});
  return {
    input: "a",
    device: "board",
    source: "trace" as const,
    atMs: 1,
    weight: 1,
    onDevice,
    conditions: WIFI,
  };
}

async function withHome(run: (home: string) => Promise<void>): Promise<void> {
  const home = await Deno.makeTempDir();
  try {
    {
      using store = new ProfileStore(`${home}/profiles.sqlite`);
      store.recordExecution({ app: appKey("app.ts", Deno.cwd()), codeHash: "c0de" }, profiled());
    }
    await run(home);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

async function cli(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const command = new Deno.Command(Deno.execPath(), { args: ["run", "-A", entry, ...args] });
  const { code, stdout, stderr } = await command.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

Deno.test("partition chooses by the conditions it is given", () =>
  withHome(async (home) => {
    const wifi = await cli("partition", "--home", home, "app.ts", "--json");
    assertEquals([wifi.code, wifi.err], [0, ""]);
    const chosen = JSON.parse(wifi.out);
    assertEquals([chosen.migrate, chosen.candidates], [[scan], [scan]]);
    assert(chosen.cost < 800 && chosen.homeCost === 8130, wifi.out);
    const bad = await cli("partition", "--home", home, "app.ts", "--json", "--rtt", "2000", "--speed", "1");
    assertEquals(JSON.parse(bad.out).migrate, []);
  }));

Deno.test("partition explains a method, names what clashes, and draws the regions", () =>
  withHome(async (home) => {
    const { out } = await cli(
      "partition",
      "--home",
      home,
      "app.ts",
      "--explain",
      scan,
      "--svg",
      `${home}/r.svg`,
      "--speed",
      "1.1",
    );
    assert(out.includes(`if ${scan} stays`) && out.includes("8130.00"), out);
    assert((await Deno.readTextFile(`${home}/r.svg`)).includes("all on the device"));
    const clash = await cli("partition", "--home", home, "app.ts", "--migrate", menu);
    assertEquals(clash.code, 1);
    assert(clash.err.includes("asks the user (prompt)") && clash.err.includes(`migrate ${menu}`), clash.err);
    const paper = await cli("partition", "--home", home, "app.ts", "--model", "paper", "--json");
    assertEquals(JSON.parse(paper.out).migrate, [scan]);
  }));

Deno.test("partition keeps to limits on time and energy, and names the one that can't be kept", () =>
  withHome(async (home) => {
    const known = ["--power", "board", "--screen", "off"];
    const partition = (...args: string[]) =>
      cli("partition", "--home", home, "app.ts", "--json", ...known, ...args);
    // At the clone the device waits at 2.4 W for half a second; alone it computes at 3.4 W for eight.
    const fast = JSON.parse((await partition("--objective", "energy", "--max-time", "1")).out);
    assertEquals([fast.migrate, fast.unit], [[scan], "J"]);
    assert(fast.cost < 3 && fast.homeCost > 27, JSON.stringify(fast));
    // A slow clone on a slow link takes longer: energy says go, the limit says stay.
    const slow = ["--objective", "energy", "--speed", "0.95", "--rtt", "0", "--up", "1000", "--down", "1000"];
    assertEquals(JSON.parse((await partition(...slow)).out).migrate, [scan]);
    assertEquals(JSON.parse((await partition(...slow, "--max-time", "8.2")).out).migrate, []);
    const clash = await partition("--max-energy", "0.1");
    assertEquals(clash.code, 1);
    assert(
      /(this can't be met: max-energy 0.1 J \([\d.]+ J at least\)|these can't hold together: .*max-energy 0.1 J)/
        .test(clash.err),
      clash.err,
    );
    assert(JSON.parse(clash.out).clash.includes("max-energy 0.1 J"), clash.out);
    const both = await partition("--pin", scan, "--max-time", "2");
    assert(both.err.includes(`pin ${scan}`) && both.err.includes("max-time 2 s"), both.err);
  }));

Deno.test("partition and profile exit 2 with one line for a bad argument", () =>
  withHome(async (home) => {
    for (
      const args of [
        ["partition", "--home", home, "other.ts"],
        ["partition", "--home", home, "app.ts", "--rtt", "fast"],
        ["partition", "--home", home, "app.ts", "--objective", "fun"],
        ["partition", "--home", home, "app.ts", "--up", "0"],
        ["partition", "--home", home, "app.ts", "--pin", "scan"],
        ["partition", "--home", home, "app.ts", "--power", "steam"],
        ["partition", "--home", home, "app.ts", "--migrate", "app.ts#absent"],
        ["partition", "--home", home, "app.ts", "--svg", `${home}/absent/x.svg`],
        ["profile", "show", "--home", home, "app.ts", "--svg", `${home}/absent/x.svg`],
        ["profile", "--home", home, "erase", "app.ts"],
      ]
    ) {
      const { code, err } = await cli(...args);
      assertEquals([code, err.trim().split("\n").length], [2, 1], `${args}: ${err}`);
    }
  }));

Deno.test("profile show prints contexts and writes a flame graph", () =>
  withHome(async (home) => {
    const { code, out } = await cli("profile", "show", "app.ts", "--home", home, "--svg", `${home}/f.svg`);
    assertEquals(code, 0);
    assert(/app\.ts#scan +1 +8000\.0 +8000\.0 +- +20000 +500/.test(out), out);
    assert(out.includes("[asks the user (prompt)]"), out);
    assert((await Deno.readTextFile(`${home}/f.svg`)).includes("app.ts#scan: 8000.0 ms"));
    const json = await cli("profile", "show", "app.ts", "--home", home, "--json");
    assertEquals(JSON.parse(json.out).rows.length, 3);
  }));

Deno.test("a first run's CPU profile is enough to plan the second and to decide in it", async () => {
  // A busy machine leaves a sampler little of a short run.
  const profile = await profileOf(() => heavy(400));
  const { tree, samples } = treeFromCpuProfile(profile, {
    root: main,
    resolve: ({ url, functionName }) =>
      url === import.meta.url && functionName !== "" ? methodId(`app.ts#${functionName}`) : undefined,
    // What the runtime counts: on a busy machine the samples of one call have gaps, as if they were several calls.
    counts: new Map([[methodId("app.ts#heavy"), 1]]),
  });
  assert(samples > 10);
  using store = new ProfileStore(":memory:");
  const version = { app: "file:///app.ts", codeHash: "1" };
  assertEquals(await planRun(store, version, { conditions: WIFI }), undefined);
  store.recordExecution(version, { ...profiled(), source: "samples", onDevice: tree });
  const near: Conditions = { ...WIFI, rttMs: 0.5, upBytesPerSecond: 1e8, downBytesPerSecond: 1e8 };
  const plan = (await planRun(store, version, { conditions: near }))!;
  assertEquals(plan.migrate.length, 1);
  const decider = new Decider(JSON.parse(JSON.stringify(plan.model)));
  const decision = decider.decide(plan.migrate[0]!, []);
  assert(decision.migrate, JSON.stringify(decision));
  decider.observe(plan.migrate[0]!, {
    ...{ where: "there", totalMs: 12, cloneMs: 4, upBytes: 3000, downBytes: 10, features: [] },
  });
  store.saveLearned(version, decider.toJSON());
  const next = (await planRun(store, version, { conditions: near }))!;
  assertEquals(new Decider(next.model).decide(plan.migrate[0]!, []).reason, "pays");
});

function heavy(ms: number): number {
  const until = performance.now() + ms;
  let sum = 0;
  while (performance.now() < until) sum += Math.sqrt(sum + 1);
  return sum;
}

async function profileOf(run: () => void): Promise<any> {
  const { Session } = await import("node:inspector");
  const session = new Session();
  session.connect();
  const post = (method: string) =>
    new Promise<any>((done, fail) =>
      session.post(method, (e: Error | null, r: any) => e ? fail(e) : done(r))
    );
  await post("Profiler.enable");
  await post("Profiler.start");
  run();
  const { profile } = await post("Profiler.stop");
  session.disconnect();
  return profile;
}
