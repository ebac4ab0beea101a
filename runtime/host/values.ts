import process from "node:process";
import { types } from "node:util";
import type { Brand, ValueAccess } from "../heap/access.ts";
import type { Builtins } from "./builtins.ts";

const { getPrototypeOf } = Reflect;

/** Brands by the built-in prototype that an object's chain leads to; each is confirmed by its internal slot. */
const BY_PROTOTYPE: readonly (readonly [object, Brand, (value: unknown) => boolean])[] = [
  [Map.prototype, "map", types.isMap],
  [Set.prototype, "set", types.isSet],
  [Date.prototype, "date", types.isDate],
  [RegExp.prototype, "regexp", types.isRegExp],
  [Error.prototype, "error", types.isNativeError],
  [ArrayBuffer.prototype, "arraybuffer", types.isArrayBuffer],
  [SharedArrayBuffer.prototype, "sharedarraybuffer", types.isSharedArrayBuffer],
  [getPrototypeOf(Uint8Array.prototype)!, "typedarray", types.isTypedArray],
  [DataView.prototype, "dataview", types.isDataView],
  [Promise.prototype, "promise", types.isPromise],
  [WeakMap.prototype, "weakmap", types.isWeakMap],
  [WeakSet.prototype, "weakset", types.isWeakSet],
  [WeakRef.prototype, "weakref", () => true],
  [FinalizationRegistry.prototype, "finalizationregistry", () => true],
  [getPrototypeOf(new Map().entries())!, "mapiterator", types.isMapIterator],
  [getPrototypeOf(new Set().entries())!, "setiterator", types.isSetIterator],
  [getPrototypeOf([][Symbol.iterator]())!, "arrayiterator", () => true],
  [getPrototypeOf(getPrototypeOf((function* () {})())!)!, "generator", types.isGeneratorObject],
  [getPrototypeOf(getPrototypeOf((async function* () {})())!)!, "generator", types.isGeneratorObject],
  [Number.prototype, "boxed", types.isBoxedPrimitive],
  [String.prototype, "boxed", types.isBoxedPrimitive],
  [Boolean.prototype, "boxed", types.isBoxedPrimitive],
  [Symbol.prototype, "boxed", types.isBoxedPrimitive],
  [BigInt.prototype, "boxed", types.isBoxedPrimitive],
];

const TYPED_ARRAYS = [
  ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array],
  ...[Float32Array, Float64Array, BigInt64Array, BigUint64Array],
  ...("Float16Array" in globalThis ? [(globalThis as any).Float16Array] : []),
];

/** Built-in prototypes whose instances have no host state: plain objects may inherit from them. */
const PLAIN_PROTOTYPES = new Set<object>([
  Object.prototype,
  Array.prototype,
  Function.prototype,
  Iterator.prototype,
  ...TYPED_ARRAYS.map((constructor) => constructor.prototype as object),
  ...BY_PROTOTYPE.map(([prototype]) => prototype),
]);

/** What the prototype chain says of objects with this prototype. */
interface Guess {
  readonly brand: Brand;
  readonly confirm: (value: unknown) => boolean;
}

/** Foreign-value access over `node:util`'s slot checks. */
export class Values implements ValueAccess {
  readonly #builtins: Builtins;
  readonly #makeAbsent: ValueAccess["makeAbsent"];
  readonly #guesses = new WeakMap<object, Guess>();
  readonly sameLayout?: (a: object, b: object) => boolean;

  /** `makeAbsent` is a guest's; `sameLayout` is {@linkcode engineLayout}'s, where there is one. */
  constructor(builtins: Builtins, parts: Partial<Pick<ValueAccess, "makeAbsent" | "sameLayout">> = {}) {
    const { makeAbsent, sameLayout } = parts;
    this.#builtins = builtins;
    if (sameLayout !== undefined) this.sameLayout = sameLayout;
    this.#makeAbsent = makeAbsent ?? (() => {
      throw new TypeError("Cannot make an absent object: only a guest has them");
    });
  }

  brandOf(value: object): Brand {
    if (types.isProxy(value)) return "proxy";
    if (typeof value === "function") return "function";
    if (Array.isArray(value)) return "array";
    const prototype = getPrototypeOf(value);
    if (prototype === Object.prototype) return types.isArgumentsObject(value) ? "arguments" : "plain";
    if (prototype === null) return types.isModuleNamespaceObject(value) ? "namespace" : "plain";
    let guess = this.#guesses.get(prototype);
    if (guess === undefined) this.#guesses.set(prototype, guess = this.#guess(prototype));
    return guess.confirm(value) ? guess.brand : "plain";
  }

  #guess(prototype: object): Guess {
    let host = false;
    for (let at: object | null = prototype; at !== null; at = getPrototypeOf(at)) {
      // A proxy among the prototypes: asking it for more would run its traps.
      if (types.isProxy(at)) return { brand: "proxy", confirm: () => true };
      const known = BY_PROTOTYPE.find(([builtin]) => builtin === at);
      // All typed arrays, Node's Buffer among them, are host classes over one built-in.
      if (known !== undefined && (!host || known[1] === "typedarray")) {
        return { brand: known[1], confirm: known[2] };
      }
      if (!PLAIN_PROTOTYPES.has(at)) host ||= this.#isHost(at);
    }
    return { brand: host ? "host" : "plain", confirm: () => true };
  }

  /** A prototype that the host provides, and that isn't plain JavaScript. */
  #isHost(prototype: object): boolean {
    if (isErrorPrototype(prototype)) return false;
    const maker = Reflect.getOwnPropertyDescriptor(prototype, "constructor")?.value;
    return typeof maker === "function" && this.#builtins.nameOf(maker) !== undefined;
  }

  /** Own keys that are no indexes: listing all keys of a large typed array takes seconds. */
  namedKeys(value: object): readonly PropertyKey[] {
    return nonIndexKeys === undefined
      ? Reflect.ownKeys(value).filter((key) => !isIndex(key))
      : nonIndexKeys(value, 0);
  }

  nameOfBuiltin(value: object | symbol): string | undefined {
    return this.#builtins.nameOf(value);
  }

  builtinByName(name: string): object | symbol | undefined {
    return this.#builtins.byName(name);
  }

  describeRefused(value: object): { readonly what: string; readonly fix: string } {
    if (types.isProxy(value)) return { what: "a Proxy", fix: "keep it out of what the method can reach" };
    for (let at = getPrototypeOf(value); at !== null && !types.isProxy(at); at = getPrototypeOf(at)) {
      const name = this.#builtins.nameOf(at);
      if (name !== undefined) {
        return { what: name.replace(/\.prototype$/, ""), fix: "keep it out of what the method can reach" };
      }
    }
    return { what: "an object of the host", fix: "keep it out of what the method can reach" };
  }

  makeAbsent(what: string, path: string, callable: boolean): object {
    return this.#makeAbsent(what, path, callable);
  }
}

/** V8's own listing, as Deno has it for `util.inspect`. */
const nonIndexKeys = listing();

function listing(): ((value: object, filter: number) => PropertyKey[]) | undefined {
  try {
    const { getOwnNonIndexProperties } = (process as any).binding("util");
    return typeof getOwnNonIndexProperties === "function" ? getOwnNonIndexProperties : undefined;
  } catch {
    return undefined;
  }
}

function isIndex(key: PropertyKey): boolean {
  return typeof key === "string" && /^(0|[1-9]\d{0,9})$/.test(key);
}

function isErrorPrototype(prototype: object): boolean {
  return getPrototypeOf(prototype) === Error.prototype || prototype === Error.prototype;
}
