/**
 * Map and Set iterators in progress: where each stands, as packets say it and as it is made so.
 *
 * 1. An iterator meets what comes behind the place where it stands, whatever is added or deleted meanwhile. Both sides hold
 *    the same entries in the same order, so how many entries it still meets says where it stands.
 * 2. One that has come to its end never goes on. V8 takes one that only stands behind the last entry for ended when it is
 *    looked at, so it is only looked at while its collection has one entry more.
 */
import type { ValueAccess } from "./access.ts";
import type { Inlet } from "./inlet.ts";
import {
  entriesOfMap,
  entriesOfSet,
  iteratorOfMap,
  iteratorOfSet,
  mapDelete,
  mapIteratorNext,
  mapSet,
  mapSize,
  newMap,
  newSet,
  newWeakRef,
  setAdd,
  setDelete,
  setIteratorNext,
  setSize,
  valuesOfMap,
  weakRefDeref,
} from "./intrinsics.ts";
import type { AbsentShell } from "./kinds/absent.ts";
import { KIND } from "./node.ts";
import { PacketError } from "./packet_error.ts";
import type { Writer } from "./writer.ts";

/** What an iterator gives of each entry. */
export const GIVES = { keys: 0, values: 1, entries: 2 } as const;

const MOVED = 0;
const MADE = 1;
const ENDED = 2;
const ABSENT = 3;

/** Where an iterator stands, as both sides agreed last. */
export interface Standing {
  readonly overMap: boolean;
  /** What it iterates over, weakly; undefined once it has ended. */
  readonly collection: WeakRef<object> | undefined;
  readonly left: number;
}

/** What is seen of an iterator where it stands. */
export interface Seen {
  readonly left: number;
  readonly ended: boolean;
}

/** What a packet says of an iterator. */
export type Place =
  | { readonly moved: Seen }
  | { readonly collection: number; readonly gives: number; readonly left: number }
  | { readonly ended: { readonly overMap: boolean; readonly pairs: boolean } }
  | { readonly absent: AbsentShell };

export function writePlace(w: Writer, mid: number, place: Place): void {
  w.varint(mid);
  if ("moved" in place) {
    w.byte(MOVED);
    w.varint(place.moved.left);
    w.byte(place.moved.ended ? 1 : 0);
  } else if ("collection" in place) {
    w.byte(MADE);
    w.varint(place.collection);
    w.byte(place.gives);
    w.varint(place.left);
  } else if ("ended" in place) {
    w.byte(ENDED);
    w.byte(place.ended.overMap ? 1 : 0);
    w.byte(place.ended.pairs ? 1 : 0);
  } else {
    w.byte(ABSENT);
    w.string(place.absent.what);
    w.string(place.absent.path);
  }
}

export function readPlaces(inlet: Inlet): void {
  for (let i = 0, count = inlet.count(); i < count; i++) {
    const mid = inlet.mid();
    inlet.places.set(mid, readPlace(inlet));
  }
}

function readPlace(inlet: Inlet): Place {
  switch (inlet.byte()) {
    case MOVED:
      return { moved: { left: inlet.varint(), ended: inlet.byte() === 1 } };
    case MADE:
      return { collection: inlet.mid(), gives: inlet.byte(), left: inlet.varint() };
    case ENDED:
      return { ended: { overMap: inlet.byte() === 1, pairs: inlet.byte() === 1 } };
    case ABSENT:
      return { absent: { what: inlet.string(), path: inlet.string(), callable: false } };
    default:
      throw new PacketError("an iterator stands in no known way");
  }
}

/** Makes an iterator at the start of its collection. @throws {PacketError} */
export function makeIterator(place: Place, inlet: Inlet): object {
  if ("ended" in place) {
    const { overMap, pairs } = place.ended;
    return iteratorOver(overMap ? new newMap() : new newSet(), overMap, pairs ? GIVES.entries : GIVES.keys);
  }
  if (!("collection" in place)) throw new PacketError("an iterator is moved that isn't there");
  const kind = inlet.kindOf(place.collection);
  if (kind !== KIND.map && kind !== KIND.set || place.gives > GIVES.entries) {
    throw new PacketError("an iterator has no collection");
  }
  return iteratorOver(inlet.liveObject(place.collection), kind === KIND.map, place.gives);
}

function iteratorOver(collection: object, overMap: boolean, gives: number): object {
  if (!overMap) {
    const set = collection as Set<unknown>;
    return gives === GIVES.entries ? entriesOfSet(set) : iteratorOfSet(set);
  }
  const map = collection as Map<unknown, unknown>;
  if (gives === GIVES.entries) return entriesOfMap(map);
  return gives === GIVES.keys ? iteratorOfMap(map) : valuesOfMap(map);
}

/** Before anything is changed: whether each place is an iterator's. @throws {PacketError} */
export function checkPlaces(inlet: Inlet): void {
  const { state, firstNew } = inlet;
  inlet.places.forEach((place, mid) => {
    const index = mid - state.origin;
    const kind = "absent" in place ? KIND.absent : KIND.iterator;
    const isNew = index >= firstNew;
    if (state.kinds[index] !== kind || state.nodes[index] === undefined || isNew === "moved" in place) {
      throw new PacketError("what isn't an iterator stands somewhere");
    }
    if (!isNew && state.standings.get(index) === undefined) {
      throw new PacketError("an iterator stands nowhere");
    }
  });
}

/** Once all collections are as the packet says: steps iterators to where they stand there. */
export function fillPlaces(inlet: Inlet): void {
  const { state } = inlet;
  inlet.places.forEach((place, mid) => {
    if ("absent" in place) return;
    const index = mid - state.origin;
    const iterator = state.nodes[index] as object;
    const standing = "moved" in place
      ? move(iterator, state.standings.get(index)!, place.moved, inlet)
      : "collection" in place
      ? advance(iterator, place, inlet)
      : ended(iterator, place.ended.overMap);
    state.standings.set(index, standing);
  });
}

function move(iterator: object, standing: Standing, seen: Seen, { values, side }: Inlet): Standing {
  const { overMap } = standing;
  const collection = collectionOf(standing);
  if (seen.ended || collection === undefined) return ended(iterator, overMap);
  const now = look(iterator, { collection, overMap }, values);
  if ((now === undefined || now.ended || now.left < seen.left) && side === "clone") {
    throw new PacketError("an iterator can't be taken back");
  }
  step(iterator, overMap, (now?.left ?? 0) - seen.left);
  return { ...standing, left: seen.left };
}

function advance(
  iterator: object,
  place: { readonly collection: number; readonly left: number },
  inlet: Inlet,
): Standing {
  const { left } = place;
  const collection = inlet.liveObject(place.collection);
  const overMap = inlet.kindOf(place.collection) === KIND.map;
  step(iterator, overMap, sizeOf(collection, overMap) - left);
  return { overMap, collection: new newWeakRef(collection), left };
}

function ended(iterator: object, overMap: boolean): Standing {
  const next = overMap ? mapIteratorNext : setIteratorNext;
  while (next(iterator as Iterator<unknown>).done !== true);
  return { overMap, collection: undefined, left: 0 };
}

/** What an iterator iterates over, if it hasn't ended and that lives. */
export function collectionOf({ collection }: Standing): object | undefined {
  return collection === undefined ? undefined : weakRefDeref(collection) as object | undefined;
}

function step(iterator: object, overMap: boolean, steps: number): void {
  const next = overMap ? mapIteratorNext : setIteratorNext;
  for (let i = 0; i < steps; i++) if (next(iterator as Iterator<unknown>).done === true) return;
}

export function sizeOf(collection: object, overMap: boolean): number {
  return overMap ? mapSize(collection as Map<unknown, unknown>) : setSize(collection as Set<unknown>);
}

/** Adds an entry that no program can see, as nothing of the program runs until {@linkcode unmark}; false if it is full. */
export function mark(collection: object, overMap: boolean, key: unknown): boolean {
  try {
    if (overMap) mapSet(collection as Map<unknown, unknown>, key, undefined);
    else setAdd(collection as Set<unknown>, key);
    return true;
  } catch {
    return false;
  }
}

export function unmark(collection: object, overMap: boolean, key: unknown): void {
  if (overMap) mapDelete(collection as Map<unknown, unknown>, key);
  else setDelete(collection as Set<unknown>, key);
}

/** Looks at an iterator without taking anything from it. Undefined if that can't be done. */
export function look(
  iterator: object,
  { collection, overMap }: { readonly collection: object; readonly overMap: boolean },
  { iteratorView, isBareIterator }: ValueAccess,
): Seen | undefined {
  if (isBareIterator?.(iterator) !== true) return undefined;
  const key = {};
  if (!mark(collection, overMap, key)) return undefined;
  const left = iteratorView!(iterator)?.left;
  unmark(collection, overMap, key);
  return left === undefined
    ? undefined
    : left === 0
    ? { left, ended: true }
    : { left: left - 1, ended: false };
}
