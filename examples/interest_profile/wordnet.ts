/** A set of nouns with one meaning, as WordNet has them. */
interface Synset {
  readonly words: readonly string[];
  readonly hypernyms: readonly string[];
  readonly gloss: string;
}

/** A meaning in a tree of meanings. */
export interface Meaning {
  readonly level: number;
  readonly path: string;
  readonly words: readonly string[];
  readonly gloss: string;
}

/** Stands for the meaning above the most general one. */
const ROOT = "";

/** Reads a `data.noun` file: offset, lexical file, type, words, pointers, then ` | gloss`; see WordNet's wndb(5). */
function* synsetsOf(text: string): Generator<[offset: string, synset: Synset]> {
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith(" ")) continue;
    const bar = line.indexOf(" | ");
    const fields = line.slice(0, bar).split(" ");
    const count = parseInt(fields[3]!, 16);
    const words = Array.from({ length: count }, (_, i) => fields[4 + 2 * i]!);
    const pointers = fields.slice(4 + 2 * count + 1);
    const hypernyms: string[] = [];
    for (let i = 0; i + 3 < pointers.length; i += 4) {
      if (pointers[i] === "@" && pointers[i + 2] === "n") hypernyms.push(pointers[i + 1]!);
    }
    yield [fields[0]!, { words, hypernyms, gloss: line.slice(bar + 3) }];
  }
}

/**
 * The tree of noun meanings below the first `skip` levels (everything is an "entity") and `deepest` levels deep, the general before
 * the special; a meaning under several more general ones counts under the first.
 */
export function meaningsOf(text: string, { skip, deepest }: { skip: number; deepest: number }): Meaning[] {
  const synsets = new Map(synsetsOf(text));
  const children = Map.groupBy(synsets.keys(), (offset) => synsets.get(offset)!.hypernyms[0] ?? ROOT);
  const meanings: Meaning[] = [];
  const visit = (offset: string, depth: number, above: readonly string[]) => {
    const { words, gloss } = synsets.get(offset)!;
    const path = depth > skip ? [...above, words[0]!] : above;
    if (depth > skip) meanings.push({ level: depth - skip, path: path.join("/"), words, gloss });
    if (depth < skip + deepest) {
      for (const child of children.get(offset) ?? []) visit(child, depth + 1, path);
    }
  };
  for (const root of children.get(ROOT) ?? []) visit(root, 1, []);
  return meanings;
}
