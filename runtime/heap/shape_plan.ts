import type { Inlet } from "./inlet.ts";
import { createObject, defineProperty, getDescriptor, getPrototypeOf, hasOwn } from "./intrinsics.ts";
import type { Shape } from "./shape.ts";
import { type FillSlots, type MakeObject, objectMaker, slotFiller } from "./slot_code.ts";

/** Fewer objects of a shape than this in one packet aren't worth code of their own. */
const WORTH_CODE = 16;

/** Whether objects of a shape can be made by a plan: their keys assigned, nothing else about them. */
export function isPlannable(shape: Pick<Shape, "simple" | "keys" | "root">): boolean {
  if (!shape.simple || !shape.root.extensible || shape.root.owners.length > 0) return false;
  for (let i = 0; i < shape.keys.length; i++) if (shape.keys[i] === "__proto__") return false;
  return shape.keys.length > 0;
}

/**
 * How objects of one shape are made: all with their prototype and keys at once, values later. Assigning a key that an
 * object lacks could run a setter of its prototypes, so plans look for those first, in every packet anew.
 */
export class ShapePlan {
  readonly number: number;
  readonly keys: readonly string[];
  /** MIDs that must be live before objects are made; none if the prototype is known. */
  readonly needs: readonly number[];
  uses = 0;
  #prototype: object | null | undefined;
  #maker: MakeObject | undefined;
  #filler: FillSlots | undefined;
  #inlet: Inlet | undefined;
  #generated = false;

  constructor(
    shape: { readonly number: number; readonly keys: readonly PropertyKey[] },
    prototype: object | null | number,
  ) {
    this.number = shape.number;
    this.keys = shape.keys as readonly string[];
    this.needs = typeof prototype === "number" ? [prototype] : [];
    this.#prototype = typeof prototype === "number" ? undefined : prototype;
  }

  /** Makes an object with all keys, or, if that isn't safe or not worth it, an empty one. */
  make(inlet: Inlet): object {
    if (this.#inlet !== inlet) this.#prepare(inlet);
    return this.#generated ? this.#maker!() : createObject(this.#prototype!);
  }

  #prepare(inlet: Inlet): void {
    this.#inlet = inlet;
    if (this.#prototype === undefined) this.#prototype = inlet.liveObject(this.needs[0]!);
    this.#generated = (this.#maker !== undefined || this.uses >= WORTH_CODE) && this.#isSafe(inlet);
    if (!this.#generated || this.#maker !== undefined) return;
    this.#maker = objectMaker(this.keys, this.#prototype!);
    this.#filler = slotFiller(this.keys);
  }

  /** Whether no prototype has a setter, a fixed property or a trap that an assignment would meet. */
  #isSafe(inlet: Inlet): boolean {
    if (this.#prototype === null) return false;
    for (let holder: object | null = this.#prototype!; holder !== null; holder = getPrototypeOf(holder)) {
      if (inlet.values.brandOf(holder) !== "plain") return false;
      for (let i = 0; i < this.keys.length; i++) {
        const descriptor = getDescriptor(holder, this.keys[i]!);
        if (descriptor !== undefined && !(hasOwn(descriptor, "value") && descriptor.writable)) return false;
      }
    }
    return true;
  }

  /** Reads the values of an object that {@linkcode make} made. */
  fill(object: object, inlet: Inlet): void {
    if (this.#generated) return this.#filler!(object, inlet);
    for (let i = 0; i < this.keys.length; i++) {
      defineProperty(object, this.keys[i]!, {
        __proto__: null,
        value: inlet.value(),
        writable: true,
        enumerable: true,
        configurable: true,
      } as PropertyDescriptor);
    }
  }
}
