/** Ids of a list from which on it has a set besides, to look them up in. */
const MOST_SOUGHT = 16;

const NONE: readonly number[] = [];

/** Very many lists of numbers, each in a list once: most of them hold a few, for which a set takes several times the room. */
export class IdLists {
  readonly #lists: (number[] | undefined)[] = [];
  readonly #sets = new Map<number, Set<number>>();

  /** A new list; its index. */
  addList(): number {
    return this.#lists.push(undefined) - 1;
  }

  /** A list as it is now; what is added may not show in it. */
  of(list: number): readonly number[] {
    return this.#lists[list] ?? NONE;
  }

  has(list: number, id: number): boolean {
    const ids = this.#lists[list];
    if (ids === undefined) return false;
    return ids.length < MOST_SOUGHT ? ids.includes(id) : this.#sets.get(list)!.has(id);
  }

  /** Adds an id; false if it was there. */
  add(list: number, id: number): boolean {
    const ids = this.#lists[list];
    if (ids === undefined) this.#lists[list] = [id];
    else {
      if (this.has(list, id)) return false;
      ids.push(id);
      if (ids.length === MOST_SOUGHT) this.#sets.set(list, new Set(ids));
      else if (ids.length > MOST_SOUGHT) this.#sets.get(list)!.add(id);
    }
    return true;
  }
}
