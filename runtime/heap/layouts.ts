import type { ValueAccess } from "./access.ts";
import { ArrayPrototype, objectKeys, ObjectPrototype, ownKeys } from "./intrinsics.ts";
import { isArrayIndex } from "./keys.ts";
import type { Shape } from "./shape.ts";

/** An object of this capture whose layout stands for its shape. */
interface Layout {
  readonly exemplar: object;
  readonly shape: Shape;
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
  readonly #layouts: Layout[] = [];
  /** Objects that were told apart before their shape was known: a list is met before its elements are looked into. */
  readonly #plain: object[] = [];
  /** Whether reading an element that an array lacks finds nothing: nobody gave the prototypes elements. */
  readonly #holesAreEmpty: boolean;
  /** Of ordinary arrays, once one was seen. */
  arrayShape: Shape | undefined;

  constructor(values: ValueAccess) {
    const { sameLayout } = values;
    this.#same = sameLayout === undefined ? undefined : (a, b) => sameLayout(a, b);
    this.#holesAreEmpty = !hasElements(ArrayPrototype) && !hasElements(ObjectPrototype);
  }

  /** The shape of an object without special slots whose layout was seen before. */
  shapeOf(object: object): Shape | undefined {
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
      // The hidden class doesn't tell of elements.
      return objectKeys(object).length === layout.shape.keys.length ? layout.shape : undefined;
    }
    return undefined;
  }

  /** Takes an object without special slots as the exemplar of its shape. */
  learn(object: object, shape: Shape): void {
    if (this.#same === undefined || !shape.simple || shape.keys.length === 0 || !this.#same(object, object)) {
      return;
    }
    const layouts = this.#layouts;
    layouts[layouts.length < MAX_LAYOUTS ? layouts.length : MAX_LAYOUTS - 1] = { exemplar: object, shape };
  }

  /** Whether an object is known to be without special slots and no built-in, by the company it keeps. */
  isPlain(object: object): boolean {
    const same = this.#same;
    if (same === undefined) return false;
    const plain = this.#plain;
    for (let i = 0; i < plain.length; i++) if (same(object, plain[i]!)) return true;
    return false;
  }

  /** Takes an object that turned out to be without special slots as an example; empty ones tell too little. */
  learnPlain(object: object): void {
    if (this.#same === undefined || !this.#same(object, object) || objectKeys(object).length === 0) return;
    const plain = this.#plain;
    plain[plain.length < MAX_LAYOUTS ? plain.length : MAX_LAYOUTS - 1] = object;
  }

  /** Whether something is an array with ordinary elements, the usual prototype and nothing else. */
  isOrdinaryArray(object: object): boolean {
    const same = this.#same;
    if (same === undefined || !this.#holesAreEmpty) return false;
    for (let i = 0; i < ARRAYS.length; i++) if (same(object, ARRAYS[i]!)) return true;
    return false;
  }
}

/** Whether an object has properties that are array indexes: those come first. */
export function hasElements(object: object): boolean {
  const keys = ownKeys(object);
  return keys.length > 0 && isArrayIndex(keys[0]!);
}
