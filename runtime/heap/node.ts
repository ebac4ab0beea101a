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

/** Whatever has an id: an object, a function, a symbol, and what closures hold on to, scopes and bindings. */
export type Node = object | symbol | ScopeHandle | BindingCell;

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
} as const;

export type KindNumber = (typeof KIND)[keyof typeof KIND];

/** Whether a node of that kind is something a variable can hold. */
export function isValueKind(kind: number): boolean {
  return kind !== KIND.scope && kind !== KIND.binding;
}

/** Whether nodes of that kind may be instances of a class with private names, as far as capture looks. */
export function mayCarryPrivates(kind: number): boolean {
  return kind <= KIND.arguments;
}
