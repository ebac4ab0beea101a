import { ACCESSOR, PLAIN_ATTRIBUTES } from "./constants.ts";
import { SafeMap, SafeWeakMap } from "./intrinsics.ts";
import { isArrayIndex } from "./keys.ts";
import type { ShapePlan } from "./shape_plan.ts";
import type { CompareSlots, WriteSlots } from "./slot_code.ts";

/**
 * What many objects have in common: prototype, extensibility, classes whose private names they may carry, and keys with
 * attributes in order. Interned per session, so that a record holds one number and the values.
 */
export interface Shape {
  /** Position in the session's list, the same on both sides. */
  readonly number: number;
  readonly root: ShapeRoot;
  readonly keys: readonly PropertyKey[];
  /** Attribute bits of each key. */
  readonly attributes: readonly number[];
  /** How many values a record of this shape has: accessors have two. */
  readonly slots: number;
  /** Number of its first slot among the slots of all shapes, from 1 on. */
  readonly firstSlot: number;
  /** Whether all properties are as assignment makes them and have names that aren't indexes. */
  readonly simple: boolean;
  /** The capture that last enqueued what the shape refers to. */
  epoch: number;
  /** Writes the values of an object of this layout, once one is worth generating. */
  write: WriteSlots | undefined;
  /** Compares the values of an object of this layout, once one is worth generating. */
  compare: CompareSlots | undefined;
  /** Objects written so far, as far as {@linkcode write} is concerned. */
  uses: number;
  /** Whether objects of this shape can be made by a plan; undefined if nobody has asked. */
  plannable: boolean | undefined;
  /** How objects of this shape are made here; see {@linkcode ShapePlan}. */
  plan: ShapePlan | undefined;
}

class Step {
  shape: Shape | undefined;
  readonly #next: SafeMap<PropertyKey, Step>[] = [];

  child(key: PropertyKey, attributes: number): Step {
    const byKey = this.#next[attributes] ??= new SafeMap();
    let step = byKey.get(key);
    if (step === undefined) byKey.set(key, step = new Step());
    return step;
  }
}

/** Where the shapes with one prototype begin. */
export class ShapeRoot {
  readonly prototype: object | null;
  readonly extensible: boolean;
  /** Classes with private names along the prototype chain. */
  readonly owners: readonly Function[];
  readonly first: Step = new Step();
  /** The capture that last found no class with private names along the chain. */
  bareEpoch = 0;

  constructor(prototype: object | null, extensible: boolean, owners: readonly Function[]) {
    this.prototype = prototype;
    this.extensible = extensible;
    this.owners = owners;
  }
}

export type { Step };

/** The shapes of one session. */
export class ShapeTable {
  readonly list: Shape[] = [];
  #byPrototype = new SafeWeakMap<object, ShapeRoot[]>();
  #ofNull: ShapeRoot[] = [];
  #slots = 1;

  root(prototype: object | null, extensible: boolean, owners: readonly Function[]): ShapeRoot {
    const roots = this.#roots(prototype);
    for (let i = 0; i < roots.length; i++) {
      const root = roots[i]!;
      if (root.extensible === extensible && sameList(root.owners, owners)) return root;
    }
    return roots[roots.length] = new ShapeRoot(prototype, extensible, owners);
  }

  #roots(prototype: object | null): ShapeRoot[] {
    if (prototype === null) return this.#ofNull;
    let roots = this.#byPrototype.get(prototype);
    if (roots === undefined) this.#byPrototype.set(prototype, roots = []);
    return roots;
  }

  /** Numbers the shape that ends at a step. */
  define(root: ShapeRoot, step: Step, keys: readonly PropertyKey[], attributes: readonly number[]): Shape {
    let slots = 0;
    for (let i = 0; i < attributes.length; i++) slots += (attributes[i]! & ACCESSOR) !== 0 ? 2 : 1;
    const shape: Shape = {
      number: this.list.length,
      root,
      keys,
      attributes,
      slots,
      firstSlot: this.#slots,
      simple: isSimple(keys, attributes),
      epoch: 0,
      write: undefined,
      compare: undefined,
      uses: 0,
      plannable: undefined,
      plan: undefined,
    };
    this.#slots += slots;
    step.shape = shape;
    this.list[shape.number] = shape;
    return shape;
  }
}

/** See {@linkcode Shape.simple}. */
export function isSimple(keys: readonly PropertyKey[], attributes: readonly number[]): boolean {
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    if (attributes[i] !== PLAIN_ATTRIBUTES || typeof key !== "string" || isArrayIndex(key)) return false;
  }
  return true;
}

function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
