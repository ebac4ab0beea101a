import { type Analysis, reachable } from "./analyze.ts";
import { labelOf } from "./names.ts";
import { verdictOf } from "./verdict.ts";

/** Boxes and calls that a person can still look at. */
const MOST_NODES = 60, MOST_CALLS = 110;
/** Boxes below which folding on tells nothing any more: rather the busiest of more boxes. */
const LEAST_NODES = 12;
/** Relations of TC that are all drawn; of more, only those that end at what must stay or holds host state. */
const MOST_REACHES = 40;

/** As many calls as being the cause of a pin is worth when boxes are left out. */
const CAUSE = 20;
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
 * the ones around them, classes, modules, folders and packages. `only`: the methods to show, with all else left out.
 * `foldsLibraries`: each npm package is one box from the start.
 */
export function callGraph(
  analysis: Analysis,
  { only, foldsLibraries = false }: { only?: ReadonlySet<number>; foldsLibraries?: boolean } = {},
): CallGraph {
  const shown = shownOf(analysis, only);
  let last: { folded: Folded; boxes: string } | undefined;
  for (const [keyOf, boxes] of foldings(analysis)) {
    const folded = fold(analysis, shown, (i) => {
      const [, name] = (foldsLibraries && PACKAGE.exec(analysis.methods[i]!.id)) || [];
      return name ?? keyOf(i);
    });
    if (last !== undefined && folded.groups.length < LEAST_NODES) break;
    last = { folded, boxes };
    if (fits(folded)) break;
  }
  const { folded, boxes } = last!;
  const { calls } = folded;
  const sure = sureCalls(folded);
  if (calls.size > MOST_CALLS) folded.calls = sure;
  const { kept, left } = busiest(analysis, folded);
  const reduced: string[] = [];
  if (boxes !== "methods") {
    reduced.push(
      `${shown.length} methods are too many to draw: boxes are ${boxes}, with the colour of their most bound method.`,
    );
  }
  if (left > 0) {
    reduced.push(`${left} of ${left + kept.length} boxes are left out: those with the fewest calls.`);
  }
  if (folded.calls !== calls) {
    reduced.push(`${calls.size - sure.size} calls that are only possible are not drawn.`);
  }
  return drawn(analysis, folded, { kept, reduced });
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
  yield [pathOf, "modules"];
  const folders = (deep: number) => (i: number) => {
    const path = pathOf(i);
    const parts = path.split("/");
    const first = /^npm:@/.test(path) ? 2 : 1;
    return parts.length - first <= deep ? path : `${parts.slice(0, first + deep).join("/")}/`;
  };
  for (const deep of [4, 3, 2, 1, 0]) yield [folders(deep), "modules and folders"];
}

interface Folded {
  readonly groups: readonly { readonly key: string; readonly methods: readonly number[] }[];
  readonly groupOf: ReadonlyMap<number, number>;
  /** `from to` with whether a call of it is certain. */
  calls: ReadonlyMap<string, boolean>;
  readonly selfCalls: ReadonlySet<number>;
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

/** The groups that are drawn: if they are still too many, causes of pins, holders of host state, and those with the most calls. */
function busiest({ methods }: Analysis, { groups, calls }: Folded): { kept: number[]; left: number } {
  const all = [...groups.keys()];
  if (all.length <= MOST_NODES && calls.size <= MOST_CALLS) return { kept: all, left: 0 };
  const weights = groups.map(({ methods: own }) =>
    own.some((i) =>
        methods[i]!.outer >= 0 && methods[i]!.pin?.through.length === 1 || methods[i]!.families.length > 0
      )
      ? CAUSE
      : 0
  );
  for (const key of calls.keys()) for (const end of key.split(" ")) weights[Number(end)]!++;
  const kept = all.toSorted((a, b) => weights[b]! - weights[a]!).slice(0, MOST_NODES);
  const callsAmong = () => {
    const inside = new Set(kept);
    return [...calls.keys()].filter((key) => key.split(" ").every((end) => inside.has(Number(end)))).length;
  };
  while (kept.length > 2 && callsAmong() > MOST_CALLS) kept.pop();
  const linked = new Set([...calls.keys()].flatMap((key) => key.split(" ").map(Number)));
  const worth = kept.filter((group) => linked.has(group) || weights[group]! >= CAUSE);
  return { kept: worth.sort((a, b) => a - b), left: all.length - worth.length };
}

function drawn(
  analysis: Analysis,
  { groups, groupOf, calls, selfCalls }: Folded,
  { kept, reduced }: { kept: readonly number[]; reduced: string[] },
): CallGraph {
  const indices = new Map(kept.map((group, i) => [group, i]));
  const reached = kept.map((group) => reachable(analysis, groups[group]!.methods));
  const nodes = kept.map((group, i) =>
    nodeOf(analysis, groups[group]!, { callsItself: selfCalls.has(group), reached: reached[i]! })
  );
  const direct = [...calls].flatMap(([key, certain]) => {
    const [from, to] = key.split(" ").map((group) => indices.get(Number(group)));
    return from === undefined || to === undefined ? [] : [{ from, to, certain }];
  });
  const all: { from: number; to: number }[] = [];
  for (const [from, group] of kept.entries()) {
    const ends = new Set<number>();
    for (const i of reached[from]!) {
      const to = indices.get(groupOf.get(i) ?? -1);
      if (to !== undefined && to !== from) ends.add(to);
    }
    for (const to of ends) if (!calls.has(`${group} ${kept[to]}`)) all.push({ from, to });
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
  { key, methods }: Folded["groups"][number],
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
    name: label ?? path!,
    where: isOne
      ? `${path}:${own.line}${more > 0 ? ` and ${more} inside` : ""}`
      : `${label === undefined ? "" : `${path}, `}${methods.length} method${more === 0 ? "" : "s"}`,
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
