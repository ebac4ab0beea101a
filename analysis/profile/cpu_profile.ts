import type { MethodId } from "../../runtime/mod.ts";
import { ProfileTree } from "./profile_tree.ts";
import { addSpread, type Spread } from "./spread.ts";

/** Where V8 says a function is declared; line and column count from 0. */
export interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** What the inspector's `Profiler.stop` gives. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: CallFrame;
    readonly children?: readonly number[];
  }[];
  /** Microseconds. */
  readonly startTime: number;
  readonly endTime: number;
  readonly samples?: readonly number[];
  /** Microseconds from each sample to the one before. */
  readonly timeDeltas?: readonly number[];
}

/** What became of a method's invocations that migrated in the profiled run. */
export interface MigratedWork {
  readonly invocations: number;
  /** What they would have taken on the device, all together: their time at the clone by its speed. */
  readonly workMs: number;
  /** State of each, as captured. */
  readonly entryBytes: Spread;
  readonly exitBytes: Spread;
}

/** What a CPU profile is read with. */
export interface CpuProfileOptions {
  /** The main flow's method id: the tree's root. */
  readonly root: MethodId;
  /** The app's or a library's method for a frame; undefined for anything else (native, `node:`, `ext:`): its time is its caller's. */
  readonly resolve: (frame: CallFrame) => MethodId | undefined;
  /** Invocations of a method where they were counted (V8's precise coverage, or checks); shared out by time. */
  readonly counts?: ReadonlyMap<MethodId, number>;
  readonly maxContexts?: number;
  /** Whether a frame is the device waiting for a clone; such time is nobody's work. */
  readonly isAway?: (frame: CallFrame) => boolean;
  /** Work that was done at a clone meanwhile: added where the waiting was seen, so that a tree says what the run's work is. */
  readonly migrated?: ReadonlyMap<MethodId, MigratedWork>;
}

/** A tree from samples, and what the samples say besides. */
export interface SampledTree {
  readonly tree: ProfileTree;
  /** Time with no JavaScript running (waiting), milliseconds; in no node. */
  readonly idleMs: number;
  /** Time spent waiting for a clone, milliseconds; in no node. */
  readonly awayMs: number;
  /** Whole time of the profile, milliseconds. */
  readonly wallMs: number;
  readonly samples: number;
}

/**
 * Builds a profile tree from a V8 CPU profile, so that a first run needs no instrumentation.
 *
 * A sampled tree has no state sizes, and where `counts` says nothing an invocation count is a lower bound: the number of
 * runs of samples in which the context was on the stack (`counted` is false).
 *
 * @throws {TypeError} if the profile names nodes that it doesn't have.
 */
export function treeFromCpuProfile(profile: CpuProfile, options: CpuProfileOptions): SampledTree {
  const tree = new ProfileTree(options.root, options.maxContexts === undefined ? {} : options);
  const contexts = contextsOf(profile, { tree, options });
  const { samples = [], timeDeltas = [] } = profile;
  const seenBefore = new Set<number>();
  let before = 0;
  const waited = new Map<number, number>();
  let idleMs = 0, awayMs = 0;
  for (const [i, id] of samples.entries()) {
    const found = contexts.get(id);
    if (found === undefined) throw new TypeError(`Cannot read CPU profile: sample ${i} names node ${id}`);
    // A delta leads up to its sample; the time until the next one is what that sample stands for.
    const next = timeDeltas[i + 1] ?? 0;
    const ms = Math.max(0, next) / 1000;
    if (found === IDLE) {
      idleMs += ms;
      continue;
    }
    // The engine's own work is on behalf of what ran before, which it interrupts but doesn't end.
    if (found === ENGINE) {
      tree.nodes[before]!.residualMs += ms;
      continue;
    }
    const context = found <= AWAY ? AWAY - found : found;
    if (found <= AWAY) {
      awayMs += ms;
      waited.set(context, (waited.get(context) ?? 0) + ms);
    } else tree.nodes[context]!.residualMs += ms;
    const stack: number[] = [];
    for (let at = context; at > 0; at = tree.nodes[at]!.parent) stack.push(at);
    for (const at of stack) if (!seenBefore.has(at)) tree.nodes[at]!.invocations++;
    seenBefore.clear();
    for (const at of stack) seenBefore.add(at);
    before = context;
  }
  for (const node of tree.nodes.slice(1)) {
    node.counted = false;
    node.invocations = Math.max(1, node.invocations);
  }
  for (const [method, work] of options.migrated ?? []) addMigrated(tree, { method, work, waited });
  if (options.counts !== undefined) shareCounts(tree, options.counts);
  return {
    tree,
    idleMs,
    awayMs,
    wallMs: (profile.endTime - profile.startTime) / 1000,
    samples: samples.length,
  };
}

/** Stand for idle time and the engine's own work instead of a context; waiting for a clone in context c is AWAY - c. */
const IDLE = -1, ENGINE = -2, AWAY = -3;

/** The context of each profile node, or what stands for idle and waiting time. */
function contextsOf(
  profile: CpuProfile,
  { tree, options }: { tree: ProfileTree; options: CpuProfileOptions },
): Map<number, number> {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const contexts = new Map<number, number>();
  const called = new Set(profile.nodes.flatMap((node) => node.children ?? []));
  const stack = profile.nodes.filter((node) => !called.has(node.id)).map((node) => ({
    id: node.id,
    context: 0,
  }));
  while (stack.length > 0) {
    const { id, context } = stack.pop()!;
    const node = byId.get(id);
    if (node === undefined) throw new TypeError(`Cannot read CPU profile: a node's child ${id} is missing`);
    if (contexts.has(id)) throw new TypeError(`Cannot read CPU profile: node ${id} has two parents`);
    const own = contextOf(node.callFrame, { tree, options, context });
    contexts.set(id, own);
    for (const child of node.children ?? []) {
      stack.push({ id: child, context: own === IDLE || own === ENGINE ? 0 : own });
    }
  }
  return contexts;
}

function contextOf(
  frame: CallFrame,
  { tree, options, context }: { tree: ProfileTree; options: CpuProfileOptions; context: number },
): number {
  if (context <= AWAY) return context;
  if (frame.url === "" && frame.functionName === "(idle)") return IDLE;
  if (frame.url === "" && /^\((garbage collector|program)\)$/.test(frame.functionName)) return ENGINE;
  if (options.isAway?.(frame) === true) return AWAY - context;
  const method = options.resolve(frame);
  if (method === undefined) return context;
  // Recursion belongs to the outer call's context (profile_tree.ts, invariant 2).
  for (let at = context; at >= 0; at = tree.nodes[at]!.parent) {
    if (tree.nodes[at]!.method === method) return at;
  }
  return tree.child(context, method);
}

/** Adds work done at a clone to the contexts that waited for it; to the method's contexts, or one below the root, if none was seen. */
function addMigrated(
  tree: ProfileTree,
  { method, work, waited }: { method: MethodId; work: MigratedWork; waited: ReadonlyMap<number, number> },
): void {
  let places = [...tree.nodes.keys()].filter((i) => tree.nodes[i]!.method === method);
  if (places.length === 0) places = [tree.child(0, method)];
  const seen = places.filter((i) => waited.has(i));
  if (seen.length > 0) places = seen;
  const whole = seen.reduce((sum, i) => sum + waited.get(i)!, 0);
  for (const i of places) {
    const share = whole > 0 ? waited.get(i)! / whole : 1 / places.length;
    const node = tree.nodes[i]!;
    node.residualMs += work.workMs * share;
    node.invocations = Math.max(node.invocations, work.invocations * share);
    addSpread(node.entryBytes, work.entryBytes, share);
    addSpread(node.exitBytes, work.exitBytes, share);
  }
}

/** Shares a method's counted invocations out over its contexts, by their time; each has at least one. */
function shareCounts(tree: ProfileTree, counts: ReadonlyMap<MethodId, number>): void {
  const totals = tree.totalsMs();
  const byMethod = Map.groupBy(tree.nodes.keys(), (i) => tree.nodes[i]!.method);
  for (const [method, indexes] of byMethod) {
    const count = counts.get(method);
    if (count === undefined || indexes.includes(0)) continue;
    const whole = indexes.reduce((sum, i) => sum + totals[i]!, 0);
    for (const i of indexes) {
      const share = whole > 0 ? totals[i]! / whole : 1 / indexes.length;
      tree.nodes[i]!.invocations = Math.max(1, Math.round(count * share));
      tree.nodes[i]!.counted = true;
    }
  }
}
