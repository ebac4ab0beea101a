import type { MethodId } from "../../runtime/mod.ts";
import { ProfileTree } from "./profile_tree.ts";

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

/** What a CPU profile is read with. */
export interface CpuProfileOptions {
  /** The main flow's method id: the tree's root. */
  readonly root: MethodId;
  /** The app's or a library's method for a frame; undefined for anything else (native, `node:`, `ext:`): its time is its caller's. */
  readonly resolve: (frame: CallFrame) => MethodId | undefined;
  /** Invocations of a method where they were counted (V8's precise coverage, or checks); shared out by time. */
  readonly counts?: ReadonlyMap<MethodId, number>;
  readonly maxContexts?: number;
}

/** A tree from samples, and what the samples say besides. */
export interface SampledTree {
  readonly tree: ProfileTree;
  /** Time with no JavaScript running (waiting), milliseconds; in no node. */
  readonly idleMs: number;
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
  const lastSeen: number[] = [];
  let idleMs = 0;
  for (const [i, id] of samples.entries()) {
    const context = contexts.get(id);
    if (context === undefined) throw new TypeError(`Cannot read CPU profile: sample ${i} names node ${id}`);
    // A delta leads up to its sample; the time until the next one is what that sample stands for.
    const next = timeDeltas[i + 1] ?? 0;
    const ms = Math.max(0, next) / 1000;
    if (context < 0) {
      idleMs += ms;
      continue;
    }
    tree.nodes[context]!.residualMs += ms;
    for (let at = context; at > 0; at = tree.nodes[at]!.parent) {
      if (lastSeen[at] !== i - 1 || i === 0) tree.nodes[at]!.invocations++;
      lastSeen[at] = i;
    }
  }
  for (const node of tree.nodes.slice(1)) {
    node.counted = false;
    node.invocations = Math.max(1, node.invocations);
  }
  if (options.counts !== undefined) shareCounts(tree, options.counts);
  return { tree, idleMs, wallMs: (profile.endTime - profile.startTime) / 1000, samples: samples.length };
}

/** The context of each profile node; -1 for idle time. */
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
    for (const child of node.children ?? []) stack.push({ id: child, context: Math.max(0, own) });
  }
  return contexts;
}

function contextOf(
  frame: CallFrame,
  { tree, options, context }: { tree: ProfileTree; options: CpuProfileOptions; context: number },
): number {
  if (frame.url === "" && frame.functionName === "(idle)") return -1;
  const method = options.resolve(frame);
  if (method === undefined) return context;
  // Recursion belongs to the outer call's context (profile_tree.ts, invariant 2).
  for (let at = context; at >= 0; at = tree.nodes[at]!.parent) {
    if (tree.nodes[at]!.method === method) return at;
  }
  return tree.child(context, method);
}

/** Shares a method's counted invocations out over its contexts, by their time; each keeps at least what was seen. */
function shareCounts(tree: ProfileTree, counts: ReadonlyMap<MethodId, number>): void {
  const totals = tree.totalsMs();
  const byMethod = Map.groupBy(tree.nodes.keys(), (i) => tree.nodes[i]!.method);
  for (const [method, indexes] of byMethod) {
    const count = counts.get(method);
    if (count === undefined || indexes.includes(0)) continue;
    const whole = indexes.reduce((sum, i) => sum + totals[i]!, 0);
    for (const i of indexes) {
      const share = whole > 0 ? totals[i]! / whole : 1 / indexes.length;
      tree.nodes[i]!.invocations = Math.max(tree.nodes[i]!.invocations, Math.round(count * share));
      tree.nodes[i]!.counted = true;
    }
  }
}
