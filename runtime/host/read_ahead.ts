import { LOOKS_AT_ONCE, READ_FIRST_BYTES, READ_MOST_BYTES } from "../bounds/mod.ts";

/** Files sent along at once, however little they cost. */
const MAX_FILES = 256;
/** Lists remembered, the latest ones: the arguments and some folders. */
const MAX_LISTS = 16;

/** Something to send: how long it is, and how many bytes of it must travel, if not all. */
export interface Weighed {
  readonly length: number;
  readonly cost?: number;
}

/**
 * Guesses which files a guest reads next, so that it needn't ask for each across the link: a program that reads one file
 * of a list that it was given (its arguments, a folder's entries) mostly reads the following ones.
 */
export class ReadAhead {
  readonly #lists: (readonly string[])[];
  readonly #sent = new Set<string>();
  readonly #looked = new Set<string>();
  /** The file that is asked for next if all those sent were wanted. */
  #expected: string | undefined;
  #budget = READ_FIRST_BYTES;

  constructor(first: readonly string[]) {
    this.#lists = [first];
  }

  /** The guest's copies are gone. */
  begin(): void {
    this.#sent.clear();
    this.#looked.clear();
    this.#expected = undefined;
    this.#budget = READ_FIRST_BYTES;
  }

  /** Earlier runs read these files, in this order. */
  expect(paths: readonly string[]): void {
    this.#lists.splice(1, 0, paths);
  }

  /** The guest saw these files, in this order. */
  listed(paths: readonly string[]): void {
    this.#lists.splice(1, Math.max(0, this.#lists.length - MAX_LISTS + 1));
    this.#lists.push(paths);
  }

  /** Paths that are likely to be asked about after this one, until they were {@linkcode looked} at. */
  looks(path: string): string[] {
    const list = this.#lists.findLast((item) => item.includes(path));
    if (list === undefined) return [];
    const from = list.indexOf(path) + 1;
    return list.slice(from, from + LOOKS_AT_ONCE).filter((item) => !this.#looked.has(item));
  }

  /** The guest was told of these paths. */
  looked(paths: readonly string[]): void {
    for (const path of paths) this.#looked.add(path);
  }

  /** What to send along with a file that was asked for; `load` returns undefined for what can't be sent, and may throw. */
  after<T extends Weighed>(path: string, load: (path: string) => T | undefined): Map<string, T> {
    const chosen = new Map<string, T>();
    const budget = path === this.#expected ? Math.min(READ_MOST_BYTES, this.#budget * 2) : this.#budget;
    const list = this.#lists.findLast((item) => item.includes(path)) ?? [];
    let left = budget;
    let expected = list.length === 0 ? this.#expected : undefined;
    for (let i = list.indexOf(path) + 1; i < list.length; i++) {
      const next = list[i]!;
      if (next === path || this.#sent.has(next) || chosen.has(next)) continue;
      const found = load(next);
      const cost = found?.cost ?? found?.length ?? 0;
      if (found === undefined || cost > left || chosen.size >= MAX_FILES) {
        expected = next;
        break;
      }
      left -= cost;
      chosen.set(next, found);
    }
    for (const sent of [path, ...chosen.keys()]) this.#sent.add(sent);
    this.#budget = budget;
    this.#expected = expected;
    return chosen;
  }
}
