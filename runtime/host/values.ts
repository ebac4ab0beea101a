import process from "node:process";
import { types } from "node:util";
import type {
  Brand,
  HostParts,
  IteratorView,
  PromiseOutcome,
  Registration,
  ValueAccess,
} from "../heap/access.ts";
import { BuiltinChanges, type DefinitionWatch } from "./builtin_changes.ts";
import { type Builtins, PLAIN_CLASSES } from "./builtins.ts";
import { isProgramCode } from "./program_code.ts";
import { isHarmless } from "./harmless.ts";
import { isBareIterator, iteratorShows, iteratorView } from "./iterators.ts";
import type { HostType } from "./host_type.ts";
import { HostValues } from "./host_values.ts";
import type { Redefinitions } from "./redefinitions.ts";
import type { Registries } from "./registries.ts";
import type { TextDecoding } from "./text_decoding.ts";
import {
  apply,
  getOwnPropertyDescriptor,
  isArray,
  isView,
  objectValues,
  ownKeys,
  SafeMap,
  SafeSet,
  SafeWeakMap,
} from "../heap/intrinsics.ts";
import { every, filter, find, some } from "../heap/lists.ts";
import { endsWith, hasText, sliceText, testRegExp } from "../heap/texts.ts";

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
  [WeakRef.prototype, "weakref", isWeakRef],
  [FinalizationRegistry.prototype, "finalizationregistry", isRegistry],
  [getPrototypeOf(new SafeMap().entries())!, "mapiterator", types.isMapIterator],
  [getPrototypeOf(new SafeSet().entries())!, "setiterator", types.isSetIterator],
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
const PLAIN_PROTOTYPES = new SafeSet<object>([
  Object.prototype,
  Array.prototype,
  Function.prototype,
  Iterator.prototype,
  ...TYPED_ARRAYS.map((constructor) => constructor.prototype as object),
  ...BY_PROTOTYPE.map(({ 0: prototype }) => prototype),
]);

/** The slots that an object may have whose prototypes don't tell of them; frequent ones first. */
const SLOTS: readonly (readonly [(value: object) => boolean, Brand])[] = [
  [types.isMap, "map"],
  [types.isSet, "set"],
  [types.isNativeError, "error"],
  [types.isDate, "date"],
  [types.isRegExp, "regexp"],
  [types.isPromise, "promise"],
  [types.isBoxedPrimitive, "boxed"],
  [types.isArrayBuffer, "arraybuffer"],
  [types.isSharedArrayBuffer, "sharedarraybuffer"],
  [types.isWeakMap, "weakmap"],
  [types.isWeakSet, "weakset"],
  [types.isGeneratorObject, "generator"],
  [types.isMapIterator, "mapiterator"],
  [types.isSetIterator, "setiterator"],
];

/** Deno's own view of promises and proxies; without it they don't travel. */
const core: {
  readonly getPromiseDetails?: (value: object) => readonly [state: 0 | 1 | 2, result: unknown];
  readonly getProxyDetails?: (value: object) => readonly [target: object, handler: object] | null;
} = (Deno as any)[(Deno as any).internal]?.core ?? {};
const PROMISE_STATES = ["pending", "fulfilled", "rejected"] as const;

/** Built-in iterators whose slots can't be asked for: whatever inherits from their prototypes may be one. */
const ITERATOR_PROTOTYPES = new SafeSet<object>([
  ""[Symbol.iterator](),
  "".matchAll(/a/g),
  [].values().map((item) => item),
  Iterator.from({ next: () => ({ done: true, value: undefined }) }),
].map((iterator) => getPrototypeOf(iterator)!));

/** What the prototype chain says of objects with this prototype. */
interface Guess {
  readonly brand: Brand;
  readonly confirm: (value: unknown) => boolean;
}

/** Foreign-value access over `node:util`'s slot checks. */
export class Values implements ValueAccess {
  readonly #builtins: Builtins;
  readonly #makeAbsent: ValueAccess["makeAbsent"];
  readonly #guesses = new SafeWeakMap<object, Guess>();
  readonly #host: HostValues;
  #changes: BuiltinChanges | undefined;
  readonly #definitions: DefinitionWatch | undefined;
  /** Built-ins that were found changed when they were last looked at. */
  #changedBuiltins: readonly object[] | undefined;
  /** Whether a packet changed built-ins here. */
  #arrivedBuiltins = false;
  /** Whether captures go by the last look; {@linkcode builtinsChanged} is then called after each. */
  looksAfterwards = false;
  readonly sameLayout?: (a: object, b: object) => boolean;
  readonly takeRedefined?: () => readonly object[] | undefined;
  readonly registrations?: (registry: object) => readonly Registration[];
  readonly cleanupOf?: (registry: object) => Function | undefined;

  /** `makeAbsent` is a guest's; `sameLayout` is {@linkcode engineLayout}'s, where there is one. */
  constructor(
    builtins: Builtins,
    parts: Partial<Pick<ValueAccess, "makeAbsent" | "sameLayout">> & {
      readonly decoding?: TextDecoding;
      readonly redefinitions?: Redefinitions;
      readonly registries?: Registries;
      readonly requires?: HostType;
    } = {},
  ) {
    const { makeAbsent, sameLayout, decoding, redefinitions, registries, requires } = parts;
    this.#builtins = builtins;
    this.#host = new HostValues(decoding, requires);
    if (sameLayout !== undefined) this.sameLayout = sameLayout;
    this.#definitions = redefinitions;
    if (redefinitions !== undefined) this.takeRedefined = () => redefinitions.take();
    if (registries !== undefined) {
      this.registrations = (registry) => registries.registrations(registry);
      this.cleanupOf = (registry) => registries.cleanupOf(registry);
    }
    this.#makeAbsent = makeAbsent ?? (() => {
      throw new TypeError("Cannot make an absent object: only a guest has them");
    });
  }

  brandOf(value: object): Brand {
    if (types.isProxy(value)) return "proxy";
    if (typeof value === "function") return "function";
    if (isArray(value)) return "array";
    const prototype = getPrototypeOf(value);
    if (prototype === Object.prototype) {
      return types.isArgumentsObject(value) ? "arguments" : slotBrand(value);
    }
    if (prototype === null) return types.isModuleNamespaceObject(value) ? "namespace" : slotBrand(value);
    let guess = this.#guesses.get(prototype);
    if (guess === undefined) this.#guesses.set(prototype, guess = this.#guess(prototype));
    if (guess.brand === "host" && isClassPrototype(value)) return "plain";
    return guess.brand !== "plain" && guess.confirm(value) ? guess.brand : slotBrand(value);
  }

  isProxy(value: object): boolean {
    return types.isProxy(value);
  }

  #guess(prototype: object): Guess {
    let host = false;
    let iterator = false;
    for (let at: object | null = prototype; at !== null; at = getPrototypeOf(at)) {
      // A proxy among the prototypes: asking it for more would run its traps.
      if (types.isProxy(at)) return { brand: "proxy", confirm: () => true };
      const known = find(BY_PROTOTYPE, ({ 0: builtin }) => builtin === at);
      // All typed arrays, Node's Buffer among them, are host classes over one built-in.
      if (known !== undefined && (!host || known[1] === "typedarray")) {
        return { brand: known[1], confirm: known[2] };
      }
      iterator ||= ITERATOR_PROTOTYPES.has(at);
      if (!PLAIN_PROTOTYPES.has(at)) host ||= this.#isHost(at);
    }
    return { brand: iterator ? "iterator" : host ? "host" : "plain", confirm: () => true };
  }

  /** A prototype that the host or the language provides, and whose instances aren't plain JavaScript. */
  #isHost(prototype: object): boolean {
    if (isErrorPrototype(prototype)) return false;
    if (isOfSegments(prototype)) return true;
    const maker = getOwnPropertyDescriptor(prototype, "constructor")?.value;
    const name = typeof maker === "function" ? this.#builtins.nameOf(maker) : undefined;
    return name !== undefined && !PLAIN_CLASSES.has(name);
  }

  /** Own keys that are no indexes: listing all keys of a large typed array takes seconds. */
  namedKeys(value: object): readonly PropertyKey[] {
    return nonIndexKeys === undefined
      ? filter(ownKeys(value), (key) => !isIndex(key))
      : nonIndexKeys(value, 0);
  }

  nameOfBuiltin(value: object | symbol): string | undefined {
    const name = this.#builtins.nameOf(value);
    if (name !== undefined || typeof value === "symbol" || !types.isProxy(value)) return name;
    // The environment, if the program has taken it from `process`: asking for that costs others too much.
    if (!this.#hasHostTraps(value)) return undefined;
    this.#builtins.byName("process.env");
    return this.#builtins.nameOf(value);
  }

  #hasHostTraps(proxy: object): boolean {
    const handler = this.proxyParts(proxy)?.[1];
    if (handler === undefined || types.isProxy(handler)) return false;
    const trap: unknown = getOwnPropertyDescriptor(handler, "get")?.value;
    return typeof trap === "function" && !isProgramCode(trap);
  }

  builtinByName(name: string): object | symbol | undefined {
    return this.#builtins.byName(name);
  }

  /** Whether an answer may name this built-in, or the namespace of a built-in module, which it was not sent. */
  mayComeHome(value: object): boolean {
    const name = this.#builtins.nameOf(value);
    if (name !== undefined) return isHarmless(value, name);
    if (!types.isModuleNamespaceObject(value)) return true;
    return every(objectValues(value), (item) => {
      const known = isObject(item) ? this.#builtins.nameOf(item) : undefined;
      return known === undefined || isHarmless(item as object, known);
    });
  }

  promiseOutcome(value: object): PromiseOutcome | undefined {
    if (core.getPromiseDetails === undefined) return undefined;
    const { 0: state, 1: result } = core.getPromiseDetails(value);
    return { state: PROMISE_STATES[state], value: result };
  }

  proxyParts(value: object): readonly [object, object] | undefined {
    const parts = types.isProxy(value) ? core.getProxyDetails?.(value) : undefined;
    return parts?.[1] == null ? undefined : parts;
  }

  hostParts(value: object): HostParts | undefined {
    return this.#host.parts(value);
  }

  isBareIterator(iterator: object): boolean {
    return isBareIterator(iterator);
  }

  iteratorView(iterator: object): IteratorView | undefined {
    return iteratorView(iterator);
  }

  iteratorShows(iterator: object, text: string, key: unknown): boolean | undefined {
    return iteratorShows(iterator, text, key);
  }

  makeHost(type: string, fixed: readonly unknown[]): object {
    return this.#host.make(type, fixed);
  }

  fillHost(value: object, state: readonly unknown[]): void {
    this.#host.fill(value, state);
  }

  /** From now on changed built-ins are a program's doing. */
  watchBuiltins(): void {
    const changes = this.#changes = new BuiltinChanges(this.#definitions);
    this.#builtins.around = (load) => {
      const putBack = changes.setAside();
      try {
        load();
      } finally {
        putBack();
      }
    };
  }

  changedBuiltins(): readonly object[] {
    if (this.looksAfterwards && this.#changedBuiltins !== undefined) return this.#changedBuiltins;
    return this.#changedBuiltins = this.#changes?.objects() ?? [];
  }

  /** The next capture looks for itself. */
  forgetBuiltins(): void {
    this.#changedBuiltins = undefined;
  }

  /** Looks at the built-ins: whether others have changed than at the last look. */
  builtinsChanged(): boolean {
    const before = this.#changedBuiltins ?? [];
    const now = this.#changedBuiltins = this.#changes?.objects() ?? [];
    return now.length !== before.length || some(now, (object, i) => object !== before[i]);
  }

  /**
   * Makes all built-ins what they were, while none of the program's code runs; returns the way back. At a clone, that is: what
   * changed there or came there since the last capture.
   */
  setBuiltinsAside(): () => void {
    const mayHave = this.#arrivedBuiltins || (this.#changedBuiltins?.length ?? 0) > 0;
    return mayHave && this.#changes?.setAside() || (() => {});
  }

  changedKeys(builtin: object): readonly PropertyKey[] {
    return this.#changes?.keysOf(builtin) ?? [];
  }

  resetBuiltin(builtin: object, redefined: boolean): void {
    this.#arrivedBuiltins ||= redefined;
    this.#changes?.reset(builtin, redefined);
  }

  describeRefused(value: object): { readonly what: string; readonly fix: string } {
    for (let at = getPrototypeOf(value); at !== null && !types.isProxy(at); at = getPrototypeOf(at)) {
      const name = this.#builtins.nameOf(at);
      if (name !== undefined) {
        return {
          what: endsWith(name, ".prototype") ? sliceText(name, 0, -".prototype".length) : name,
          fix: "keep it out of what the method can reach",
        };
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

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** What a class gives its instances: inherits from a host prototype if the class extends a host class, and has no slots. */
function isClassPrototype(value: object): boolean {
  const maker = getOwnPropertyDescriptor(value, "constructor")?.value;
  if (typeof maker !== "function" || types.isProxy(maker)) return false;
  const given = getOwnPropertyDescriptor(maker, "prototype");
  return given?.value === value && given.writable === false &&
    testRegExp(/^class\b/, apply(functionText, maker, []));
}

function isIndex(key: PropertyKey): boolean {
  return typeof key === "string" && testRegExp(/^(0|[1-9]\d{0,9})$/, key);
}

/** By slots alone: somebody may have given a Map a plain object's prototype. */
function slotBrand(value: object): Brand {
  if (isView(value)) return types.isDataView(value) ? "dataview" : "typedarray";
  for (let i = 0; i < SLOTS.length; i++) {
    const { 0: is, 1: brand } = SLOTS[i]!;
    if (is(value)) return brand;
  }
  return "plain";
}

const { unregister } = FinalizationRegistry.prototype;
/** Nothing has been registered with a new token, so nothing is taken back. */
function isRegistry(value: unknown): boolean {
  try {
    apply(unregister, value, [{}]);
    return true;
  } catch {
    return false;
  }
}

const { deref } = WeakRef.prototype;
function isWeakRef(value: unknown): boolean {
  try {
    apply(deref, value, []);
    return true;
  } catch {
    return false;
  }
}

const functionText = Function.prototype.toString;

/** What a segmenter gives: the only slots behind prototypes without a class or name. Making one takes 50 ms. */
function isOfSegments(prototype: object): boolean {
  const method = getOwnPropertyDescriptor(prototype, "containing")?.value ??
    getOwnPropertyDescriptor(prototype, "next")?.value;
  return typeof method === "function" && hasText(apply(functionText, method, []), "[native code]");
}

/** Classes of errors with no more slots than any error. */
function isErrorPrototype(prototype: object): boolean {
  if (prototype === DOMException.prototype) return false;
  return getPrototypeOf(prototype) === Error.prototype || prototype === Error.prototype;
}
