/** A subject that somebody can be interested in: a place in a tree of categories. */
export interface Category {
  /** From the most general one, e.g. `instrumentality/device/keyboard`. */
  readonly path: string;
  /** Nesting level; 1 for the most general. */
  readonly level: number;
  readonly keywords: readonly string[];
  /** How much each keyword says of it. */
  readonly weights: Float64Array;
  /** Length of the vector of weights. */
  readonly length: number;
}

/**
 * Reads categories up to a nesting level from a file with a line for each: level, path, keywords, parted by tabs, the
 * keywords by blanks. A keyword weighs the less the more categories have it. @throws what reading the file throws.
 */
export function readCategories(path: string, deepest: number): Category[] {
  const rows = Deno.readTextFileSync(path).split("\n").filter((line) => line !== "")
    .map((line) => line.split("\t")).filter(([level]) => Number(level) <= deepest);
  if (rows.length === 0) throw new RangeError(`${path} has no categories up to level ${deepest}`);
  const uses = new Map<string, number>();
  for (const [, , words] of rows) {
    for (const word of new Set(words!.split(" "))) uses.set(word, (uses.get(word) ?? 0) + 1);
  }
  return rows.map(([level, path, words]) => {
    const keywords = [...new Set(words!.split(" "))];
    const weights = Float64Array.from(keywords, (word) => Math.log(1 + rows.length / uses.get(word)!));
    return { path: path!, level: Number(level), keywords, weights, length: Math.hypot(...weights) };
  });
}
