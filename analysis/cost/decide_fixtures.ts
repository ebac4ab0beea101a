import { type Conditions, type MethodId, methodId } from "../../runtime/mod.ts";
import { treeFromTrace } from "../profile/trace.ts";
import { DEFAULT_OVERHEADS } from "./constants.ts";
import { Decider } from "./decide.ts";
import { deciderModel } from "./decider_model.ts";

// A program with one heavy method, for tests of what is decided for it.

export const main = methodId("a.ts#<main>"), scan = methodId("a.ts#scan"), light = methodId("a.ts#light");
/** The paper's. */
export const WIFI: Conditions = {
  rttMs: 69,
  upBytesPerSecond: 825_000,
  downBytesPerSecond: 825_000,
  cloneSpeed: 20,
  power: "battery",
};

/** A profile where scan takes 2 ms and 1 ms per unit of its first argument. */
export function profile(sizes: readonly number[], method: MethodId = scan) {
  let t = 0;
  const calls = sizes.flatMap((size) => [
    { t, kind: "enter" as const, method, features: [size, 3], bytes: 2000 },
    { t: t += 2 + size, kind: "exit" as const, method, bytes: 100 },
  ]);
  const onDevice = treeFromTrace([
    { t: 0, kind: "enter", method: main },
    ...calls,
    { t, kind: "exit", method: main },
  ]);
  return { input: "", device: "d", source: "trace" as const, atMs: 0, weight: 1, onDevice };
}

export function decider(more: Partial<Parameters<typeof deciderModel>[0]> = {}): Decider {
  const model = deciderModel({
    executions: [profile([10, 100, 1000])],
    candidates: [scan, light],
    chosen: [scan],
    conditions: WIFI,
    overheads: DEFAULT_OVERHEADS,
    ...more,
  });
  return new Decider(JSON.parse(JSON.stringify(model)));
}

/** What a migration of scan really takes on WIFI. */
export function away(size: number, cloneMs = (2 + size) / 20) {
  const totalMs = cloneMs + 69 + 2 + 1 / 20 + 2100 / 825 + 1024 / 825;
  return { where: "there" as const, totalMs, cloneMs, upBytes: 2000, downBytes: 100, features: [size, 3] };
}

/** A watched run, of which the only invocation of scan took so long; it had no idle time. */
export function watched(bytes: number, ms: number, others = 0) {
  const execution = { ...profile([ms - 2]), source: "samples" as const, features: [1, bytes, 0], idleMs: 0 };
  Object.assign(execution.onDevice.nodes[1]!, { features: [], entryBytes: { n: 0, mean: 0, squares: 0 } });
  execution.onDevice.nodes[0]!.residualMs += others;
  return execution;
}
