import { CONFIGURABLE } from "../constants.ts";
import type { Inlet, Properties } from "../inlet.ts";
import { getDescriptor, getPrototypeOf, hasOwn, ownKeys } from "../intrinsics.ts";
import type { Outlet } from "../outlet.ts";
import { applyProperties, checkProperties } from "../properties.ts";
import { FILLED } from "./kind.ts";

/** What a function of a site has when nobody changed it. */
export interface FunctionDefaults {
  readonly name: string;
  readonly length: number;
}

/** A function's content: its properties, `length` and `name` only if somebody changed them. */
export interface FunctionContent {
  readonly defaulted: boolean;
  readonly properties: Properties;
}

/** Writes a function's own properties. `self` if it is a class that may carry static private names. */
export function writeFunctionContent(node: Function, defaults: FunctionDefaults, out: Outlet): void {
  const keys = functionKeys(node);
  const defaulted = hasDefaults(node, keys, defaults);
  const self = out.code.readPrivates(node, node) === undefined ? undefined : node;
  out.w.byte(defaulted ? 1 : 0);
  const shape = out.properties(node, defaulted ? tail(keys) : keys, self);
  if (defaulted && shape.keys.length === 0) out.learnLayout(node, shape, true);
}

/** Writes the content of a function whose layout says that it has nothing but the properties that all have, unless they were changed. */
export function writeAsMade(node: Function, { name, length }: FunctionDefaults, out: Outlet): boolean {
  const shape = out.layouts.find(node)?.shape;
  // Its layout tells that these are values: no code of the program's runs.
  if (shape === undefined || shape.root.owners.length > 0 || node.name !== name || node.length !== length) {
    return false;
  }
  out.w.byte(1);
  out.w.varint(shape.number);
  return true;
}

export function readFunctionContent(inlet: Inlet): FunctionContent {
  return { defaulted: inlet.byte() === 1, properties: inlet.properties() };
}

/** Reads the content of a function that was just made: most have nothing that they weren't made with. */
export function readFreshFunctionContent(node: Function, inlet: Inlet): FunctionContent | typeof FILLED {
  const content = readFunctionContent(inlet);
  const { keys, root } = content.properties.shape;
  const asMade = content.defaulted && keys.length === 0 && root.extensible && root.owners.length === 0 &&
    getPrototypeOf(node) === root.prototype && ownKeys(node).length === 2;
  return asMade ? FILLED : content;
}

export function checkFunctionContent(
  node: Function,
  defaults: FunctionDefaults,
  { content, inlet }: { readonly content: FunctionContent; readonly inlet: Inlet },
): void {
  checkProperties(node, functionKeys(node), expanded(content, defaults), inlet);
}

/** Gives a function its properties. */
export function fillFunctionContent(
  node: Function,
  defaults: FunctionDefaults,
  { content, inlet }: { readonly content: FunctionContent; readonly inlet: Inlet },
): void {
  const keys = functionKeys(node);
  if (content.defaulted && hasDefaults(node, keys, defaults)) {
    applyProperties(node, tail(keys), content.properties, inlet);
  } else applyProperties(node, keys, expanded(content, defaults), inlet);
}

/** Own keys without the `arguments` and `caller` that sloppy functions have by nature. */
function functionKeys(node: Function): PropertyKey[] {
  const keys = ownKeys(node);
  const kept: PropertyKey[] = [];
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    if ((key === "arguments" || key === "caller") && !getDescriptor(node, key)!.configurable) continue;
    kept[kept.length] = key;
  }
  return kept;
}

function hasDefaults(node: Function, keys: readonly PropertyKey[], defaults: FunctionDefaults): boolean {
  return keys[0] === "length" && keys[1] === "name" &&
    isDefault(getDescriptor(node, "length")!, defaults.length) &&
    isDefault(getDescriptor(node, "name")!, defaults.name);
}

function isDefault(descriptor: PropertyDescriptor, value: unknown): boolean {
  return hasOwn(descriptor, "value") && descriptor.value === value && descriptor.configurable === true &&
    !descriptor.writable && !descriptor.enumerable;
}

function tail(keys: readonly PropertyKey[]): PropertyKey[] {
  const rest: PropertyKey[] = [];
  for (let i = 2; i < keys.length; i++) rest[i - 2] = keys[i]!;
  return rest;
}

function expanded({ defaulted, properties }: FunctionContent, defaults: FunctionDefaults): Properties {
  if (!defaulted) return properties;
  const { shape } = properties;
  return {
    shape: {
      ...shape,
      keys: prepend(["length", "name"], shape.keys),
      attributes: prepend([CONFIGURABLE, CONFIGURABLE], shape.attributes),
      slots: shape.slots + 2,
    },
    values: prepend<unknown>([defaults.length, defaults.name], properties.values),
    privates: properties.privates,
  };
}

function prepend<T>(front: readonly T[], list: readonly T[]): T[] {
  const longer: T[] = [];
  for (let i = 0; i < front.length; i++) longer[i] = front[i]!;
  for (let i = 0; i < list.length; i++) longer[front.length + i] = list[i]!;
  return longer;
}
