import type { Analysis } from "../../analysis/mod.ts";
import type { Traced } from "./trace.ts";

/** How a call graph compares with what a run did. */
export interface Comparison {
  /** Edges that were seen. */
  readonly traced: number;
  /** Those of them that the graph has. */
  readonly found: number;
  /** Edges of the graph from methods that ran. */
  readonly claimed: number;
  /** Those of them that were seen. */
  readonly confirmed: number;
  /** Seen and not in the graph. */
  readonly missed: readonly (readonly [number, number])[];
}

/**
 * Compares edges between methods. A class without a constructor of its own can't be seen to be entered: what it calls (its
 * parent's constructor) counts as called by whoever constructs it.
 */
export function compare(
  methods: Analysis["methods"],
  calls: Iterable<readonly [number, number]>,
  traced: Traced,
): Comparison {
  const entered = new Set(traced.entered);
  const seen = new Set(traced.edges.map(key));
  const hidden = (i: number) => methods[i]!.isImplicit;
  const callees = Map.groupBy([...calls], ([caller]) => caller);
  const graph = new Set<string>();
  for (const [caller, list] of callees) {
    const stack = list.map(([, callee]) => callee), done = new Set<number>();
    for (let callee = stack.pop(); callee !== undefined; callee = stack.pop()) {
      if (done.has(callee)) continue;
      done.add(callee);
      if (!hidden(callee)) graph.add(key([caller, callee]));
      else {for (const [, next] of callees.get(callee) ?? []) {
          if (isConstructor(methods, next)) stack.push(next);
        }}
    }
  }
  const ran = (i: number) => methods[i]!.outer < 0 || entered.has(i);
  const claimed = [...graph].filter((edge) => ran(Number(edge.split(" ")[0])));
  const missed = traced.edges.filter((edge) => !graph.has(key(edge)));
  return {
    traced: seen.size,
    found: seen.size - missed.length,
    claimed: claimed.length,
    confirmed: claimed.filter((edge) => seen.has(edge)).length,
    missed,
  };
}

function isConstructor(methods: Analysis["methods"], index: number): boolean {
  const { id, isImplicit } = methods[index]!;
  return isImplicit || /\bconstructor$/.test(id) || !id.includes(".");
}

function key([caller, callee]: readonly [number, number]): string {
  return `${caller} ${callee}`;
}
