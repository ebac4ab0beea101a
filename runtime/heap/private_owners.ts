import type { CodeAccess, ValueAccess } from "./access.ts";
import { getPrototypeOf, SafeMap } from "./intrinsics.ts";
import { includes } from "./lists.ts";

const NONE: readonly Function[] = [];

/**
 * Which classes' private names an object may carry: those of the classes that it inherits from, and those that a
 * constructor put on it which got it from elsewhere, or whose prototype it has lost.
 */
export class PrivateOwners {
  readonly #code: CodeAccess;
  readonly #values: ValueAccess;
  readonly #classes: readonly Function[];
  readonly #along = new SafeMap<object, readonly Function[]>();

  constructor({ code, values }: { readonly code: CodeAccess; readonly values: ValueAccess }) {
    this.#code = code;
    this.#values = values;
    this.#classes = code.privateClasses?.() ?? NONE;
  }

  /** Derived classes first. */
  of(object: object): readonly Function[] {
    const along = this.inherited(getPrototypeOf(object));
    let all = along;
    for (let i = this.#classes.length - 1; i >= 0; i--) {
      const owner = this.#classes[i]!;
      if (owner !== object && !includes(along, owner) && this.#carries(object, owner)) {
        all = appended(all, owner);
      }
    }
    return all;
  }

  /** Those whose private names it does carry, base class first. */
  carriedBy(object: object): readonly Function[] {
    const owners = this.of(object);
    if (owners.length === 0) return NONE;
    const carried: Function[] = [];
    for (let i = owners.length - 1; i >= 0; i--) {
      if (this.#carries(object, owners[i]!)) carried[carried.length] = owners[i]!;
    }
    return carried;
  }

  /** Whether an object that inherits from no class with private names carries some. */
  hasStray(object: object): boolean {
    for (let i = 0; i < this.#classes.length; i++) if (this.#carries(object, this.#classes[i]!)) return true;
    return false;
  }

  #carries(object: object, owner: Function): boolean {
    return this.#code.readPrivates(owner, object) !== undefined;
  }

  /** Classes with private names along a prototype chain, derived ones first. */
  inherited(prototype: object | null): readonly Function[] {
    if (prototype === null) return NONE;
    const known = this.#along.get(prototype);
    if (known !== undefined) return known;
    let owners = NONE;
    for (let p: object | null = prototype; p !== null; p = getPrototypeOf(p)) {
      if (this.#values.brandOf(p) === "proxy") break;
      const owner = this.#code.privateOwner(p);
      if (owner !== undefined) owners = appended(owners, owner);
    }
    this.#along.set(prototype, owners);
    return owners;
  }
}

/** The list and one more. */
export function appended<T>(list: readonly T[], item: T): readonly T[] {
  const longer: T[] = [];
  for (let i = 0; i < list.length; i++) longer[i] = list[i]!;
  longer[list.length] = item;
  return longer;
}
