/**
 * What a program changed of the language's own objects: methods put on `Array.prototype`, a replaced `Math.random`. It
 * reaches code that never names them, so all of it travels with every migration.
 */
const { ownKeys, getOwnPropertyDescriptor, defineProperty, deleteProperty, getPrototypeOf } = Reflect;
const { is, hasOwn } = Object;

const GLOBALS = [
  ...["Object", "Function", "Array", "String", "Number", "Boolean", "Symbol", "BigInt", "Math", "JSON"],
  ...["Reflect", "Date", "RegExp", "Promise", "Map", "Set", "WeakMap", "WeakSet", "WeakRef", "Iterator"],
  ...["Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError"],
  ...["AggregateError", "ArrayBuffer", "DataView", "Int8Array", "Uint8Array", "Uint8ClampedArray"],
  ...["Int16Array", "Uint16Array", "Int32Array", "Uint32Array", "Float32Array", "Float64Array"],
  ...["BigInt64Array", "BigUint64Array", "console"],
];

/** How the runtime itself formats stacks. */
const OURS = new Set<PropertyKey>(["stackTraceLimit", "prepareStackTrace"]);

/** An object as it was. */
interface Baseline {
  readonly object: object;
  readonly keys: readonly PropertyKey[];
  readonly descriptors: readonly PropertyDescriptor[];
}

export class BuiltinChanges {
  readonly #baselines: readonly Baseline[];
  readonly #byObject = new Map<object, Baseline>();

  /** Takes the built-ins as they are now for what they should be. */
  constructor() {
    this.#baselines = intrinsics().map(baselineOf);
    for (const baseline of this.#baselines) this.#byObject.set(baseline.object, baseline);
  }

  /** Those that have changed. Takes some 0.2 ms. */
  objects(): readonly object[] {
    const changed: object[] = [];
    for (let i = 0; i < this.#baselines.length; i++) {
      const baseline = this.#baselines[i]!;
      // What only the runtime changed counts for nothing.
      if (this.keysOf(baseline.object).length > 0) changed[changed.length] = baseline.object;
    }
    return changed;
  }

  /** Keys of one that were added, changed or removed. */
  keysOf(object: object): readonly PropertyKey[] {
    const baseline = this.#byObject.get(object);
    if (baseline === undefined || isAsItWas(baseline)) return [];
    const changed: PropertyKey[] = [];
    const now = ownKeys(object);
    for (const key of now) if (!OURS.has(key) && !isUnchanged(baseline, key)) changed.push(key);
    for (const key of baseline.keys) if (!OURS.has(key) && !hasOwn(object, key)) changed.push(key);
    return changed;
  }

  /** Makes one what it was. */
  reset(object: object): void {
    const baseline = this.#byObject.get(object);
    if (baseline === undefined) return;
    for (const key of this.keysOf(object)) {
      const place = baseline.keys.indexOf(key);
      if (place < 0) deleteProperty(object, key);
      else defineProperty(object, key, baseline.descriptors[place]!);
    }
  }
}

function intrinsics(): object[] {
  const found = new Set<object>();
  for (const name of GLOBALS) {
    const value = (globalThis as any)[name];
    if (value === undefined) continue;
    found.add(value);
    if (typeof value === "function") found.add(value.prototype);
  }
  found.add(getPrototypeOf(Uint8Array)!).add(getPrototypeOf(Uint8Array.prototype)!);
  for (const iterable of [[], new Map(), new Set(), ""]) {
    found.add(getPrototypeOf(iterable[Symbol.iterator]())!);
  }
  for (const generator of [(function* () {})(), (async function* () {})()]) {
    found.add(getPrototypeOf(getPrototypeOf(generator)!)!);
  }
  return [...found];
}

function baselineOf(object: object): Baseline {
  const keys = ownKeys(object);
  return { object, keys, descriptors: keys.map((key) => getOwnPropertyDescriptor(object, key)!) };
}

function isAsItWas({ object, keys, descriptors }: Baseline): boolean {
  const now = ownKeys(object);
  if (now.length !== keys.length) return false;
  for (let i = 0; i < now.length; i++) {
    if (now[i] !== keys[i]) return false;
    if (!OURS.has(now[i]!) && !sameDescriptor(getOwnPropertyDescriptor(object, now[i]!)!, descriptors[i]!)) {
      return false;
    }
  }
  return true;
}

function isUnchanged({ object, keys, descriptors }: Baseline, key: PropertyKey): boolean {
  const place = keys.indexOf(key);
  return place >= 0 && sameDescriptor(getOwnPropertyDescriptor(object, key)!, descriptors[place]!);
}

function sameDescriptor(a: PropertyDescriptor, b: PropertyDescriptor): boolean {
  return is(a.value, b.value) && a.get === b.get && a.set === b.set && a.writable === b.writable &&
    a.enumerable === b.enumerable && a.configurable === b.configurable;
}
