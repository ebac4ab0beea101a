/**
 * What a program changed of the language's own objects: methods put on `Array.prototype`, a replaced `Math.random`. It
 * reaches code that never names them, so all of it travels with every migration.
 */
import { quote, SafeMap, SafeSet } from "../heap/intrinsics.ts";
import { filter, forEach, indexOf, itemsOf, join, map, push, some } from "../heap/lists.ts";
const { ownKeys, getOwnPropertyDescriptor, defineProperty, deleteProperty, getPrototypeOf } = Reflect;
const { is, hasOwn, keys: enumerableKeys, getOwnPropertySymbols: symbolsOf } = Object;

const GLOBALS = [
  ...["Object", "Function", "Array", "String", "Number", "Boolean", "Symbol", "BigInt", "Math", "JSON"],
  ...["Reflect", "Date", "RegExp", "Promise", "Map", "Set", "WeakMap", "WeakSet", "WeakRef", "Iterator"],
  ...["Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError"],
  ...["AggregateError", "ArrayBuffer", "DataView", "Int8Array", "Uint8Array", "Uint8ClampedArray"],
  ...["Int16Array", "Uint16Array", "Int32Array", "Uint32Array", "Float32Array", "Float64Array"],
  ...["BigInt64Array", "BigUint64Array", "console"],
];

/** How the runtime itself formats stacks. */
const OURS = new SafeSet<PropertyKey>(["stackTraceLimit", "prepareStackTrace"]);

/** Looks after which it pays to make code for them: that costs as much as some twenty. */
const OFTEN = 10;

/** An object as it was. */
interface Baseline {
  readonly object: object;
  readonly keys: readonly PropertyKey[];
  readonly descriptors: readonly PropertyDescriptor[];
  /** Its data properties: keys, and values one by one. */
  readonly dataKeys: readonly PropertyKey[];
  readonly dataValues: readonly unknown[];
  /** Keys whose loss reading wouldn't show: accessors, and what a prototype has alike. */
  readonly otherKeys: readonly PropertyKey[];
  /** How many keys for all to see it has, and how many symbols. */
  readonly enumerable: number;
  readonly symbols: number;
  /** Reads it with all keys written out; undefined until it is looked at often. */
  reader: (() => boolean) | undefined;
  /** Only descriptors tell: the runtime itself changes it, or properties of it may have been defined anew. */
  suspect: boolean;
}

/** Who sees on which objects properties are defined, or which are frozen. */
export interface DefinitionWatch {
  /** Told of each object before that is done; of undefined if it may be any. */
  onDefinition: ((target: object | undefined) => void) | undefined;
}

export class BuiltinChanges {
  readonly #baselines: readonly Baseline[];
  readonly #byObject = new SafeMap<object, Baseline>();
  #looks = 0;

  /**
   * Takes the built-ins as they are now for what they should be. With a watch, objects on which nobody defined anything are
   * compared by reading, which is several times faster.
   */
  constructor(watch?: DefinitionWatch) {
    this.#baselines = map(intrinsics(), (object) => baselineOf(object, watch === undefined));
    forEach(this.#baselines, (baseline) => {
      this.#byObject.set(baseline.object, baseline);
    });
    if (watch === undefined) return;
    watch.onDefinition = (target) => {
      if (target === undefined || this.#byObject.has(target)) this.#suspect(target);
    };
  }

  /** Reading one may now run a program's accessor, and one that inherits from it too. */
  #suspect(target: object | undefined): void {
    for (let i = 0; i < this.#baselines.length; i++) {
      const baseline = this.#baselines[i]!;
      for (let at: object | null = baseline.object; at !== null; at = getPrototypeOf(at)) {
        if (target === undefined || at === target) baseline.suspect = true;
      }
    }
  }

  /** Those that have changed. Takes some 0.1 ms, or 0.03 ms with a watch and 0.01 ms where that is done often. */
  objects(): readonly object[] {
    if (++this.#looks === OFTEN) this.#makeReaders();
    const changed: object[] = [];
    for (let i = 0; i < this.#baselines.length; i++) {
      const baseline = this.#baselines[i]!;
      if (isAsItWas(baseline)) continue;
      // What only the runtime changed counts for nothing.
      if (changedKeys(baseline).length > 0) changed[changed.length] = baseline.object;
    }
    return changed;
  }

  #makeReaders(): void {
    try {
      forEach(this.#baselines, (baseline) => {
        baseline.reader = readerOf(baseline);
      });
    } catch {
      // The app's Deno makes no code of text: the slower way says the same.
    }
  }

  /** Keys of one that were added, changed or removed. */
  keysOf(object: object): readonly PropertyKey[] {
    const baseline = this.#byObject.get(object);
    return baseline === undefined || isAsItWas(baseline) ? [] : changedKeys(baseline);
  }

  /** Makes all what they were but for what was added to them, as far as they let one; returns the way back. */
  setAside(): () => void {
    const aside: { object: object; key: PropertyKey; descriptor: PropertyDescriptor | undefined }[] = [];
    forEach(this.objects(), (object) => {
      const { keys, descriptors } = this.#byObject.get(object)!;
      forEach(this.keysOf(object), (key) => {
        const place = indexOf(keys, key);
        if (place < 0) return;
        aside[aside.length] = { object, key, descriptor: getOwnPropertyDescriptor(object, key) };
        defineProperty(object, key, descriptors[place]!);
      });
    });
    return () =>
      forEach(aside, ({ object, key, descriptor }) => {
        if (descriptor === undefined) deleteProperty(object, key);
        else defineProperty(object, key, descriptor);
      });
  }

  /** Makes one what it was; `redefined`: properties of it are about to be defined. */
  reset(object: object, redefined: boolean): void {
    const baseline = this.#byObject.get(object);
    if (baseline === undefined) return;
    if (redefined) this.#suspect(object);
    forEach(this.keysOf(object), (key) => {
      const place = indexOf(baseline.keys, key);
      if (place < 0) deleteProperty(object, key);
      else defineProperty(object, key, baseline.descriptors[place]!);
    });
  }
}

function intrinsics(): object[] {
  const found = new SafeSet<object>();
  for (let i = 0; i < GLOBALS.length; i++) {
    const name = GLOBALS[i]!;
    const value = (globalThis as any)[name];
    if (value === undefined) continue;
    found.add(value);
    if (typeof value === "function") found.add(value.prototype);
  }
  found.add(getPrototypeOf(Uint8Array)!).add(getPrototypeOf(Uint8Array.prototype)!);
  forEach([[], new SafeMap(), new SafeSet(), ""], (iterable) => {
    found.add(getPrototypeOf(iterable[Symbol.iterator]())!);
  });
  forEach([(function* () {})(), (async function* () {})()], (generator) => {
    found.add(getPrototypeOf(getPrototypeOf(generator)!)!);
  });
  return itemsOf(found);
}

function baselineOf(object: object, suspect: boolean): Baseline {
  const keys = ownKeys(object);
  const descriptors = map(keys, (key) => getOwnPropertyDescriptor(object, key)!);
  const above = getPrototypeOf(object);
  const readable = (key: PropertyKey, i: number) => {
    if (!("value" in descriptors[i]!)) return false;
    return above === null || !(key in above) || !is(Reflect.get(above, key), descriptors[i]!.value);
  };
  const dataKeys = filter(keys, readable);
  return {
    object,
    keys,
    descriptors,
    dataKeys,
    dataValues: map(dataKeys, (key) => (object as any)[key]),
    otherKeys: filter(keys, (key, i) => !readable(key, i)),
    enumerable: enumerableKeys(object).length,
    symbols: symbolsOf(object).length,
    reader: undefined,
    suspect: suspect || some(keys, (key) => OURS.has(key)),
  };
}

/**
 * Reads an object as {@linkcode readsAsItWas} does, with a constant for each key: the engine remembers where each of them lies, and
 * looks several times faster.
 *
 * @throws {EvalError} where no code may be made of text
 */
function readerOf({ object, dataKeys, dataValues, otherKeys, enumerable, symbols }: Baseline): () => boolean {
  const given: unknown[] = [];
  const constant = (value: unknown) => `g${push(given, value) - 1}`;
  const named = (key: PropertyKey) => typeof key === "string" ? quote(key) : constant(key);
  const tests = [
    `enumerableKeys(object).length === ${enumerable}`,
    `symbolsOf(object).length === ${symbols}`,
  ];
  forEach(dataKeys, (key, i) => {
    const value = dataValues[i];
    const now = `object[${named(key)}]`;
    tests[tests.length] = value !== value
      ? `is(${now}, ${constant(value)})`
      : `${now} === ${constant(value)}`;
  });
  forEach(otherKeys, (key) => tests[tests.length] = `hasOwn(object, ${named(key)})`);
  const text = `"use strict";
    const { ${join(map(given, (_, i) => `${i}: g${i}`), ", ")} } = given;
    return () => ${join(tests, " && ")};`;
  const make = new Function("object", "given", "enumerableKeys", "symbolsOf", "hasOwn", "is", text);
  return make(object, given, enumerableKeys, symbolsOf, hasOwn, is);
}

/** Whether a look at its values finds it as it was; nothing but its values can have changed. */
function readsAsItWas(
  { object, dataKeys, dataValues, otherKeys, enumerable, symbols }: Baseline,
): boolean {
  if (enumerableKeys(object).length !== enumerable || symbolsOf(object).length !== symbols) return false;
  for (let i = 0; i < dataKeys.length; i++) {
    // By identity first: what is unequal to itself is rare.
    const value = (object as any)[dataKeys[i]!];
    if (value !== dataValues[i] && !is(value, dataValues[i])) return false;
  }
  for (let i = 0; i < otherKeys.length; i++) if (!hasOwn(object, otherKeys[i]!)) return false;
  return true;
}

function isAsItWas(baseline: Baseline): boolean {
  if (!baseline.suspect) return baseline.reader?.() ?? readsAsItWas(baseline);
  const { object, keys, descriptors } = baseline;
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

/** Keys that were added, changed or removed, the runtime's own left out. */
function changedKeys(baseline: Baseline): PropertyKey[] {
  const { object, keys } = baseline;
  const changed: PropertyKey[] = [];
  forEach(ownKeys(object), (key) => {
    if (!OURS.has(key) && !isUnchanged(baseline, key)) changed[changed.length] = key;
  });
  forEach(keys, (key) => {
    if (!OURS.has(key) && !hasOwn(object, key)) changed[changed.length] = key;
  });
  return changed;
}

function isUnchanged({ object, keys, descriptors }: Baseline, key: PropertyKey): boolean {
  const place = indexOf(keys, key);
  return place >= 0 && sameDescriptor(getOwnPropertyDescriptor(object, key)!, descriptors[place]!);
}

function sameDescriptor(a: PropertyDescriptor, b: PropertyDescriptor): boolean {
  return is(a.value, b.value) && a.get === b.get && a.set === b.set && a.writable === b.writable &&
    a.enumerable === b.enumerable && a.configurable === b.configurable;
}
