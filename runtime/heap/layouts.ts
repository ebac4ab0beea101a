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

/** A hidden class that was met, by an object that has it. */
export interface Example {
  /** Its place among all that were met in this capture. */
  readonly number: number;
  readonly exemplar: object;
  readonly kind: KindNumber;
  /** Undefined as long as no such object was written, or if the hidden class tells too little. */
  layout: LearntLayout | undefined;
}

/** How many hidden classes are tried, the last used first; each try takes a few nanoseconds. */
const MAX_TRIED = 96;
/** Kinds of elements that ordinary arrays have: packed and with holes, of small integers, doubles and anything. */
const ARRAYS: readonly (readonly unknown[])[] = [[1], [{}], [1.5], [1, , 2], [{}, , 1], [1.5, , 2.5]];

/**
 * Recognises objects by their hidden class, where the engine can be asked. A hit tells everything but the values: no
 * descriptor needs to be read, no brand asked for, and reading the values runs nothing. No code of the program's runs during
 * a capture, so what an object was recognised as when it was met still holds when it is written.
 */
export class Layouts {
  readonly #same: ((a: object, b: object) => boolean) | undefined;
  /** By number; those of arrays are first. Number 0 is none. */
  readonly #examples: (Example | undefined)[] = [undefined];
  readonly #tried: Example[] = [];
  /** By slot of a shape, the example that was met there last. */
  readonly #expected: Example[] = [];
  /** By number of a shape. */
  readonly #byShape: LearntLayout[] = [];
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
    if (sameLayout === undefined || !this.#holesAreEmpty) return;
    for (let i = 0; i < ARRAYS.length; i++) this.#add(ARRAYS[i]!, KIND.array);
  }

  /** What is known of an object, if one of its layout was seen before. */
  find(object: object): Layout | undefined {
    const example = this.meet(object, 0);
    return example && this.#layoutOf(example, object);
  }

  /** The same of an object that was recognised when it was met, by the number of its example. */
  met(number: number, object: object): Layout | undefined {
    const example = this.#examples[number];
    return example && this.#layoutOf(example, object);
  }

  /** Whether an object is laid out as the objects of a shape are. */
  fits(object: object, shape: number): boolean {
    const known = this.#byShape[shape];
    if (known === undefined || !this.#same!(object, known.exemplar)) {
      return this.find(object)?.shape.number === shape;
    }
    return known.elementsAreSlots || enumerated(object) === known.enumerated;
  }

  #layoutOf({ layout }: Example, object: object): Layout | undefined {
    if (layout === undefined) return undefined;
    return layout.elementsAreSlots || enumerated(object) === layout.enumerated ? layout : undefined;
  }

  /** The example of an object's hidden class, if there is one; tried first is what was met last in the same slot. */
  meet(object: object, slot: number): Example | undefined {
    const same = this.#same;
    if (same === undefined) return undefined;
    const expected = this.#expected[slot];
    if (expected !== undefined && same(object, expected.exemplar)) return expected;
    const tried = this.#tried;
    for (let i = 0; i < tried.length; i++) {
      const example = tried[i]!;
      if (!same(object, example.exemplar)) continue;
      if (i > 0) {
        tried[i] = tried[i - 1]!;
        tried[i - 1] = example;
      }
      return this.#expected[slot] = example;
    }
    return undefined;
  }

  /** Takes an object as the exemplar of its shape. Ones that have no properties, slots or private names tell too little. */
  learn(layout: Layout & { readonly hasSlots: boolean }, kind: KindNumber): void {
    const { exemplar, shape, carried, hasSlots } = layout;
    const tells = shape.keys.length > 0 || hasSlots || carried.length > 0;
    if (this.#same === undefined || !shape.simple || !tells || !this.#same(exemplar, exemplar)) return;
    for (let at = shape.root.prototype; at !== null; at = getPrototypeOf(at)) {
      if (this.#isProxy(at) || hasElements(at)) return;
    }
    const example = this.meet(exemplar, 0) ?? this.#add(exemplar, kind);
    // What doesn't fit the layout of its hidden class has elements.
    if (example === undefined || example.layout !== undefined) return;
    example.layout = this.#byShape[shape.number] = {
      ...layout,
      enumerated: layout.elementsAreSlots ? 0 : enumerated(exemplar),
    };
  }

  /** Takes an object as an example of its kind; of those without special slots, empty ones tell too little. */
  learnKind(exemplar: object, kind: KindNumber): number {
    if (this.#same === undefined || !this.#same(exemplar, exemplar)) return 0;
    if (kind === KIND.plain && objectKeys(exemplar).length === 0) return 0;
    return this.#add(exemplar, kind).number;
  }

  #add(exemplar: object, kind: KindNumber): Example {
    const example: Example = { number: this.#examples.length, exemplar, kind, layout: undefined };
    this.#examples[example.number] = example;
    this.#tried[this.#tried.length < MAX_TRIED ? this.#tried.length : MAX_TRIED - 1] = example;
    return example;
  }

  /** Whether the example of that number is of arrays with ordinary elements, the usual prototype and nothing else. */
  isOfArrays(number: number): boolean {
    return this.#holesAreEmpty && number > 0 && number <= ARRAYS.length;
  }

  /** Whether something is such an array. */
  isOrdinaryArray(object: object): boolean {
    const example = this.meet(object, 0);
    return example !== undefined && this.isOfArrays(example.number);
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
