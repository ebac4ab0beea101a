import type { BindingRef, ScopeHandle } from "./access.ts";

/** A module-level or global binding as a node of the heap: one per binding and session. */
export class BindingCell {
  readonly ref: BindingRef;
  readonly #mark = true;

  constructor(ref: BindingRef) {
    this.ref = ref;
  }

  /** Unlike `instanceof`, asks nothing of the value. */
  static is(value: object): value is BindingCell {
    return #mark in value;
  }
}

/**
 * One entry of a WeakMap or WeakSet as a node of the heap. Entries travel whose holder and key travel for another reason:
 * no code can get at any other, since nothing lists what a weak collection holds.
 */
export class WeakEntry {
  readonly holder: object;
  readonly key: WeakKey;
  readonly #mark = true;

  constructor(holder: object, key: WeakKey) {
    this.holder = holder;
    this.key = key;
  }

  static is(value: object): value is WeakEntry {
    return #mark in value;
  }
}

/** Whatever has an id: an object, a function, a symbol, and what others hold on to: scopes, bindings, weak entries. */
export type Node = object | symbol | ScopeHandle | BindingCell | WeakEntry;

/** Kinds of node, as numbered in packets: first those that may be instances. Each has its file in `kinds/`. */
export const KIND = {
  plain: 0,
  array: 1,
  map: 2,
  set: 3,
  date: 4,
  regexp: 5,
  error: 6,
  boxed: 7,
  buffer: 8,
  view: 9,
  arguments: 10,
  closure: 11,
  class: 12,
  member: 13,
  bound: 14,
  builtin: 15,
  symbol: 16,
  scope: 17,
  binding: 18,
  absent: 19,
  weakMap: 20,
  weakSet: 21,
  weakEntry: 22,
  weakRef: 23,
  promise: 24,
  proxy: 25,
  host: 26,
  namespace: 27,
  iterator: 28,
  registry: 29,
  arrayIterator: 30,
} as const;

export type KindNumber = (typeof KIND)[keyof typeof KIND];

/** Whether a node of that kind is something a variable can hold. */
export function isValueKind(kind: number): boolean {
  return kind !== KIND.scope && kind !== KIND.binding && kind !== KIND.weakEntry;
}

/** Whether a node of that kind is a weak collection. */
export function isWeakKind(kind: number): boolean {
  return kind === KIND.weakMap || kind === KIND.weakSet;
}

/** Whether nodes of that kind may be instances of a class with private names, as far as capture looks. */
export function mayCarryPrivates(kind: number): boolean {
  return kind <= KIND.arguments || isWeakKind(kind) || kind === KIND.weakRef || kind === KIND.promise ||
    kind === KIND.host || kind === KIND.registry || kind === KIND.arrayIterator;
}
