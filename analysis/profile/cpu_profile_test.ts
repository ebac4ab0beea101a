import { deepStrictEqual as assertEquals, ok as assert, throws as assertThrows } from "node:assert/strict";
import { methodId } from "../../runtime/mod.ts";
import { type CpuProfile, treeFromCpuProfile } from "./cpu_profile.ts";

const root = methodId("main.ts#<main>");
const frame = (functionName: string, url = "file:///app/main.ts") => ({
  functionName,
  url,
  lineNumber: 0,
  columnNumber: 0,
});
const resolve = ({ functionName, url }: { functionName: string; url: string }) =>
  url.startsWith("file:") && functionName !== "" ? methodId(`main.ts#${functionName}`) : undefined;

/** (root) → (idle), main module "" → scan → map (native) → match; scan → scan. */
const PROFILE: CpuProfile = {
  startTime: 0,
  endTime: 9000,
  nodes: [
    { id: 1, callFrame: frame("(root)", ""), children: [2, 3] },
    { id: 2, callFrame: frame("(idle)", "") },
    { id: 3, callFrame: frame(""), children: [4] },
    { id: 4, callFrame: frame("scan"), children: [5, 7] },
    { id: 5, callFrame: frame("map", ""), children: [6] },
    { id: 6, callFrame: frame("match") },
    { id: 7, callFrame: frame("scan") },
  ],
  samples: [3, 4, 5, 6, 7, 3, 6, 2, 2],
  timeDeltas: [0, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000],
};

Deno.test("treeFromCpuProfile() folds native frames and recursion into their callers and leaves idle time out", () => {
  const { tree, idleMs, wallMs } = treeFromCpuProfile(PROFILE, { root, resolve });
  assertEquals(tree.nodes.map((node) => node.method.split("#")[1]), ["<main>", "scan", "match"]);
  assertEquals(tree.nodes.map((node) => node.residualMs), [2, 3, 2]);
  assertEquals([idleMs, wallMs], [1, 9]);
  assertEquals(tree.nodes.map((node) => [node.invocations, node.counted]), [[1, true], [2, false], [
    2,
    false,
  ]]);
});

Deno.test("treeFromCpuProfile() takes counts where they are known", () => {
  const counts = new Map([[methodId("main.ts#match"), 4000]]);
  const { tree } = treeFromCpuProfile(PROFILE, { root, resolve, counts });
  assertEquals([tree.nodes[2]!.invocations, tree.nodes[2]!.counted], [4000, true]);
});

Deno.test("treeFromCpuProfile() gives the engine's own work to whom it interrupted, and sees one call go on", () => {
  const nodes = [...PROFILE.nodes, { id: 8, callFrame: frame("(garbage collector)", "") }]
    .map((node) => node.id === 1 ? { ...node, children: [2, 3, 8] } : node);
  const samples = [3, 6, 8, 6, 8, 6, 3, 2, 2];
  const { tree } = treeFromCpuProfile({ ...PROFILE, nodes, samples }, { root, resolve });
  assertEquals(tree.nodes.map((node) => [node.residualMs, node.invocations]), [[2, 1], [0, 1], [5, 1]]);
  // Samples may say more calls than there were: one that was counted is one.
  const counts = new Map([[methodId("main.ts#match"), 1]]);
  assertEquals(treeFromCpuProfile(PROFILE, { root, resolve, counts }).tree.nodes[2]!.invocations, 1);
});

Deno.test("treeFromCpuProfile() adds a clone's work where the device waited for it, instead of the waiting", () => {
  const nodes = [...PROFILE.nodes, { id: 8, callFrame: frame("wait", "ext:atomics") }]
    .map((node) => node.id === 6 ? { ...node, children: [8] } : node);
  const spread = { n: 2, mean: 500, squares: 0 };
  const migrated = new Map([
    [methodId("main.ts#match"), { invocations: 2, workMs: 400, entryBytes: spread, exitBytes: spread }],
  ]);
  const { tree, awayMs } = treeFromCpuProfile(
    { ...PROFILE, nodes, samples: [3, 4, 5, 8, 8, 3, 6, 2, 2] },
    { root, resolve, migrated, isAway: ({ functionName }) => functionName === "wait" },
  );
  assertEquals(awayMs, 2);
  assertEquals(tree.nodes.map((node) => node.residualMs), [2, 2, 401]);
  assertEquals([tree.nodes[2]!.invocations, tree.nodes[2]!.entryBytes.mean], [2, 500]);
});

Deno.test("treeFromCpuProfile() refuses a profile that names missing nodes", () => {
  assertThrows(() => treeFromCpuProfile({ ...PROFILE, samples: [99] }, { root, resolve }), TypeError);
  assertThrows(
    () => treeFromCpuProfile({ ...PROFILE, nodes: PROFILE.nodes.slice(0, 3) }, { root, resolve }),
    TypeError,
  );
});

Deno.test("treeFromCpuProfile() reads what V8 gives", async () => {
  const { Session } = await import("node:inspector");
  const session = new Session();
  session.connect();
  const post = (method: string, params: object = {}) =>
    new Promise<any>((done, fail) =>
      session.post(method, params, (e: Error | null, r: any) => e ? fail(e) : done(r))
    );
  await post("Profiler.enable");
  await post("Profiler.setSamplingInterval", { interval: 200 });
  await post("Profiler.start");
  busyWork(60);
  const { profile } = await post("Profiler.stop");
  session.disconnect();
  const { tree, wallMs } = treeFromCpuProfile(profile, {
    root,
    resolve: ({ functionName, url }) =>
      url === import.meta.url ? methodId(`t.ts#${functionName || "anonymous"}`) : undefined,
  });
  const totals = tree.totalsMs();
  const work = tree.nodes.findIndex((node) => node.method === "t.ts#busyWork");
  assert(work > 0, "busyWork has a context");
  assert(totals[work]! > 20, `busyWork took ${totals[work]} of ${wallMs} ms`);
});

function busyWork(ms: number): number {
  const until = performance.now() + ms;
  let sum = 0;
  while (performance.now() < until) sum += Math.sqrt(sum + 1);
  return sum;
}
