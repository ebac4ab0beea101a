/**
 * The language's own functions as they were when this module was loaded, before any user code could patch them.
 *
 * 1. Nothing in this folder looks a method up on a value or a prototype that user code can reach: it calls these.
 * 2. Internal maps are {@linkcode SafeMap}, {@linkcode SafeSet}, {@linkcode SafeWeakMap} and {@linkcode SafeWeakSet}, whose prototypes are ours.
 * 3. No iteration protocol: index loops only, no spread, no array patterns.
 */
const bind = Function.prototype.bind;
const call = Function.prototype.call;

/** Makes a method a function that takes its receiver first. */
export function uncurry<T, A extends unknown[], R>(
  method: (this: T, ...args: A) => R,
): (self: T, ...args: A) => R {
  return bind.call(call, method) as unknown as (self: T, ...args: A) => R;
}

function getter<T, R>(prototype: object, key: PropertyKey): (self: T) => R {
  return uncurry(Object.getOwnPropertyDescriptor(prototype, key)!.get! as (this: T) => R);
}

const TypeErrorCtor = TypeError;

/**
 * Defines what nothing may go on without.
 * @throws {TypeError} if the object doesn't let one; `defineProperty` says so by its result only.
 */
export function mustDefine(target: object, key: PropertyKey, descriptor: PropertyDescriptor): void {
  if (!defineProperty(target, key, descriptor)) {
    throw new TypeErrorCtor("Cannot define property: it can't be changed");
  }
}

export const apply = Reflect.apply;
export const construct = Reflect.construct;
export const defineProperty = Reflect.defineProperty;
export const deleteProperty = Reflect.deleteProperty;
export const getDescriptor = Reflect.getOwnPropertyDescriptor as (
  target: object,
  key: PropertyKey,
) => PropertyDescriptor | undefined;
export const getOwnPropertyDescriptor = Reflect.getOwnPropertyDescriptor;
export const getPrototypeOf = Reflect.getPrototypeOf;
export const isArray = Array.isArray;
export const isExtensible = Reflect.isExtensible;
export const ownKeys = Reflect.ownKeys;
export const preventExtensions = Reflect.preventExtensions;
export const setPrototypeOf = Reflect.setPrototypeOf;
export const hasOwn = Object.hasOwn;
export const newFunction = Function;
/** A string as source text. */
export const quote: (text: string) => string = JSON.stringify;
export const objectKeys = Object.keys;
export const objectValues = Object.values;
export const objectEntries = Object.entries;
export const parseJson = JSON.parse;
export const min = Math.min;
export const max = Math.max;
export const abs = Math.abs;
export const sqrt = Math.sqrt;
export const isFiniteNumber = Number.isFinite;
export const isView = ArrayBuffer.isView;
export const functionBind = Function.prototype.bind;
export const objectIs = Object.is;
export const createObject = Object.create;
export const createString = String;
export const toObject = Object;
export const createBigInt = BigInt;
export const floor = Math.floor;
export const ceil = Math.ceil;
export const ObjectPrototype = Object.prototype;
export const FunctionPrototype = Function.prototype;
export const ArrayPrototype = Array.prototype;
export const MapPrototype = Map.prototype;
export const SetPrototype = Set.prototype;

export const symbolFor = Symbol.for;
export const symbolKeyFor = Symbol.keyFor;
export const createSymbol = Symbol;
export const symbolDescription = getter<symbol, string | undefined>(Symbol.prototype, "description");

export const charCodeAt = uncurry(String.prototype.charCodeAt);
export const isWellFormed = uncurry(String.prototype.isWellFormed);
export const fromCharCode = String.fromCharCode;
export const bigintToString = uncurry(BigInt.prototype.toString as (this: bigint, radix?: number) => string);

export const sortList = uncurry(Array.prototype.sort) as <T>(list: T[], order: (a: T, b: T) => number) => T[];

/** A copy; asks for no species. */
export const arrayReversed = uncurry(Array.prototype.toReversed) as <T>(list: readonly T[]) => T[];

export const mapForEach = uncurry(
  Map.prototype.forEach as (this: ReadonlyMap<unknown, unknown>, f: (v: unknown, k: unknown) => void) => void,
);
export const mapSize = getter<ReadonlyMap<unknown, unknown>, number>(Map.prototype, "size");
export const setSize = getter<ReadonlySet<unknown>, number>(Set.prototype, "size");
export const mapGet = uncurry(Map.prototype.get);
export const mapSet = uncurry(Map.prototype.set);
export const mapDelete = uncurry(Map.prototype.delete);
export const setForEach = uncurry(
  Set.prototype.forEach as (this: ReadonlySet<unknown>, f: (v: unknown) => void) => void,
);
export const setAdd = uncurry(Set.prototype.add);
export const setDelete = uncurry(Set.prototype.delete);
export const mapHas = uncurry(Map.prototype.has);
export const iteratorOfMap = uncurry(Map.prototype.keys);
export const valuesOfMap = uncurry(Map.prototype.values);
export const entriesOfMap = uncurry(Map.prototype.entries);
export const iteratorOfSet = uncurry(Set.prototype.keys);
export const entriesOfSet = uncurry(Set.prototype.entries);
/** Not found by looking it up on an iterator: programs can patch it. */
export const mapIteratorNext = uncurry(
  (Object.getPrototypeOf(new Map().keys()) as Iterator<unknown>).next as () => IteratorResult<unknown>,
);
export const setIteratorNext = uncurry(
  (Object.getPrototypeOf(new Set().keys()) as Iterator<unknown>).next as () => IteratorResult<unknown>,
);
export const arrayIteratorNext = uncurry(
  (Object.getPrototypeOf([].values()) as Iterator<unknown>).next as () => IteratorResult<unknown>,
);
export const newMap = Map;
export const newSet = Set;

export const newWeakMap = WeakMap;
export const weakMapHas = uncurry(WeakMap.prototype.has);
export const weakMapGet = uncurry(
  WeakMap.prototype.get as (this: WeakMap<WeakKey, unknown>, key: WeakKey) => unknown,
);
export const weakMapSet = uncurry(WeakMap.prototype.set);
export const weakMapDelete = uncurry(WeakMap.prototype.delete);
export const newWeakSet = WeakSet;
export const weakSetHas = uncurry(WeakSet.prototype.has);
export const weakSetAdd = uncurry(WeakSet.prototype.add);
export const weakSetDelete = uncurry(WeakSet.prototype.delete);
export const newWeakRef = WeakRef;
export const weakRefDeref = uncurry(
  WeakRef.prototype.deref as (this: WeakRef<WeakKey>) => WeakKey | undefined,
);

export const newFinalizationRegistry = FinalizationRegistry;
export const registryRegister = uncurry(
  FinalizationRegistry.prototype.register as (
    this: object,
    target: WeakKey,
    held: unknown,
    token?: WeakKey,
  ) => void,
);
export const registryUnregister = uncurry(
  FinalizationRegistry.prototype.unregister as (this: object, token: WeakKey) => boolean,
);

export const newPromise = Promise;
export const promiseThen = uncurry(
  Promise.prototype.then as (
    this: Promise<unknown>,
    fulfilled: undefined,
    rejected: () => void,
  ) => Promise<unknown>,
);
export const newProxy = Proxy;

export const dateValue = uncurry(Date.prototype.valueOf);
export const dateSetTime = uncurry(Date.prototype.setTime);
export const newDate = Date;

export const newRegExp = RegExp;
export const regexpCompile = uncurry(
  RegExp.prototype.compile as (this: RegExp, s: string, f: string) => RegExp,
);
export const regexpSource = getter<RegExp, string>(RegExp.prototype, "source");
export const regexpHasIndices = getter<RegExp, boolean>(RegExp.prototype, "hasIndices");
export const regexpGlobal = getter<RegExp, boolean>(RegExp.prototype, "global");
export const regexpIgnoreCase = getter<RegExp, boolean>(RegExp.prototype, "ignoreCase");
export const regexpMultiline = getter<RegExp, boolean>(RegExp.prototype, "multiline");
export const regexpDotAll = getter<RegExp, boolean>(RegExp.prototype, "dotAll");
export const regexpUnicode = getter<RegExp, boolean>(RegExp.prototype, "unicode");
export const regexpUnicodeSets = getter<RegExp, boolean>(RegExp.prototype, "unicodeSets");
export const regexpSticky = getter<RegExp, boolean>(RegExp.prototype, "sticky");

export const numberValue = uncurry(Number.prototype.valueOf);
export const stringValue = uncurry(String.prototype.valueOf);
export const booleanValue = uncurry(Boolean.prototype.valueOf);
export const bigintValue = uncurry(BigInt.prototype.valueOf);
export const symbolValue = uncurry(Symbol.prototype.valueOf);

export const newArrayBuffer = ArrayBuffer;
export const bufferByteLength = getter<ArrayBuffer, number>(ArrayBuffer.prototype, "byteLength");
export const bufferMaxByteLength = getter<ArrayBuffer, number>(ArrayBuffer.prototype, "maxByteLength");
export const bufferResizable = getter<ArrayBuffer, boolean>(ArrayBuffer.prototype, "resizable");
export const bufferDetached = getter<ArrayBuffer, boolean>(ArrayBuffer.prototype, "detached");
export const bufferResize = uncurry(ArrayBuffer.prototype.resize);
export const bufferTransfer = uncurry(ArrayBuffer.prototype.transfer);

export const TypedArrayPrototype: Uint8Array = Object.getPrototypeOf(Uint8Array.prototype);
export const typedArrayName = getter<object, string | undefined>(TypedArrayPrototype, Symbol.toStringTag);
export const typedArrayBuffer = getter<object, ArrayBuffer>(TypedArrayPrototype, "buffer");
export const typedArrayLength = getter<object, number>(TypedArrayPrototype, "length");
export const typedArrayByteOffset = getter<object, number>(TypedArrayPrototype, "byteOffset");
export const typedArrayByteLength = getter<object, number>(TypedArrayPrototype, "byteLength");
export const typedArrayAt = uncurry(
  TypedArrayPrototype.at as unknown as (this: object, index: number) => unknown,
);
export const bytesSet = uncurry(
  TypedArrayPrototype.set as (this: Uint8Array, source: Uint8Array, at?: number) => void,
);
/** Of two typed arrays of the same type. */
export const typedArraySet = uncurry(
  TypedArrayPrototype.set as unknown as (this: object, source: object, at?: number) => void,
);
export const typedArrayFill = uncurry(
  TypedArrayPrototype.fill as unknown as (this: object, value: number, from: number, to: number) => void,
);
export const newUint8Array = Uint8Array;
/** The method would ask what species the program wants. */
export function bytesSubarray(bytes: Uint8Array, from: number, to: number): Uint8Array<ArrayBuffer> {
  return new newUint8Array(typedArrayBuffer(bytes), typedArrayByteOffset(bytes) + from, to - from);
}
export function bytesSlice(bytes: Uint8Array, from: number, to: number): Uint8Array<ArrayBuffer> {
  const slice = new newUint8Array(to - from);
  bytesSet(slice, bytesSubarray(bytes, from, to));
  return slice;
}
export const newInt32Array = Int32Array;
export const newUint32Array = Uint32Array;
export const newDataView = DataView;
export const dataViewSetFloat64 = uncurry(DataView.prototype.setFloat64);
export const dataViewGetFloat64 = uncurry(DataView.prototype.getFloat64);
export const dataViewBuffer = getter<DataView, ArrayBuffer>(DataView.prototype, "buffer");
export const dataViewByteOffset = getter<DataView, number>(DataView.prototype, "byteOffset");
export const dataViewByteLength = getter<DataView, number>(DataView.prototype, "byteLength");

/** Constructors of every view, by the name that the receiver's internal slot gives. */
export const VIEW_CONSTRUCTORS: readonly (readonly [string, new (...args: any[]) => object, number])[] = [
  ["DataView", DataView, 1],
  ["Int8Array", Int8Array, 1],
  ["Uint8Array", Uint8Array, 1],
  ["Uint8ClampedArray", Uint8ClampedArray, 1],
  ["Int16Array", Int16Array, 2],
  ["Uint16Array", Uint16Array, 2],
  ["Int32Array", Int32Array, 4],
  ["Uint32Array", Uint32Array, 4],
  ["Float32Array", Float32Array, 4],
  ["Float64Array", Float64Array, 8],
  ["BigInt64Array", BigInt64Array, 8],
  ["BigUint64Array", BigUint64Array, 8],
  ...("Float16Array" in globalThis
    ? [["Float16Array", (globalThis as any).Float16Array, 2] as [string, new () => object, number]]
    : []),
];

/** Constructors of built-in errors, for the internal slot only: the prototype is set afterwards. */
export const newError = Error;
export const newTypeError = TypeError;
let ofStacks: PropertyDescriptor | undefined;
/**
 * The functions that every own `stack` of this realm shares. To be called once before a program runs, which may see to it
 * that errors have none; but not while this module is evaluated: for an error the engine parses each function that
 * is running, and of a bundle that would be all of it (10 ms).
 */
export function stackAccessor(): PropertyDescriptor {
  return ofStacks ??= getOwnPropertyDescriptor(new newError(), "stack") ?? {};
}
export const captureStackTrace = (Error as any).captureStackTrace as ((target: object) => void) | undefined;

const encoder = new TextEncoder();
const boundEncodeInto = uncurry(TextEncoder.prototype.encodeInto);
/** Writes UTF-8 into the bytes; returns how many it wrote. */
export function encodeUtf8Into(text: string, into: Uint8Array): number {
  return boundEncodeInto(encoder, text, into as Uint8Array<ArrayBuffer>).written;
}
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** Takes half the time. */
const lenientDecoder = new TextDecoder("utf-8", { ignoreBOM: true });
const boundDecode = uncurry(TextDecoder.prototype.decode);
const indexOf = uncurry(String.prototype.indexOf);
/** Reads UTF-8. @throws {TypeError} if it isn't. */
export function decodeUtf8(bytes: Uint8Array): string {
  const text = boundDecode(lenientDecoder, bytes as Uint8Array<ArrayBuffer>);
  // What stands for something malformed may also have been meant.
  return indexOf(text, "\uFFFD") < 0 ? text : boundDecode(decoder, bytes as Uint8Array<ArrayBuffer>);
}

/** Gives a class its own copies of all inherited methods, so that patches of the built-in prototype don't reach it. */
function isolate(prototype: object, builtin: object): void {
  for (const key of Reflect.ownKeys(builtin)) {
    if (!Object.hasOwn(prototype, key)) {
      Object.defineProperty(prototype, key, Object.getOwnPropertyDescriptor(builtin, key)!);
    }
  }
  Object.setPrototypeOf(prototype, null);
}

/** A Map that user code can't have patched. */
export class SafeMap<K, V> extends Map<K, V> {}
isolate(SafeMap.prototype, Map.prototype);
/** A Set that user code can't have patched. */
export class SafeSet<T> extends Set<T> {}
isolate(SafeSet.prototype, Set.prototype);
/** A WeakMap that user code can't have patched. */
export class SafeWeakMap<K extends WeakKey, V> extends WeakMap<K, V> {}
isolate(SafeWeakMap.prototype, WeakMap.prototype);

export class SafeWeakSet<T extends WeakKey> extends WeakSet<T> {}
isolate(SafeWeakSet.prototype, WeakSet.prototype);

const builtinGetOrInsert = (Map.prototype as any).getOrInsert;
/** Looks up and enters in one step, where the engine has it. */
export const getOrInsert: (<K, V>(map: Map<K, V>, key: K, value: V) => V) | undefined =
  builtinGetOrInsert === undefined ? undefined : uncurry(builtinGetOrInsert) as any;

/** `arguments` of a sloppy function without parameters: has the `callee` data property that strict ones lack. */
let makeSloppy: (() => object) | undefined;
/** A fresh arguments object; mapped to no parameters. */
export function createArguments(sloppy: boolean): object {
  if (!sloppy) {
    return (function (): object {
      return arguments;
    })();
  }
  makeSloppy ??= sloppyArguments;
  return makeSloppy();
}
const sloppyArguments = Function("return arguments") as () => object;
