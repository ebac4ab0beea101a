import { type Analysis, effectsOf, reachable } from "./analyze.ts";
import { labelOf } from "./names.ts";

/** Names of each kind that a line has room for. */
const MOST_NAMES = 6;

/** The npm package that a name's path lies in. */
const PACKAGE = /^npm:(?:@[^/]+\/)?[^/#]+/;

/**
 * One line with the variables outside of themselves that a method and all that it may call read and write. Left out are names of
 * code, and variables of methods that it calls itself. Those of its own module are said by their names, others as `name (module)`,
 * captured ones as `name of method`, those of an npm package as a count. Undefined if there are none.
 */
export function stateLine(analysis: Analysis, index: number): string | undefined {
  const { id } = analysis.methods[index]!;
  const { reads, writes, open } = effectsOf(analysis, index);
  const reached = new Set<string>([...reachable(analysis, index)].map((i) => analysis.methods[i]!.id));
  const isState = (name: string) =>
    !analysis.codeNames.has(name) && !isOwnName(name) && !reached.has(name.split(": ")[0]!) &&
    !name.startsWith(`${id}: `);
  const said = ([["reads", reads], ["writes", writes]] as const).flatMap(([how, names]) => {
    const words = wordsFor(names.filter(isState), id.slice(0, id.indexOf("#")));
    if (words.length === 0) return [];
    const more = words.length > MOST_NAMES ? ` and ${words.length - MOST_NAMES} more` : "";
    return [`${how} ${words.slice(0, MOST_NAMES).join(", ")}${more}`];
  });
  if (said.length === 0) return undefined;
  return [...said, ...(open ? ["maybe others, by calls that can't be told"] : [])].join("; ");
}

/** The name that a class or function has inside of itself. */
function isOwnName(name: string): boolean {
  const [of, variable] = labelOf(name).split(": ");
  return variable !== undefined && of!.split(".").at(-1) === variable;
}

function wordsFor(names: readonly string[], own: string): string[] {
  const [library] = PACKAGE.exec(own) ?? [];
  const counts = new Map<string, number>();
  const words = names.flatMap((name) => {
    const [from] = PACKAGE.exec(name) ?? [];
    if (from === undefined || from === library) return [wordFor(name, own)];
    counts.set(from, (counts.get(from) ?? 0) + 1);
    return [];
  });
  return [...words, ...[...counts].map(([from, count]) => `${count} of ${from}`)];
}

function wordFor(name: string, own: string): string {
  const path = name.slice(0, name.indexOf("#")), rest = labelOf(name);
  const [of, variable] = rest.includes(": ") ? rest.split(": ") as [string, string] : [undefined, rest];
  return `${variable}${of === undefined ? "" : ` of ${of}`}${path === own ? "" : ` (${path})`}`;
}
