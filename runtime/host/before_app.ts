import { types } from "node:util";
import { SafeMap } from "../heap/intrinsics.ts";
import { forEach } from "../heap/lists.ts";

const { ownKeys, getOwnPropertyDescriptor, getPrototypeOf } = Reflect;

/** What an object consisted of. */
export interface Parts {
  readonly keys: readonly PropertyKey[];
  readonly descriptors: readonly PropertyDescriptor[];
  readonly prototype: object | null;
}

/** Functions with a `length` and a `name` only, which is most of them. */
const PLAIN_FUNCTION: Parts = { keys: [], descriptors: [], prototype: getPrototypeOf(Function) };

/** Where the host keeps what is the program's: the scripts it loaded, its listeners. */
const OF_PROGRAM = new SafeMap<PropertyKey, true>();
forEach(["_cache", "_pathCache", "_events", "mainModule"], (key) => {
  OF_PROGRAM.set(key, true);
});

/** Where Deno keeps its own workings: a sixth of all, which no program has a right to. */
// deno-lint-ignore no-explicit-any
const INTERNAL: symbol = (Deno as any).internal;

/**
 * All that some objects of the host's lead to, as it is when this is made: what a program changes later doesn't show. No
 * getter is called, and no trap.
 */
export class BeforeApp {
  readonly #parts = new SafeMap<object, Parts | undefined>();
  readonly #queue: Parts[] = [];

  constructor(roots: readonly object[]) {
    forEach(roots, (root) => this.#reach(root));
    for (let i = 0; i < this.#queue.length; i++) this.#walk(this.#queue[i]!);
  }

  /** What an object consisted of; undefined if that wasn't looked at. */
  of(object: object): Parts | undefined {
    return this.#parts.get(object);
  }

  #walk({ keys, descriptors, prototype }: Parts): void {
    for (let i = 0; i < keys.length; i++) {
      if (OF_PROGRAM.has(keys[i]!)) continue;
      const { value, get, set } = descriptors[i]!;
      if (value !== undefined) this.#reach(value);
      if (get !== undefined) this.#reach(get);
      if (set !== undefined) this.#reach(set);
    }
    this.#reach(prototype);
  }

  #reach(value: unknown): void {
    if (value === null || typeof value !== "object" && typeof value !== "function") return;
    if (this.#parts.has(value)) return;
    const parts = partsOf(value);
    this.#parts.set(value, parts);
    if (parts !== undefined && parts !== PLAIN_FUNCTION) this.#queue[this.#queue.length] = parts;
  }
}

/** What an object consists of now; undefined for a proxy: `process.env` is one, looking at it would read the environment. */
export function partsOf(object: object): Parts | undefined {
  if (types.isProxy(object)) return undefined;
  const all = ownKeys(object);
  const prototype = getPrototypeOf(object);
  if (
    typeof object === "function" && all.length === 2 && all[0] === "length" && all[1] === "name" &&
    prototype === PLAIN_FUNCTION.prototype
  ) return PLAIN_FUNCTION;
  const keys: PropertyKey[] = [];
  const descriptors: PropertyDescriptor[] = [];
  for (let i = 0; i < all.length; i++) {
    const key = all[i]!;
    const descriptor = key === INTERNAL ? undefined : getOwnPropertyDescriptor(object, key);
    if (descriptor === undefined) continue;
    keys[keys.length] = key;
    descriptors[descriptors.length] = descriptor;
  }
  return { keys, descriptors, prototype };
}
