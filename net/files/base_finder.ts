/** Chunks in a row that wait until it is clear what they stand for: 2 MiB. */
const MAX_HELD = 8;
/** Old chunks that all of them may be made of. */
const MAX_RUN = 3;

/** A new chunk, and the names of old ones that it is likely to resemble. */
export interface Based<T> {
  readonly item: T;
  readonly bases: readonly string[];
}

/** Finds for a file's new chunks the old ones that they took the place of: those between the same neighbours. */
export class BaseFinder<T> {
  readonly #old: readonly string[];
  readonly #places: ReadonlyMap<string, number>;
  /** Where the old chunks go on after the last one that is still there. */
  #next = 0;
  #held: T[] = [];

  constructor(old: readonly string[]) {
    this.#old = old;
    this.#places = new Map(old.map((name, i) => [name, i]));
  }

  /** Takes the next chunk; returns those of which it is now clear. */
  add(name: string, item: T): Based<T>[] {
    const place = this.#places.get(name);
    if (place === undefined) {
      this.#held.push(item);
      return this.#held.length < MAX_HELD ? [] : this.#release(this.#next + MAX_HELD);
    }
    const released = this.#release(place);
    this.#next = place + 1;
    return [...released, { item, bases: [] }];
  }

  end(): Based<T>[] {
    return this.#release(this.#old.length);
  }

  #release(until: number): Based<T>[] {
    const run = this.#old.slice(this.#next, Math.max(this.#next, until));
    const held = this.#held;
    this.#held = [];
    this.#next += run.length;
    return held.map((item, i) => ({
      item,
      bases: run.length === held.length ? [run[i]!] : run.length <= MAX_RUN ? run : [],
    }));
  }
}
