/**
 * What arrays can do, without a method or iterator of theirs: the program may have replaced those. Holes count as
 * undefined.
 */
import { defineProperty, isArray, setForEach } from "./intrinsics.ts";

export function forEach<T>(list: readonly T[], act: (item: T, i: number) => void): void {
  for (let i = 0; i < list.length; i++) act(list[i]!, i);
}

export function map<T, R>(list: readonly T[], make: (item: T, i: number) => R): R[] {
  const made: R[] = [];
  for (let i = 0; i < list.length; i++) made[i] = make(list[i]!, i);
  return made;
}

export function flatMap<T, R>(list: readonly T[], make: (item: T, i: number) => R | readonly R[]): R[] {
  const made: R[] = [];
  for (let i = 0; i < list.length; i++) {
    const some = make(list[i]!, i);
    if (isArray(some)) append(made, some);
    else made[made.length] = some as R;
  }
  return made;
}

export function filter<T>(list: readonly T[], keep: (item: T, i: number) => unknown): T[] {
  const kept: T[] = [];
  for (let i = 0; i < list.length; i++) if (keep(list[i]!, i)) kept[kept.length] = list[i]!;
  return kept;
}

export function find<T>(list: readonly T[], is: (item: T, i: number) => unknown): T | undefined {
  return list[findIndex(list, is)];
}

export function findIndex<T>(list: readonly T[], is: (item: T, i: number) => unknown): number {
  for (let i = 0; i < list.length; i++) if (is(list[i]!, i)) return i;
  return -1;
}

export function some<T>(list: readonly T[], is: (item: T, i: number) => unknown): boolean {
  return findIndex(list, is) >= 0;
}

export function every<T>(list: readonly T[], is: (item: T, i: number) => unknown): boolean {
  return findIndex(list, (item, i) => !is(item, i)) < 0;
}

/** By `===`. */
export function indexOf<T>(list: readonly T[], wanted: T): number {
  for (let i = 0; i < list.length; i++) if (list[i] === wanted) return i;
  return -1;
}

/** By `===`. */
export function includes<T>(list: readonly T[], wanted: T): boolean {
  return indexOf(list, wanted) >= 0;
}

/** Returns the new length. */
export function push<T>(list: T[], item: T): number {
  list[list.length] = item;
  return list.length;
}

/** Returns the list. */
export function append<T>(list: T[], more: readonly T[]): T[] {
  for (let i = 0; i < more.length; i++) list[list.length] = more[i]!;
  return list;
}

/** A list of the first `count` items of something like an array; of all if left out. */
export function listOf<T>(items: ArrayLike<T>, count: number = items.length): T[] {
  const list: T[] = [];
  for (let i = 0; i < count && i < items.length; i++) list[i] = items[i]!;
  return list;
}

export function join(list: readonly string[], between: string): string {
  let text = "";
  for (let i = 0; i < list.length; i++) text += i === 0 ? list[i]! : between + list[i]!;
  return text;
}

/** What a set has, in order. */
export function itemsOf<T>(set: ReadonlySet<T>): T[] {
  const list: T[] = [];
  setForEach(set, (item) => list[list.length] = item as T);
  return list;
}

export function fromEntries<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  const made: Record<string, T> = {};
  for (let i = 0; i < entries.length; i++) {
    const { 0: key, 1: value } = entries[i]!;
    defineProperty(made, key, { value, writable: true, enumerable: true, configurable: true });
  }
  return made;
}
