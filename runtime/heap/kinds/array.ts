import type { Inlet, Properties } from "../inlet.ts";
import { defineProperty, deleteProperty, getDescriptor, hasOwn, objectIs, ownKeys } from "../intrinsics.ts";
import { HOLE, type Outlet } from "../outlet.ts";
import { PacketError } from "../packet_error.ts";
import { applyProperties, checkProperties, isArrayIndex } from "../properties.ts";
import type { Kind } from "./kind.ts";

/** Elements as properties of their own, for arrays that are sparse or have unusual elements. */
const SPARSE = 1;
const LENGTH_FIXED = 2;

interface ArrayContent {
  readonly length: number;
  readonly lengthFixed: boolean;
  /** Elements in order, or undefined if they are among the properties. */
  readonly elements: readonly unknown[] | undefined;
  readonly properties: Properties;
}

/** Arrays: elements, holes, length and whatever else they carry. */
export const array: Kind<unknown[], void, ArrayContent> = {
  name: "array",
  writeShell() {},
  writeContent(node, out: Outlet) {
    const keys = ownKeys(node);
    const { value: length, writable } = getDescriptor(node, "length")!;
    let indexes = 0;
    while (indexes < keys.length && isArrayIndex(keys[indexes]!)) indexes++;
    const start = out.w.at;
    const fixed = writable ? 0 : LENGTH_FIXED;
    out.w.byte(fixed);
    out.w.varint(length);
    const dense = indexes * 2 >= length && writeElements(node, length, out);
    if (!dense) {
      out.w.at = start;
      out.w.byte(fixed | SPARSE);
      out.w.varint(length);
    }
    out.properties(node, otherKeys(keys, dense ? indexes : 0));
  },
  readShell() {},
  create: () => [],
  readContent(inlet: Inlet) {
    const flags = inlet.byte();
    const length = inlet.varint();
    if (length > 4294967295) throw new PacketError("an array is too long");
    const elements = (flags & SPARSE) !== 0 ? undefined : readElements(inlet, length);
    return { length, lengthFixed: (flags & LENGTH_FIXED) !== 0, elements, properties: inlet.properties() };
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

/** Writes the elements if all are as assignment makes them; undoes itself and says so if not. */
function writeElements(node: unknown[], length: number, out: Outlet): boolean {
  for (let i = 0; i < length; i++) {
    const descriptor = getDescriptor(node, i);
    if (descriptor === undefined) out.value(HOLE);
    else if (hasOwn(descriptor, "value") && isPlain(descriptor)) out.value(descriptor.value);
    else return false;
  }
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
  for (let i = 0; i < length; i++) elements[i] = inlet.slot();
  return elements;
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
