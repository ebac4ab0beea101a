import { LOOKS_AT_ONCE, READ_FIRST_BYTES, READ_MOST_BYTES, READ_WHOLE_BYTES } from "../bounds/mod.ts";

/** Files sent along at once, however little they cost. */
const MAX_FILES = 256;
/** Lists remembered, the latest ones: the arguments and some folders. */
const MAX_LISTS = 16;

/** Something to send: how long it is, and how many bytes of it must travel, if not all. */
export interface Weighed {
  readonly length: number;
  readonly cost?: number;
}

/** Undefined for what can't be sent; what must travel with more bytes than `most` needn't be whole. May throw. */
type Load<T> = (path: string, most: number) => T | undefined;

/**
 * Guesses which files a guest reads next, so that it needn't ask for each across the link: a program that reads one file
 * of a list that it was given (its arguments, a folder's entries) mostly reads the following ones.
 */
export class ReadAhead {
  readonly #lists: (readonly string[])[];
  /** What earlier runs read. */
  #read: readonly string[] = [];
  readonly #sent = new Set<string>();
  readonly #looked = new Set<string>();
  /** The file that is asked for next if all those sent were wanted. */
  #expected: string | undefined;
  /** Whether it wasn't sent because enough was. */
  #goesOn = false;
  #budget = READ_FIRST_BYTES;

  constructor(first: readonly string[]) {
    this.#lists = [first];
  }

  /** The guest's copies are gone. */
  begin(): void {
    this.#sent.clear();
    this.#looked.clear();
    this.#expected = undefined;
    this.#goesOn = false;
    this.#budget = READ_FIRST_BYTES;
  }

  /** Earlier runs read these files, in this order: no other list knows better. */
  expect(paths: readonly string[]): void {
    this.#read = paths;
  }

  /** The guest saw these files, in this order. */
  listed(paths: readonly string[]): void {
    this.#lists.splice(1, Math.max(0, this.#lists.length - MAX_LISTS + 1));
    this.#lists.push(paths);
  }

  /** Paths that are likely to be asked about after this one, until they were {@linkcode looked} at. */
  looks(path: string): string[] {
    const list = this.#listOf(path);
    if (list === undefined) return [];
    const from = list.indexOf(path) + 1;
    return list.slice(from, from + LOOKS_AT_ONCE).filter((item) => !this.#looked.has(item));
  }

  /** The guest was told of these paths. */
  looked(paths: readonly string[]): void {
    for (const path of paths) this.#looked.add(path);
  }

  /** The file with which {@linkcode more} begins; undefined if there is none. */
  get next(): string | undefined {
    return this.#goesOn ? this.#expected : undefined;
  }

  /** What to send along with a file that was asked for. */
  after<T extends Weighed>(path: string, load: Load<T>): Map<string, T> {
    this.#sent.add(path);
    const list = this.#listOf(path);
    if (list === undefined) return new Map();
    const budget = path === this.#expected ? this.#larger() : this.#budget;
    return this.#choose(list, { from: list.indexOf(path) + 1, budget, first: budget }, load);
  }

  /** What to send while the guest has yet to read what it was sent: the guess was right. */
  more<T extends Weighed>(load: Load<T>): Map<string, T> {
    const next = this.next;
    if (next === undefined) return new Map();
    const list = this.#listOf(next)!;
    const budget = this.#larger();
    return this.#choose(list, { from: list.indexOf(next), budget, first: READ_WHOLE_BYTES }, load);
  }

  #listOf(path: string): readonly string[] | undefined {
    return this.#read.includes(path) ? this.#read : this.#lists.findLast((item) => item.includes(path));
  }

  #larger(): number {
    return Math.min(READ_MOST_BYTES, this.#budget * 2);
  }

  /** `first`: how many bytes the first one may have. */
  #choose<T extends Weighed>(
    list: readonly string[],
    { from, budget, first }: { readonly from: number; readonly budget: number; readonly first: number },
    load: Load<T>,
  ): Map<string, T> {
    const chosen = new Map<string, T>();
    let left = budget;
    let expected: string | undefined;
    this.#goesOn = false;
    for (let i = from; i < list.length; i++) {
      const next = list[i]!;
      if (this.#sent.has(next) || chosen.has(next)) continue;
      const most = chosen.size === 0 ? first : left;
      const found: Weighed | undefined = chosen.size < MAX_FILES ? load(next, most) : { length: Infinity };
      const cost = found?.cost ?? found?.length ?? 0;
      if (found === undefined || cost > most) {
        expected = next;
        this.#goesOn = found !== undefined;
        break;
      }
      left -= cost;
      chosen.set(next, found as T);
    }
    for (const sent of chosen.keys()) this.#sent.add(sent);
    this.#budget = budget;
    this.#expected = expected;
    return chosen;
  }
}
