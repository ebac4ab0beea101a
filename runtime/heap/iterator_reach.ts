import { refuse } from "./classify.ts";
import { iteratorOfMap, mapGet, mapHas, mapIteratorNext, mapSet, mapSize, newWeakRef } from "./intrinsics.ts";
import { collectionOf, GIVES, look, mark, type Place, unmark, writePlace } from "./iterator_place.ts";
import { KIND } from "./node.ts";
import type { Outlet } from "./outlet.ts";
import { pathOf } from "./path.ts";
import { REFUSALS, type Why } from "./refusals.ts";
import type { Writer } from "./writer.ts";

/** Thrown by the device's capture if what the clone holds can't be brought to where it is here: all is sent anew then. */
export class Stale extends Error {}

/** Where an iterator was found. */
interface Found {
  /** Index of what it iterates over; undefined if it has ended, or that isn't reached. */
  readonly home: number | undefined;
  readonly left: number;
  readonly pairs: boolean;
}

const TEXT = "clonecloud: next";

/**
 * Finds where the Map and Set iterators stand that a capture reached, and over which of the reached collections. The engine
 * tells how many entries an iterator still meets, but not whose. So all collections are given one more entry for a moment,
 * in one round for each bit of their numbers some of them a second one, and the rounds in which an iterator has one more to
 * come spell its collection's number. Nothing of the program runs meanwhile, and no iterator notices.
 */
export class IteratorReach {
  readonly #found: number[] = [];
  /** Iterators that stand elsewhere than both sides agreed. */
  readonly moved: number[] = [];
  readonly #out: Outlet;
  readonly #places: Writer;
  #count = 0;

  constructor(out: Outlet, places: Writer) {
    this.#out = out;
    this.#places = places;
  }

  /** Told of every iterator that is reached. */
  note(index: number): void {
    this.#found[this.#found.length] = index;
  }

  /** Writes where they stand; returns how many do. @throws {Refusal} @throws {Stale} */
  write(): number {
    const { state, firstNew, options, values } = this.#out;
    const overMaps: number[] = [], overSets: number[] = [];
    for (let i = 0; i < this.#found.length; i++) {
      const index = this.#found[i]!;
      if (index < firstNew) {
        if (options.supplement !== true) this.#follow(index);
        continue;
      }
      const list = values.brandOf(state.nodes[index] as object) === "mapiterator" ? overMaps : overSets;
      list[list.length] = index;
    }
    if (overMaps.length > 0) this.#placeAll(overMaps, true);
    if (overSets.length > 0) this.#placeAll(overSets, false);
    return this.#count;
  }

  #write(index: number, place: Place): void {
    this.#count++;
    writePlace(this.#places, this.#out.state.origin + index, place);
  }

  /** Says where one stands that the other side knows. */
  #follow(index: number): void {
    const { state, values, options } = this.#out;
    const standing = state.standings.get(index)!;
    if (standing.collection === undefined) return;
    const collection = collectionOf(standing);
    const { overMap } = standing;
    const seen = collection && look(state.nodes[index] as object, { collection, overMap }, values);
    if (seen === undefined) {
      if (options.side === "device") throw new Stale();
      this.#leave(index, REFUSALS.oddIterator);
      return;
    }
    if (seen.ended || seen.left !== standing.left) this.moved[this.moved.length] = index;
    state.standings.set(index, {
      overMap,
      collection: seen.ended ? undefined : standing.collection,
      left: seen.left,
    });
    this.#write(index, { moved: seen });
  }

  /** Says where those stand that the other side doesn't know. */
  #placeAll(iterators: readonly number[], overMap: boolean): void {
    const { state } = this.#out;
    const collections = this.#collections(overMap ? KIND.map : KIND.set);
    const found = this.#find(iterators, collections, overMap);
    for (let i = 0; i < iterators.length; i++) {
      const index = iterators[i]!;
      const { home, left, pairs } = found[i]!;
      if (home !== undefined) this.#place(index, { home, left, pairs }, overMap);
      else if (left > 0) this.#stay(index, overMap ? REFUSALS.unreachedMap : REFUSALS.unreachedSet);
      else {
        state.standings.set(index, { overMap, collection: undefined, left });
        this.#write(index, { ended: { overMap, pairs } });
      }
    }
  }

  #place(index: number, { home, left, pairs }: Found & { readonly home: number }, overMap: boolean): void {
    const { state } = this.#out;
    const collection = state.nodes[home] as object;
    const gives = pairs
      ? GIVES.entries
      : overMap
      ? this.#givenBy(state.nodes[index] as object, collection as Map<unknown, unknown>, left)
      : GIVES.keys;
    if (gives === undefined) return this.#stay(index, REFUSALS.untoldItem);
    state.standings.set(index, { overMap, collection: new newWeakRef(collection), left });
    this.#write(index, { collection: state.origin + home, gives, left });
  }

  #stay(index: number, why: Why): void {
    const path = this.#leave(index, why);
    this.#write(index, { absent: { what: why.what, path, callable: false } });
  }

  /** Makes it an absent object; returns its path. @throws {Refusal} where it must travel */
  #leave(index: number, why: Why): string {
    const out = this.#out;
    out.at = out.state.parents[index]!;
    out.state.kinds[index] = refuse(out, out.state.nodes[index] as object, why);
    return pathOf(out, index);
  }

  /** Indexes of the reached collections of a kind. */
  #collections(kind: number): number[] {
    const { queue, state } = this.#out;
    const found: number[] = [];
    for (let i = 0; i < queue.length; i++) {
      const index = queue.at(i);
      if (state.kinds[index] === kind) found[found.length] = index;
    }
    return found;
  }

  /** Looks for each iterator in all the collections. Where there are none it isn't looked at: that could end it. */
  #find(iterators: readonly number[], collections: readonly number[], overMap: boolean): Found[] {
    const found: Found[] = [];
    if (collections.length === 0) {
      for (let i = 0; i < iterators.length; i++) found[i] = { home: undefined, left: 1, pairs: false };
      return found;
    }
    const { nodes } = this.#out.state;
    const key = {};
    for (let i = 0; i < collections.length; i++) mark(nodes[collections[i]!] as object, overMap, key);
    const once = this.#look(iterators, []);
    const twice = this.#look(iterators, collections, overMap);
    const homes: number[] = [];
    for (let bit = 1; bit < collections.length; bit *= 2) {
      const some: number[] = [];
      for (let i = 0; i < collections.length; i++) if ((i & bit) !== 0) some[some.length] = collections[i]!;
      const met = this.#look(iterators, some, overMap);
      for (let i = 0; i < met.length; i++) {
        homes[i] = (homes[i] ?? 0) + (met[i]!.left > once[i]!.left ? bit : 0);
      }
    }
    for (let i = 0; i < collections.length; i++) unmark(nodes[collections[i]!] as object, overMap, key);
    for (let i = 0; i < iterators.length; i++) {
      const { left, pairs } = once[i]!;
      const isHome = twice[i]!.left > left;
      found[i] = {
        home: isHome ? collections[homes[i] ?? 0] : undefined,
        left: isHome ? left - 1 : left,
        pairs,
      };
    }
    return found;
  }

  /** What is seen of iterators while these collections have one more entry. */
  #look(iterators: readonly number[], collections: readonly number[], overMap = false) {
    const { state: { nodes }, values } = this.#out;
    const key = {};
    const seen: { readonly left: number; readonly pairs: boolean }[] = [];
    for (let i = 0; i < collections.length; i++) mark(nodes[collections[i]!] as object, overMap, key);
    for (let i = 0; i < iterators.length; i++) {
      // What can't be told is taken for one over something else.
      seen[i] = values.iteratorView!(nodes[iterators[i]!] as object) ?? { left: 1, pairs: false };
    }
    for (let i = 0; i < collections.length; i++) unmark(nodes[collections[i]!] as object, overMap, key);
    return seen;
  }

  /** Whether it gives keys or values: for a moment the next entry has a value that shows. */
  #givenBy(iterator: object, map: Map<unknown, unknown>, left: number): number | undefined {
    let text = TEXT;
    while (mapHas(map, text)) text += "+";
    const key = left === 0 ? `${text}?` : keyAt(map, mapSize(map) - left);
    const before = mapGet(map, key);
    mapSet(map, key, text);
    const shows = this.#out.values.iteratorShows?.(iterator, text, key);
    if (left === 0) unmark(map, true, key);
    else mapSet(map, key, before);
    return shows === undefined ? undefined : shows ? GIVES.values : GIVES.keys;
  }
}

/** Device: whether an iterator that is away was stepped here. */
export function hasMoved({ state, values }: Outlet, index: number): boolean {
  const standing = state.standings.get(index);
  const collection = standing && collectionOf(standing);
  if (collection === undefined) return false;
  const { overMap, left } = standing!;
  const seen = look(state.nodes[index] as object, { collection, overMap }, values);
  return seen === undefined || seen.ended || seen.left !== left;
}

function keyAt(map: Map<unknown, unknown>, nth: number): unknown {
  const keys = iteratorOfMap(map);
  for (let i = 0; i < nth; i++) mapIteratorNext(keys);
  return mapIteratorNext(keys).value;
}
