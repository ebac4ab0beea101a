import { ACCESSOR, CONFIGURABLE, ENUMERABLE, STACK, WRITABLE } from "./constants.ts";
import type { Inlet, Properties } from "./inlet.ts";
import {
  defineProperty,
  deleteProperty,
  getDescriptor,
  getPrototypeOf,
  hasOwn,
  isExtensible,
  objectIs,
  ObjectPrototype,
  ownKeys,
  preventExtensions,
  SafeMap,
  SafeSet,
  setPrototypeOf,
} from "./intrinsics.ts";
import { isArrayIndex } from "./keys.ts";
import { PacketError } from "./packet_error.ts";
import type { Shape } from "./shape.ts";
import { writeStack } from "./stack.ts";

/** Whether an object with these has nothing of its own, and is as new ones of that prototype are. */
export function isBare({ shape }: Properties, prototype: object): boolean {
  return shape.keys.length === 0 && shape.root.prototype === prototype && shape.root.extensible &&
    shape.root.owners.length === 0;
}

/**
 * Makes an object's own properties (`keys`, as they are now) what was read: same order, attributes and values.
 * Properties that stay keep their place; the order of the others is made by removing and adding as few as possible.
 */
export function applyProperties(
  object: object,
  keys: readonly PropertyKey[],
  read: Properties,
  inlet: Inlet,
): void {
  const { shape } = read;
  if (shape.root.owners.length > 0) applyPrivates(object, read, inlet);
  const { prototype } = shape.root;
  if (prototype !== getPrototypeOf(object)) setPrototypeOf(object, prototype);
  if (keys.length > 0) removeSurplus(object, keys, shape);
  let slot = 0;
  for (let i = 0; i < shape.keys.length; i++) {
    const bits = shape.attributes[i]!;
    applyProperty(object, { key: shape.keys[i]!, bits }, read.values, slot);
    slot += (bits & ACCESSOR) !== 0 ? 2 : 1;
  }
  if (!shape.root.extensible) preventExtensions(object);
}

/** One property as a shape has it. */
interface ShapedKey {
  readonly key: PropertyKey;
  readonly bits: number;
}

function applyProperty(object: object, { key, bits }: ShapedKey, values: readonly unknown[], slot: number) {
  const now = getDescriptor(object, key);
  if ((bits & STACK) !== 0) return writeStack(object, values[slot], (bits & ENUMERABLE) !== 0);
  const wanted = descriptorOf(bits, values, slot);
  if (now === undefined || !sameDescriptor(now, wanted)) defineProperty(object, key, wanted);
}

/** A descriptor whose fields can't be inherited from a patched `Object.prototype`. */
export function descriptorOf(bits: number, values: readonly unknown[], slot: number): PropertyDescriptor {
  const enumerable = (bits & ENUMERABLE) !== 0;
  const configurable = (bits & CONFIGURABLE) !== 0;
  if ((bits & ACCESSOR) !== 0) {
    const get = values[slot] as (() => unknown) | undefined;
    const set = values[slot + 1] as ((value: unknown) => void) | undefined;
    return { __proto__: null, get, set, enumerable, configurable } as PropertyDescriptor;
  }
  return {
    __proto__: null,
    value: values[slot],
    writable: (bits & WRITABLE) !== 0,
    enumerable,
    configurable,
  } as PropertyDescriptor;
}

function sameDescriptor(now: PropertyDescriptor, wanted: PropertyDescriptor): boolean {
  if (now.enumerable !== wanted.enumerable || now.configurable !== wanted.configurable) return false;
  if (hasOwn(now, "value")) {
    return hasOwn(wanted, "value") && now.writable === wanted.writable && objectIs(now.value, wanted.value);
  }
  return hasOwn(wanted, "get") && now.get === wanted.get && now.set === wanted.set;
}

function removeSurplus(object: object, keys: readonly PropertyKey[], shape: Shape): void {
  const surplus = surplusKeys(keys, shape.keys);
  for (let i = 0; i < surplus.length; i++) deleteProperty(object, surplus[i]!);
}

/**
 * The keys of `now` that must be removed before `wanted` can be defined in order: whatever isn't in the longest run
 * from the start of `wanted` that has the same order in both.
 */
export function surplusKeys(now: readonly PropertyKey[], wanted: readonly PropertyKey[]): PropertyKey[] {
  if (sameKeys(now, wanted)) return [];
  const surplus: PropertyKey[] = [];
  for (let group = 0; group < 3; group++) {
    const from = ofGroup(now, group);
    const to = ofGroup(wanted, group);
    if (group === 0) addMissing(surplus, from, to);
    else addUnordered(surplus, from, to);
  }
  return surplus;
}

function sameKeys(a: readonly PropertyKey[], b: readonly PropertyKey[]): boolean {
  if (a.length > b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Own keys come in three groups: indexes by size, strings and symbols each as they were added. */
function ofGroup(keys: readonly PropertyKey[], group: number): PropertyKey[] {
  const chosen: PropertyKey[] = [];
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    const its = typeof key === "symbol" ? 2 : isArrayIndex(key) ? 0 : 1;
    if (its === group) chosen[chosen.length] = key;
  }
  return chosen;
}

function addMissing(surplus: PropertyKey[], from: readonly PropertyKey[], to: readonly PropertyKey[]): void {
  const wanted = new SafeSet<PropertyKey>();
  for (let i = 0; i < to.length; i++) wanted.add(to[i]!);
  for (let i = 0; i < from.length; i++) if (!wanted.has(from[i]!)) surplus[surplus.length] = from[i]!;
}

function addUnordered(
  surplus: PropertyKey[],
  from: readonly PropertyKey[],
  to: readonly PropertyKey[],
): void {
  const places = new SafeMap<PropertyKey, number>();
  for (let i = 0; i < from.length; i++) places.set(from[i]!, i);
  let last = -1;
  let stay = 0;
  const stays = new SafeSet<PropertyKey>();
  for (; stay < to.length; stay++) {
    const place = places.get(to[stay]!);
    if (place === undefined || place < last) break;
    last = place;
    stays.add(to[stay]!);
  }
  for (let i = 0; i < from.length; i++) if (!stays.has(from[i]!)) surplus[surplus.length] = from[i]!;
}

/** Whether an existing object could have come by these properties. @throws {PacketError} */
export function checkProperties(
  object: object,
  keys: readonly PropertyKey[],
  read: Properties,
  inlet: Inlet,
): void {
  const { shape } = read;
  if (shape.root.owners.length > 0) checkPrivates(object, read, inlet);
  if (!isExtensible(object)) checkSealed(object, keys, shape);
  const surplus = surplusKeys(keys, shape.keys);
  for (let i = 0; i < surplus.length; i++) {
    if (!getDescriptor(object, surplus[i]!)!.configurable) {
      throw new PacketError("it removes a fixed property");
    }
  }
  for (let i = 0, slot = 0; i < shape.keys.length; i++, slot++) {
    const bits = shape.attributes[i]!;
    const now = getDescriptor(object, shape.keys[i]!);
    if (now !== undefined && !now.configurable && (bits & STACK) === 0) {
      checkFixed(now, descriptorOf(bits, read.values, slot));
    }
    if ((bits & ACCESSOR) !== 0) slot++;
  }
  if (shape.root.prototype !== getPrototypeOf(object)) checkPrototype(object, shape.root.prototype);
}

function checkSealed(object: object, keys: readonly PropertyKey[], shape: Shape): void {
  const has = new SafeSet<PropertyKey>();
  for (let i = 0; i < keys.length; i++) has.add(keys[i]!);
  let grows = shape.root.extensible || shape.root.prototype !== getPrototypeOf(object);
  for (let i = 0; i < shape.keys.length; i++) grows ||= !has.has(shape.keys[i]!);
  if (grows) throw new PacketError("it extends an object that isn't extensible");
}

function checkFixed(now: PropertyDescriptor, wanted: PropertyDescriptor): void {
  if (sameDescriptor(now, wanted)) return;
  const mayChange = hasOwn(now, "value") && hasOwn(wanted, "value") && now.writable === true &&
    !wanted.configurable && now.enumerable === wanted.enumerable;
  if (!mayChange) throw new PacketError("it changes a fixed property");
}

function checkPrototype(object: object, prototype: object | null): void {
  if (object === ObjectPrototype) throw new PacketError("it changes a fixed prototype");
  for (let p = prototype; p !== null; p = getPrototypeOf(p)) {
    if (p === object) throw new PacketError("a prototype chain ends in itself");
  }
}

function checkPrivates(object: object, read: Properties, inlet: Inlet): void {
  const { owners } = read.shape.root;
  for (let i = 0; i < owners.length; i++) {
    const wanted = read.privates[i];
    if (wanted === undefined) continue;
    const now = inlet.code.readPrivates(owners[i]!, object) ?? privatesToGet(object, owners[i]!, inlet);
    if (now === undefined || now.length !== wanted.length) {
      throw new PacketError("an object lacks a class's private names");
    }
  }
}

/** What an existing object gets if a class's constructor is made to return it; undefined if that can't be all that it gets. */
function privatesToGet(object: object, owner: Function, { code }: Inlet): readonly unknown[] | undefined {
  const trial = {};
  if (!isExtensible(object)) preventExtensions(trial);
  const made = code.createWithPrivates([owner], () => trial);
  return made === trial && ownKeys(trial).length === 0 ? code.readPrivates(owner, trial) : undefined;
}

/** Gives an object the private fields that were read; those that already hold are left alone. */
function applyPrivates(object: object, read: Properties, inlet: Inlet): void {
  const { owners } = read.shape.root;
  for (let i = 0; i < owners.length; i++) {
    const wanted = read.privates[i];
    if (wanted === undefined) continue;
    const owner = owners[i]!;
    if (inlet.code.readPrivates(owner, object) === undefined) {
      inlet.code.createWithPrivates([owner], () => object);
    }
    const now = inlet.code.readPrivates(owner, object)!;
    for (let k = 0; k < wanted.length; k++) {
      if (!objectIs(now[k], wanted[k])) inlet.code.writePrivate(owner, object, k, wanted[k]);
    }
  }
}
