import { UNINITIALISED } from "../access.ts";
import type { Inlet, Properties } from "../inlet.ts";
import {
  ArrayPrototype,
  arrayReversed,
  defineProperty,
  deleteProperty,
  getDescriptor,
  hasOwn,
  objectIs,
  ownKeys,
} from "../intrinsics.ts";
import { isArrayIndex } from "../keys.ts";
import { HOLE, type Outlet } from "../outlet.ts";
import { PacketError } from "../packet_error.ts";
import { applyProperties, checkProperties, isBare } from "../properties.ts";
import { FILLED, type Kind } from "./kind.ts";

/** Elements as properties of their own, for arrays that are sparse or have unusual elements. */
const SPARSE = 1;
const LENGTH_FIXED = 2;
/** From here on listing all indexes costs more than asking for the other keys. */
const LONG = 64;
/** An array with more holes than this is likely to have few elements. */
const MAX_HOLES = 1024;

interface ArrayContent {
  readonly length: number;
  readonly lengthFixed: boolean;
  /** Elements in order, or undefined if they are among the properties. */
  readonly elements: readonly unknown[] | undefined;
  readonly properties: Properties;
}

/** Arrays: elements, holes, length and whatever else they carry. */
export const array: Kind<unknown[], unknown[] | undefined, ArrayContent> = {
  name: "array",
  writeShell(_, out: Outlet) {
    if (out.fresh) out.w.byte(out.lastMold);
  },
  writeContent(node, out: Outlet) {
    out.lastMold = 0;
    if (out.isOrdinaryArray(node) && writeOrdinary(node, out)) return;
    const { value: length, writable } = getDescriptor(node, "length")!;
    if (length > LONG && writeLong(node, { length, writable: writable! }, out)) return;
    const keys = ownKeys(node);
    let indexes = 0;
    while (indexes < keys.length && isArrayIndex(keys[indexes]!)) indexes++;
    const start = out.w.at;
    const fixed = writable ? 0 : LENGTH_FIXED;
    out.w.byte(fixed);
    out.w.varint(length);
    const dense = isDense(indexes, length) && writeElements(node, { length, maxHoles: length }, out);
    if (!dense) {
      out.w.at = start;
      out.w.byte(fixed | SPARSE);
      out.w.varint(length);
    }
    out.properties(node, otherKeys(keys, dense ? indexes : 0));
  },
  readShell(inlet: Inlet) {
    const mold = moldOf(inlet.byte());
    // Each element takes a byte or more.
    if (mold !== undefined && (inlet.moldedElements += mold.length) > inlet.allBytes) {
      throw new PacketError("its arrays are longer than the packet");
    }
    return mold;
  },
  create: (mold) => mold === undefined ? [] : arrayReversed(mold),
  readContent(inlet: Inlet) {
    const flags = inlet.byte();
    const length = inlet.varint();
    if (length > 4294967295) throw new PacketError("an array is too long");
    const elements = (flags & SPARSE) !== 0 ? undefined : readElements(inlet, length);
    return { length, lengthFixed: (flags & LENGTH_FIXED) !== 0, elements, properties: inlet.properties() };
  },
  readInto(node, _, inlet) {
    const flags = inlet.byte();
    const length = inlet.varint();
    if (length > 4294967295) throw new PacketError("an array is too long");
    const sparse = (flags & SPARSE) !== 0 || !inlet.elementsAreSafe;
    const elements = (flags & SPARSE) !== 0
      ? undefined
      : sparse
      ? readElements(inlet, length)
      : assignElements(node, inlet, length);
    const properties = inlet.properties();
    const lengthFixed = (flags & LENGTH_FIXED) !== 0;
    if (!sparse && !lengthFixed && isBare(properties, ArrayPrototype)) return FILLED;
    return { length, lengthFixed, elements, properties };
  },
  check(node, content, inlet) {
    const now = getDescriptor(node, "length")!;
    if (!now.writable && (now.value !== content.length || !content.lengthFixed)) {
      throw new PacketError("it changes a fixed length");
    }
    checkProperties(node, propertyKeys(node, content), content.properties, inlet);
    if (content.elements !== undefined) checkElements(node, content);
  },
  fill(node, content, inlet) {
    if (node.length !== content.length) node.length = content.length;
    if (content.elements !== undefined) fillElements(node, content.elements);
    applyProperties(node, propertyKeys(node, content), content.properties, inlet);
    if (content.lengthFixed) fixLength(node);
  },
};

/** What the engine keeps an array's elements as. */
const INTEGER = 1, DOUBLE = 2, OTHER = 4;
/** Longer arrays grow element by element: they are few. */
const MAX_MOLD = 63;
/** By the low bits of a mold's number, what it is filled with. */
const SAMPLES: readonly unknown[] = [undefined, 0, 0.5, ""];
/**
 * Arrays that are copied to make one that has room for just so many elements, of just that sort: one that grows as it is
 * filled takes several times the memory and time. By number; 0 is none.
 */
const MOLDS: unknown[][] = [];

function sortOf(element: unknown): number {
  if (typeof element !== "number") return OTHER;
  return (element | 0) === element && !(element === 0 && 1 / element < 0) ? INTEGER : DOUBLE;
}

function moldNumber(length: number, sorts: number): number {
  if (length === 0 || length > MAX_MOLD) return 0;
  return length << 2 | (sorts === INTEGER ? 1 : (sorts & OTHER) === 0 ? 2 : 3);
}

function moldOf(number: number): unknown[] | undefined {
  return number < 4 || (number & 3) === 0 ? undefined : MOLDS[number] ??= mold(number >> 2, number & 3);
}

function mold(length: number, sort: number): unknown[] {
  const made: unknown[] = [];
  for (let i = 0; i < length; i++) made[i] = SAMPLES[sort];
  return made;
}

/** Writes an array whose elements are known to be as assignment makes them, unless most are holes. */
function writeOrdinary(node: unknown[], out: Outlet): boolean {
  const { length } = node;
  const start = out.w.at;
  out.w.byte(0);
  out.w.varint(length);
  let holes = 0;
  let sorts = 0;
  for (let i = 0; i < length; i++) {
    const element = node[i];
    sorts |= sortOf(element);
    const isHole = element === undefined && !hasOwn(node, i);
    if (isHole && !isDense(length - ++holes, length)) {
      out.w.at = start;
      return false;
    }
    out.value(isHole ? HOLE : element);
  }
  out.lastMold = holes === 0 ? moldNumber(length, sorts) : 0;
  if (out.layouts.arrayShape === undefined) out.layouts.arrayShape = out.properties(node, []);
  else out.w.varint(out.layouts.arrayShape.number);
  return true;
}

/** Whether writing holes one by one is better than writing indexes. */
function isDense(elements: number, length: number): boolean {
  return elements * 2 >= length;
}

/** Writes an array without listing its keys, where that can be done; undoes itself and says so if not. */
function writeLong(
  node: unknown[],
  { length, writable }: { readonly length: number; readonly writable: boolean },
  out: Outlet,
): boolean {
  if (out.values.namedKeys === undefined) return false;
  const start = out.w.at;
  out.w.byte(writable ? 0 : LENGTH_FIXED);
  out.w.varint(length);
  if (!writeElements(node, { length, maxHoles: MAX_HOLES }, out)) {
    out.w.at = start;
    return false;
  }
  out.properties(node, otherKeys(out.values.namedKeys(node), 0));
  return true;
}

/** Writes the elements if all are as assignment makes them; undoes itself and says so if not. */
function writeElements(
  node: unknown[],
  { length, maxHoles }: { readonly length: number; readonly maxHoles: number },
  out: Outlet,
): boolean {
  let holes = 0;
  let sorts = 0;
  for (let i = 0; i < length; i++) {
    const descriptor = getDescriptor(node, i);
    if (descriptor === undefined) {
      if (++holes > maxHoles || !isDense(length - holes, length)) return false;
      out.value(HOLE);
    } else if (hasOwn(descriptor, "value") && isPlain(descriptor)) {
      sorts |= sortOf(descriptor.value);
      out.value(descriptor.value);
    } else return false;
  }
  out.lastMold = holes === 0 ? moldNumber(length, sorts) : 0;
  return true;
}

function isPlain(descriptor: PropertyDescriptor): boolean {
  return (descriptor.writable && descriptor.enumerable && descriptor.configurable) === true;
}

function otherKeys(keys: readonly PropertyKey[], from: number): PropertyKey[] {
  const others: PropertyKey[] = [];
  for (let i = from; i < keys.length; i++) if (keys[i] !== "length") others[others.length] = keys[i]!;
  return others;
}

function readElements(inlet: Inlet, length: number): unknown[] {
  if (length > inlet.left) throw new PacketError("an array is longer than what follows");
  const elements: unknown[] = [];
  for (let i = 0; i < length; i++) {
    elements[i] = inlet.slot();
    if (elements[i] === UNINITIALISED) throw new PacketError("a mark stands where a value must");
  }
  return elements;
}

/** Reads elements straight into a new array; what is returned says the same for {@linkcode array.fill}. */
function assignElements(node: unknown[], inlet: Inlet, length: number): unknown[] {
  if (length > inlet.left) throw new PacketError("an array is longer than what follows");
  for (let i = 0; i < length; i++) {
    const element = inlet.slot();
    if (element === UNINITIALISED) throw new PacketError("a mark stands where a value must");
    if (element !== HOLE) node[i] = element;
    else if (i < node.length) throw new PacketError("an array lacks an element that it was made for");
  }
  if (node.length !== length) node.length = length;
  return node;
}

/** Own keys that the content's properties speak of. */
function propertyKeys(node: unknown[], content: ArrayContent): PropertyKey[] {
  const keys = ownKeys(node);
  let from = 0;
  if (content.elements !== undefined) { while (from < keys.length && isArrayIndex(keys[from]!)) from++; }
  return otherKeys(keys, from);
}

function checkElements(node: unknown[], content: ArrayContent): void {
  const keys = ownKeys(node);
  for (let i = 0; i < keys.length && isArrayIndex(keys[i]!); i++) {
    if (!getDescriptor(node, keys[i]!)!.configurable) throw new PacketError("it changes a fixed element");
  }
  if (content.elements!.length !== content.length) throw new PacketError("an array lacks elements");
}

function fixLength(node: unknown[]): void {
  defineProperty(node, "length", { __proto__: null, writable: false } as PropertyDescriptor);
}

function fillElements(node: unknown[], elements: readonly unknown[]): void {
  if (elements === node) return;
  for (let i = 0; i < elements.length; i++) {
    const wanted = elements[i];
    const now = getDescriptor(node, i);
    if (wanted === HOLE) {
      if (now !== undefined) deleteProperty(node, i);
    } else if (now === undefined || !hasOwn(now, "value") || !isPlain(now) || !objectIs(now.value, wanted)) {
      defineProperty(node, i, {
        __proto__: null,
        value: wanted,
        writable: true,
        enumerable: true,
        configurable: true,
      } as PropertyDescriptor);
    }
  }
}
