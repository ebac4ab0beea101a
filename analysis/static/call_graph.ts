import { type Analysis, reachable } from "./analyze.ts";
import { surroundings } from "./call_graph_surroundings.ts";
import { labelOf } from "./names.ts";
import { verdictOf } from "./verdict.ts";

/** Boxes and calls that a person can still look at. */
const MOST_NODES = 60, MOST_CALLS = 110;
/** Relations of TC that are all drawn; of more, only those that end at what must stay or holds host state. */
const MOST_REACHES = 40;

/** The npm package that a method id's path lies in. */
const PACKAGE = /^(npm:(?:@[^/]+\/)?[^/#]+)\//;

/** One box of a call graph: a method, or several that were folded into one. */
export interface GraphNode {
  readonly name: string;
  /** Where it stands: module and line, or what was folded. */
  readonly where: string;
  /** `main`: a main flow. `pinned`: uses what means the device. `reaches`: calls such. `may`: it isn't sure. */
  readonly is: "main" | "pinned" | "reaches" | "may" | "free";
  readonly families: readonly string[];
  readonly methods: number;
  /** How many of them are legal migration points. */
  readonly points: number;
  readonly callsItself: boolean;
  /** Size of its TC: other methods that it may reach. */
  readonly reaches: number;
  /** A line for each method, at most a few. */
  readonly notes: readonly string[];
}

/** DC and TC between boxes, by index. */
export interface CallGraph {
  readonly nodes: readonly GraphNode[];
  /** DC. `certain` as in {@linkcode Analysis}. */
  readonly calls: readonly { readonly from: number; readonly to: number; readonly certain: boolean }[];
  /** TC where DC isn't. */
  readonly reaches: readonly { readonly from: number; readonly to: number }[];
  /** What isn't shown as it is, in sentences. */
  readonly reduced: readonly string[];
}

/** How methods are put together, finest first; `[key, what a box then is]`. */
type Folding = readonly [keyOf: (index: number) => string, boxes: string];

/**
 * The call graph of an analysis as a picture shows it: methods, or, where these are too many to look at, methods folded into
 * the ones around them and classes; of a program for which that is still too much, its migration points and what is around them.
 * `only`: the methods to show, with all else left out. `foldsLibraries`: each npm package is one box from the start.
 */
export function callGraph(
  analysis: Analysis,
  { only, foldsLibraries = false }: { only?: ReadonlySet<number>; foldsLibraries?: boolean } = {},
): CallGraph {
  const shown = shownOf(analysis, only);
  const inLibrary = (i: number) => foldsLibraries ? PACKAGE.exec(analysis.methods[i]!.id)?.[1] : undefined;
  for (const [keyOf, boxes] of foldings(analysis)) {
    const folded = fold(analysis, shown, (i) => inLibrary(i) ?? keyOf(i));
    if (!fits(folded)) continue;
    const reduced = boxes === "methods" ? [] : [
      `${shown.length} methods are too many to draw: boxes are ${boxes}, with the colour of their most bound method.`,
    ];
    const sure = sureCalls(folded);
    const left = folded.calls.size - sure.size;
    if (folded.calls.size <= MOST_CALLS) return drawn(analysis, folded, reduced);
    reduced.push(`${left} calls that are only possible are not drawn.`);
    return drawn(analysis, { ...folded, calls: sure }, reduced);
  }
  const { reduced, ...around } = surroundings(analysis, { shown, inLibrary, mostCalls: MOST_CALLS });
  return drawn(analysis, around, reduced);
}

/** Methods to draw: main flows that call nothing say nothing. */
function shownOf({ methods, calls }: Analysis, only: ReadonlySet<number> | undefined): number[] {
  const linked = new Set(calls.flatMap(({ caller, callee }) => [caller, callee]));
  return [...methods.keys()].filter((i) =>
    (only === undefined || only.has(i)) && (methods[i]!.outer >= 0 || linked.has(i))
  );
}

function* foldings({ methods }: Analysis): Generator<Folding> {
  const around = (i: number, isInner: (i: number) => boolean) => {
    while (methods[i]!.outer >= 0 && isInner(i)) i = methods[i]!.outer;
    return i;
  };
  const pathOf = (i: number) => methods[i]!.id.slice(0, methods[i]!.id.indexOf("#"));
  const isInner = (i: number) => methods[methods[i]!.outer]!.outer >= 0;
  const unnamed = (i: number) => around(i, (i) => isInner(i) && /<\d+>$/.test(methods[i]!.id));
  const outermost = (i: number) => around(i, isInner);
  yield [String, "methods"];
  yield [(i) => String(unnamed(i)), "methods, each with the unnamed ones inside"];
  yield [(i) => String(outermost(i)), "methods, each with all inside"];
  yield [(i) => {
    const of = outermost(i);
    const { owner, outer } = methods[of]!;
    return `${pathOf(of)}#${owner ?? (outer < 0 ? "<main>" : labelOf(methods[of]!.id))}`;
  }, "classes and functions"];
}

/** Methods put together into boxes, and the calls between these. */
export interface Folded {
  readonly groups: readonly Group[];
  /** Group by method. */
  readonly groupOf: ReadonlyMap<number, number>;
  /** `from to` with whether a call of it is certain. */
  readonly calls: ReadonlyMap<string, boolean>;
  /** Groups with a method that calls itself. */
  readonly selfCalls: ReadonlySet<number>;
  /** Relations of TC are not to be drawn. */
  readonly isDirect?: boolean;
}

/** What becomes one box. `key`: the index of the method that it is of, or `path` or `path#label`. */
export interface Group {
  readonly key: string;
  readonly methods: readonly number[];
  /** What stands in the box, if its key doesn't say it. */
  readonly name?: string;
  readonly where?: string;
}

function fold({ calls }: Analysis, shown: readonly number[], keyOf: (index: number) => string): Folded {
  const groups = [...Map.groupBy(shown, keyOf)].map(([key, methods]) => ({ key, methods }));
  const groupOf = new Map(groups.flatMap(({ methods }, group) => methods.map((i) => [i, group] as const)));
  const between = new Map<string, boolean>(), selfCalls = new Set<number>();
  for (const { caller, callee, certain } of calls) {
    const from = groupOf.get(caller), to = groupOf.get(callee);
    if (from === undefined || to === undefined) continue;
    if (from !== to) between.set(`${from} ${to}`, certain || between.get(`${from} ${to}`) === true);
    else if (caller === callee) selfCalls.add(from);
  }
  return { groups, groupOf, calls: between, selfCalls };
}

function fits(folded: Folded): boolean {
  return folded.groups.length <= MOST_NODES && sureCalls(folded).size <= MOST_CALLS;
}

function sureCalls({ calls }: Folded): Map<string, boolean> {
  return new Map([...calls].filter(([, certain]) => certain));
}

function drawn(
  analysis: Analysis,
  { groups, groupOf, calls, selfCalls, isDirect = false }: Folded,
  reduced: string[],
): CallGraph {
  const reached = groups.map(({ methods }) => reachable(analysis, methods));
  const nodes = groups.map((group, i) =>
    nodeOf(analysis, group, { callsItself: selfCalls.has(i), reached: reached[i]! })
  );
  const direct = [...calls].map(([key, certain]) => {
    const [from, to] = key.split(" ").map(Number);
    return { from: from!, to: to!, certain };
  });
  const all: { from: number; to: number }[] = [];
  for (const from of isDirect ? [] : groups.keys()) {
    const ends = new Set<number>();
    for (const i of reached[from]!) {
      const to = groupOf.get(i);
      if (to !== undefined && to !== from) ends.add(to);
    }
    for (const to of ends) if (!calls.has(`${from} ${to}`)) all.push({ from, to });
  }
  return { nodes, calls: direct, reaches: telling(nodes, all, reduced), reduced };
}

/** Of many relations of TC those that say something: what ends at a cause of pins or at host state. */
function telling<Reach extends { from: number; to: number }>(
  nodes: readonly GraphNode[],
  all: readonly Reach[],
  reduced: string[],
): readonly Reach[] {
  if (all.length <= MOST_REACHES) return all;
  const some = all.filter(({ from, to }) => {
    const { is, families } = nodes[to]!;
    return nodes[from]!.is !== "main" && (is === "pinned" || families.length > 0);
  }).slice(0, MOST_REACHES);
  reduced.push(
    some.length === 0
      ? `TC has ${all.length} more relations, which are not drawn.`
      : `Of ${all.length} relations of TC, ${some.length} that lead to what must stay or holds host state are drawn.`,
  );
  return some;
}

function nodeOf(
  analysis: Analysis,
  { key, methods, ...given }: Group,
  { callsItself, reached }: { callsItself: boolean; reached: ReadonlySet<number> },
): GraphNode {
  const all = methods.map((i) => analysis.methods[i]!);
  const verdicts = methods.map((i) => verdictOf(analysis, i));
  const some = (test: (method: Analysis["methods"][number]) => boolean) => all.some(test);
  const isMain = all.every(({ outer }) => outer < 0);
  const is = isMain
    ? "main"
    : some(({ pin, outer }) => outer >= 0 && pin?.through.length === 1)
    ? "pinned"
    : some(({ pin, outer }) => outer >= 0 && pin !== undefined)
    ? "reaches"
    : some(({ mayPin }) => mayPin !== undefined)
    ? "may"
    : "free";
  const first = all[0]!;
  const isOne = methods.length === 1 || /^\d+$/.test(key);
  const own = methods.length === 1 ? first : isOne ? analysis.methods[Number(key)]! : first;
  const [path, label] = isOne ? split(own.id) : split(key);
  const more = methods.length - 1;
  return {
    name: given.name ?? label ?? path!,
    where: given.where ??
      (isOne
        ? `${path}:${own.line}${more > 0 ? ` and ${more} inside` : ""}`
        : `${label === undefined ? "" : `${path}, `}${methods.length} method${more === 0 ? "" : "s"}`),
    is,
    families: [...new Set(all.flatMap(({ families }) => families))].sort(),
    methods: methods.length,
    points: verdicts.filter(({ is }) => is === "migrates").length,
    callsItself,
    reaches: reached.size - methods.filter((i) => reached.has(i)).length,
    notes: verdicts.slice(0, 12).map(({ is, why }, i) => `${labelOf(all[i]!.id)} ${is}: ${why}`),
  };
}

function split(id: string): [string, string | undefined] {
  const at = id.indexOf("#");
  return at < 0 ? [id, undefined] : [id.slice(0, at), id.slice(at + 1)];
}
