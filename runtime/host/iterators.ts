/**
 * What Deno's `inspect` shows of Map and Set iterators: V8 tells it what is left without stepping them, and nobody else.
 * It asks the program's objects for names, so it is only let near an iterator that has nothing of the program's, and near
 * keys of which that is sure.
 */
import { inspect, types } from "node:util";
import type { IteratorView } from "../heap/access.ts";
import { isView } from "../heap/intrinsics.ts";
import { execRegExp } from "../heap/texts.ts";

const { getPrototypeOf, getOwnPropertyDescriptor, ownKeys, isExtensible } = Reflect;

const MAP_ITERATOR = getPrototypeOf(new Map().keys())!;
const SET_ITERATOR = getPrototypeOf(new Set().keys())!;
const ITERATOR = getPrototypeOf(MAP_ITERATOR)!;
/** Longer texts are cut. */
const MAX_SHOWN = 100;
const OPTIONS = { depth: 0, customInspect: false, showHidden: false, colors: false, breakLength: Infinity };
const SHOWN = /^\[(?:Map|Set) (Iterator|Entries)\] \{ (?:\.\.\. (\d+) more items? | )\}$/;

/** See {@linkcode ValueAccess.iteratorView}. */
export function iteratorView(iterator: object): IteratorView | undefined {
  const shown = execRegExp(SHOWN, inspect(iterator, { ...OPTIONS, maxArrayLength: 0 }));
  return shown === null ? undefined : { left: Number(shown[2] ?? 0), pairs: shown[1] === "Entries" };
}

/** See {@linkcode ValueAccess.iteratorShows}. `text` must be shorter than 100 characters, without quotes. */
export function iteratorShows(iterator: object, text: string, key: unknown): boolean | undefined {
  if (!namesNothing(key)) return undefined;
  const shown = inspect(iterator, { ...OPTIONS, maxArrayLength: 1, maxStringLength: MAX_SHOWN });
  return shown.startsWith(`[Map Iterator] { '${text}'`);
}

/** See {@linkcode ValueAccess.isBareIterator}. */
export function isBareIterator(iterator: object): boolean {
  const prototype = getPrototypeOf(iterator);
  return (prototype === MAP_ITERATOR || prototype === SET_ITERATOR) && ownKeys(iterator).length === 0 &&
    isExtensible(iterator) && getPrototypeOf(prototype) === ITERATOR &&
    getPrototypeOf(ITERATOR) === Object.prototype && hasPlainTag(prototype) &&
    getOwnPropertyDescriptor(prototype, "constructor") === undefined &&
    getOwnPropertyDescriptor(ITERATOR, "constructor")?.value === undefined && isOwnObject();
}

function hasPlainTag(prototype: object): boolean {
  return typeof getOwnPropertyDescriptor(prototype, Symbol.toStringTag)?.value === "string";
}

/** Whether `Object.prototype` names its class as it always did. */
function isOwnObject(): boolean {
  return getOwnPropertyDescriptor(Object.prototype, "constructor")?.value === Object && namesItself(Object) &&
    getOwnPropertyDescriptor(Object.prototype, Symbol.toStringTag) === undefined;
}

/** Whether `inspect` finds a key's class without running code of the program. */
function namesNothing(key: unknown): boolean {
  if (typeof key === "function") return false;
  if (typeof key !== "object" || key === null) return true;
  if (!isPlainEnough(key)) return false;
  for (let at: object | null = key; at !== null; at = getPrototypeOf(at)) {
    if (types.isProxy(at)) return false;
    const tag = getOwnPropertyDescriptor(at, Symbol.toStringTag);
    const maker = getOwnPropertyDescriptor(at, "constructor");
    if (tag !== undefined && !("value" in tag)) return false;
    if (typeof maker?.value === "function" && !namesItself(maker.value)) return false;
  }
  return true;
}

/** Of errors, dates and others more is read than the class. */
function isPlainEnough(key: object): boolean {
  return !types.isProxy(key) && !types.isNativeError(key) && !types.isDate(key) && !types.isRegExp(key) &&
    !types.isBoxedPrimitive(key) && !isView(key) && !types.isAnyArrayBuffer(key) &&
    !(types.isMapIterator(key) || types.isSetIterator(key)) && !types.isModuleNamespaceObject(key);
}

/** Whether a class's `name` is a value, and `instanceof` isn't its own. */
function namesItself(maker: Function): boolean {
  if (types.isProxy(maker) || typeof getOwnPropertyDescriptor(maker, "name")?.value !== "string") {
    return false;
  }
  if (!("value" in (getOwnPropertyDescriptor(maker, "prototype") ?? {}))) return false;
  for (let at: object | null = maker; at !== null && at !== Function.prototype; at = getPrototypeOf(at)) {
    if (types.isProxy(at) || getOwnPropertyDescriptor(at, Symbol.hasInstance) !== undefined) return false;
  }
  return true;
}
