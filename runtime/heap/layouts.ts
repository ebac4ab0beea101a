import type { ValueAccess } from "./access.ts";
import { ArrayPrototype, getPrototypeOf, objectKeys, ObjectPrototype, ownKeys } from "./intrinsics.ts";
import { isArrayIndex } from "./keys.ts";
import { KIND, type KindNumber } from "./node.ts";
import type { Shape } from "./shape.ts";

/** An object of this capture whose layout stands for its shape. */
export interface Layout {
  readonly exemplar: object;
  readonly shape: Shape;
  /** Classes whose private names it carries, base class first: the engine's layout tells of those too. */
  readonly carried: readonly Function[];
  /** Its elements are no properties of their own: a typed array. */
  readonly elementsAreSlots: boolean;
}

/** A layout with what tells its objects from ones that have elements besides: the hidden class doesn't. */
interface LearntLayout extends Layout {
  readonly enumerated: number;
}

/** An object that turned out to be of a kind, as an example. */
interface Example {
  readonly exemplar: object;
  readonly kind: KindNumber;
}

/** How many layouts are tried, the last used first; each try takes a few nanoseconds. */
const MAX_LAYOUTS = 24;

/** Kinds of elements that ordinary arrays have: packed and with holes, of small integers, doubles and anything. */
const ARRAYS: readonly (readonly unknown[])[] = [[1], [{}], [1.5], [1, , 2], [{}, , 1], [1.5, , 2.5]];

/**
 * Recognises objects by their hidden class, where the engine can be asked. A hit tells everything but the values: no
 * descriptor needs to be read, no brand asked for, and reading the values runs nothing.
 */
export class Layouts {
  readonly #same: ((a: object, b: object) => boolean) | undefined;
  readonly #layouts: LearntLayout[] = [];
  /** Objects that were told apart before their shape was known: a list is met before its elements are looked into. */
  readonly #examples: Example[] = [];
  /** Whether reading an element that an array lacks finds nothing: nobody gave the prototypes elements. */
  readonly #holesAreEmpty: boolean;
  readonly #isProxy: (value: object) => boolean;
  /** Of ordinary arrays, once one was seen. */
  arrayShape: Shape | undefined;

  constructor(values: ValueAccess) {
    const { sameLayout } = values;
    this.#isProxy = (value) => values.isProxy(value);
    this.#same = sameLayout === undefined ? undefined : (a, b) => sameLayout(a, b);
    this.#holesAreEmpty = !hasElements(ArrayPrototype) && !hasElements(ObjectPrototype);
  }

  /** What is known of an object, if one of its layout was seen before. */
  find(object: object): Layout | undefined {
    const same = this.#same;
    if (same === undefined) return undefined;
    const layouts = this.#layouts;
    for (let i = 0; i < layouts.length; i++) {
      const layout = layouts[i]!;
      if (!same(object, layout.exemplar)) continue;
      if (i > 0) {
        layouts[i] = layouts[i - 1]!;
        layouts[i - 1] = layout;
      }
      return layout.elementsAreSlots || enumerated(object) === layout.enumerated ? layout : undefined;
    }
    return undefined;
  }

  /** Takes an object as the exemplar of its shape. Ones that have no properties, slots or private names tell too little. */
  learn(layout: Layout & { readonly hasSlots: boolean }): void {
    const { exemplar, shape, carried, hasSlots } = layout;
    const tells = shape.keys.length > 0 || hasSlots || carried.length > 0;
    if (this.#same === undefined || !shape.simple || !tells || !this.#same(exemplar, exemplar)) return;
    for (let at = shape.root.prototype; at !== null; at = getPrototypeOf(at)) {
      if (this.#isProxy(at) || hasElements(at)) return;
    }
    const layouts = this.#layouts;
    layouts[layouts.length < MAX_LAYOUTS ? layouts.length : MAX_LAYOUTS - 1] = {
      ...layout,
      enumerated: layout.elementsAreSlots ? 0 : enumerated(exemplar),
    };
  }

  /** The kind of an object that is known by the company it keeps, and no built-in. */
  kindOf(object: object): KindNumber | undefined {
    const same = this.#same;
    if (same === undefined) return undefined;
    const examples = this.#examples;
    for (let i = 0; i < examples.length; i++) {
      const example = examples[i]!;
      if (!same(object, example.exemplar)) continue;
      if (i > 0) {
        examples[i] = examples[i - 1]!;
        examples[i - 1] = example;
      }
      return example.kind;
    }
    return undefined;
  }

  /** Takes an object as an example of its kind; of those without special slots, empty ones tell too little. */
  learnKind(exemplar: object, kind: KindNumber): void {
    if (this.#same === undefined || !this.#same(exemplar, exemplar)) return;
    if (kind === KIND.plain && objectKeys(exemplar).length === 0) return;
    const examples = this.#examples;
    examples[examples.length < MAX_LAYOUTS ? examples.length : MAX_LAYOUTS - 1] = { exemplar, kind };
  }

  /** Whether something is an array with ordinary elements, the usual prototype and nothing else. */
  isOrdinaryArray(object: object): boolean {
    const same = this.#same;
    if (same === undefined || !this.#holesAreEmpty) return false;
    for (let i = 0; i < ARRAYS.length; i++) if (same(object, ARRAYS[i]!)) return true;
    return false;
  }
}

/** How many properties `for…in` shows; unlike a list of keys it costs no memory. No prototype may be a proxy. */
function enumerated(object: object): number {
  let count = 0;
  for (const _ in object) count++;
  return count;
}

/** Whether an object has properties that are array indexes: those come first. */
export function hasElements(object: object): boolean {
  const keys = ownKeys(object);
  return keys.length > 0 && isArrayIndex(keys[0]!);
}
