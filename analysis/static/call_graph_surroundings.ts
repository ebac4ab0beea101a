import { type Analysis, type Pin, reachable } from "./analyze.ts";
import type { Folded, Group } from "./call_graph.ts";
import { labelOf } from "./names.ts";
import { verdictOf } from "./verdict.ts";

/** Boxes of each kind that a person can still look at together. */
const MOST_ENTRIES = 18, MOST_STAYING = 8, MOST_ALONG = 14;

/** Which methods are shown, and how. */
interface Shown {
  readonly shown: readonly number[];
  /** The npm package that a method is in, if these are one box each. */
  readonly inLibrary: (method: number) => string | undefined;
  readonly mostCalls: number;
}

/**
 * What a person wants to see of a program that is too large to draw: the legal migration points at which a thread could leave (code
 * that stays calls them), a box each, those that take the most along; what calls them, put together by why it stays; and what
 * they call, by module or folder. Only calls from and to these points are drawn.
 */
export function surroundings(
  analysis: Analysis,
  { shown, inLibrary, mostCalls }: Shown,
): Folded & { reduced: string[] } {
  const { methods } = analysis;
  const isShown = new Set(shown);
  const calls = analysis.calls.filter(({ caller, callee }) => isShown.has(caller) && isShown.has(callee));
  const { all, chosen } = entriesOf(analysis, { calls, inLibrary });
  const callers = calls.filter(({ caller, callee }) =>
    chosen.has(callee) && methods[caller]!.pin !== undefined
  );
  const callees = calls.filter(({ caller, callee }) =>
    chosen.has(caller) && !chosen.has(callee) && methods[callee]!.pin === undefined
  );
  const called = [...new Set(callees.map(({ callee }) => callee))];
  const staying = [
    ...Map.groupBy(new Set(callers.map(({ caller }) => caller)), (i) => whyOf(methods[i]!.pin!)),
  ]
    .sort(([, a], [, b]) => b.length - a.length);
  const along = alongBy(analysis, called, inLibrary);
  const groups: Group[] = [
    ...staying.slice(0, MOST_STAYING).map(([why, own]) => ({
      key: why,
      methods: own,
      name: why,
      where: methods[own[0]!]!.outer < 0
        ? modulesOf(analysis, own)
        : `${own.length} that stay${own.length === 1 ? "s" : ""}: ${modulesOf(analysis, own)}`,
    })),
    ...[...chosen].map((i) => ({ key: String(i), methods: [i], ...wordsOf(analysis, i) })),
    ...along.slice(0, MOST_ALONG).map(([key, own]) => ({ key, methods: own })),
  ];
  const groupOf = new Map(groups.flatMap(({ methods }, group) => methods.map((i) => [i, group] as const)));
  const between = new Map<string, boolean>(), selfCalls = new Set<number>();
  for (const { caller, callee, certain } of calls) {
    const from = groupOf.get(caller), to = groupOf.get(callee);
    if (from === undefined || to === undefined) continue;
    if (caller === callee) selfCalls.add(from);
    // Into a point from what stays, and out of it: three columns.
    const isIn = methods[caller]!.pin !== undefined && chosen.has(callee);
    const isOut = chosen.has(caller) && !chosen.has(callee) && methods[callee]!.pin === undefined;
    if (isIn || isOut) between.set(`${from} ${to}`, certain || between.get(`${from} ${to}`) === true);
  }
  const sure = new Map([...between].filter(([, certain]) => certain));
  const some = between.size <= mostCalls ? between : sure;
  const lines = new Map([...some].slice(0, mostCalls));
  const stay = shown.filter((i) => methods[i]!.pin !== undefined).length;
  const reduced = [
    `${shown.length} methods are too many to draw: ${stay} stay, ${
      shown.length - stay
    } may move or go along.`,
    chosen.size === 0
      ? "No legal migration point is called by code that stays."
      : `Shown are ${chosen.size} of ${all} legal migration points that code which stays calls (in the middle): those that ` +
        "take the most along.",
    "What calls them is put together by why it stays, what they call by module; calls among them are not drawn.",
  ];
  const leaveOut = (what: string, left: readonly (readonly [string, readonly number[]])[], of: string) => {
    const count = left.reduce((sum, [, own]) => sum + own.length, 0);
    if (count > 0) reduced.push(`${count} ${what} ${left.length} ${of} are left out.`);
  };
  leaveOut("callers that stay for", staying.slice(MOST_STAYING), "other reasons");
  leaveOut("methods that they call in", along.slice(MOST_ALONG), "other folders");
  if (lines.size < between.size) {
    reduced.push(`${between.size - lines.size} of ${between.size} calls are left out, possible ones first.`);
  }
  reduced.push("More of one part: --method TEXT.");
  return { groups, groupOf, calls: lines, selfCalls, isDirect: true, reduced };
}

/** Legal points that code which stays calls: how many, and those to show. */
function entriesOf(
  analysis: Analysis,
  { calls, inLibrary }: { calls: Analysis["calls"]; inLibrary: Shown["inLibrary"] },
): { all: number; chosen: Set<number> } {
  const { methods } = analysis;
  const found = new Map<number, boolean>();
  for (const { caller, callee, certain } of calls) {
    if (methods[caller]!.pin === undefined || methods[callee]!.pin !== undefined) continue;
    if (methods[callee]!.notPoint !== undefined || inLibrary(callee) !== undefined) continue;
    found.set(callee, certain || found.get(callee) === true);
  }
  const worth = [...found].map(([i, certain]) => ({ i, certain, takes: takenBy(analysis, i) }));
  worth.sort((a, b) => b.takes - a.takes || Number(b.certain) - Number(a.certain));
  return { all: found.size, chosen: new Set(worth.slice(0, MOST_ENTRIES).map(({ i }) => i)) };
}

/** How many methods may go along with one. */
function takenBy(analysis: Analysis, i: number): number {
  return [...reachable(analysis, i)].filter((other) => analysis.methods[other]!.pin === undefined).length;
}

/** The main cause of a pin, in a few words: an API, else the reason. */
function whyOf({ api, reason }: Pin): string {
  return api ?? reason;
}

function wordsOf(analysis: Analysis, i: number): { name: string; where: string } {
  const { id, line, mayPin } = analysis.methods[i]!;
  const path = id.slice(0, id.indexOf("#"));
  const doubt = mayPin === undefined
    ? verdictOf(analysis, i).why.startsWith("stays together") ? "" : " · free"
    : ` · ${mayPin.api ?? "a call that can't be told"}?`;
  return { name: labelOf(id), where: `${path.split("/").slice(-2).join("/")}:${line}${doubt}` };
}

function modulesOf({ methods }: Analysis, own: readonly number[]): string {
  const paths = [...new Set(own.map((i) => methods[i]!.id.slice(0, methods[i]!.id.indexOf("#"))))];
  return paths.length === 1 ? paths[0]! : `${paths.length} modules`;
}

/**
 * Methods by class or function, or, if these are too many, by module, or by folder, as deep as there is room for. Of a few modules
 * the classes with the most of them keep boxes of their own.
 */
function alongBy(
  { methods }: Analysis,
  called: readonly number[],
  inLibrary: Shown["inLibrary"],
): [string, number[]][] {
  const pathOf = (i: number) => inLibrary(i) ?? methods[i]!.id.slice(0, methods[i]!.id.indexOf("#"));
  const partOf = (i: number) => {
    if (inLibrary(i) !== undefined) return pathOf(i);
    let of = i;
    while (methods[methods[of]!.outer]!.outer >= 0) of = methods[of]!.outer;
    return `${pathOf(i)}#${methods[of]!.owner ?? labelOf(methods[of]!.id)}`;
  };
  const inFolder = (deep: number) => (i: number) => {
    const path = pathOf(i), parts = path.split("/");
    const first = /^npm:@/.test(path) ? 2 : 1;
    return parts.length - first <= deep ? path : `${parts.slice(0, first + deep).join("/")}/`;
  };
  const by = (keyOf: (i: number) => string) =>
    [...Map.groupBy(called, keyOf)].sort(([, a], [, b]) => b.length - a.length);
  const parts = by(partOf), modules = by(pathOf);
  if (parts.length <= MOST_ALONG) return parts;
  if (modules.length <= MOST_ALONG / 3) {
    const own = new Set(parts.slice(0, MOST_ALONG - modules.length).map(([key]) => key));
    return by((i) => own.has(partOf(i)) ? partOf(i) : `${pathOf(i)}#other methods`);
  }
  for (const deep of [Infinity, 4, 3, 2, 1]) {
    const groups = by(inFolder(deep));
    if (groups.length <= MOST_ALONG) return groups;
  }
  return by(inFolder(0));
}
