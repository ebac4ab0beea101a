import { type Category, readCategories } from "./category.ts";
import { countStems } from "./keywords.ts";

/** A category and how much a user cares for it. */
export interface Interest {
  readonly path: string;
  readonly score: number;
}

/** Categories that a page may stand for; its other likenesses are chance. */
const BEST_OF_PAGE = 5;

/** What a user is interested in, learned from the pages they look at; no page leaves the device it is read on. */
export class InterestProfile {
  readonly #categories: readonly Category[];
  readonly #scores = new Map<string, number>();
  pages = 0;

  constructor(categories: readonly Category[]) {
    this.#categories = categories;
  }

  get categories(): number {
    return this.#categories.length;
  }

  /** Adds a page: the categories it is most like gain by how like it they are. */
  addPage(text: string): void {
    this.pages++;
    for (const { path, score } of this.categorise(text)) {
      this.#scores.set(path, (this.#scores.get(path) ?? 0) + score);
    }
  }

  /** The categories that a text is most like, by the cosine between their keywords and its own. */
  categorise(text: string): Interest[] {
    const words = countStems(text);
    const length = Math.hypot(...words.values());
    const best: Interest[] = [];
    for (const category of this.#categories) {
      const score = cosine(words, length, category);
      if (best.length === BEST_OF_PAGE && score <= best.at(-1)!.score) continue;
      if (score > 0) best.push({ path: category.path, score });
      best.sort((a, b) => b.score - a.score);
      best.length = Math.min(best.length, BEST_OF_PAGE);
    }
    return best;
  }

  /** The strongest interests. */
  top(count: number): Interest[] {
    const all = [...this.#scores].map(([path, score]) => ({ path, score }));
    return all.sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1)).slice(0, count);
  }
}

/** Learns a profile from pages, against the categories of a file up to a nesting level. */
export function profileOf(
  pages: readonly string[],
  { categories, level }: { categories: string; level: number },
): InterestProfile {
  const profile = new InterestProfile(readCategories(categories, level));
  for (const path of pages) profile.addPage(Deno.readTextFileSync(path));
  return profile;
}

function cosine(words: ReadonlyMap<string, number>, length: number, category: Category): number {
  const { keywords, weights } = category;
  let product = 0;
  for (let i = 0; i < keywords.length; i++) {
    const count = words.get(keywords[i]!);
    if (count !== undefined) product += count * weights[i]!;
  }
  return product === 0 ? 0 : product / (length * category.length);
}
