/** What rewritten code does with the object that it is about to ask for an iterator which it keeps. */

import { ASKED_KEYS } from "../heap/mod.ts";
import { getOwnPropertyDescriptor, getPrototypeOf, TypeErrorCtor } from "./intrinsics.ts";

const { captureStackTrace } = Error;
const ObjectCtor = Object;

/**
 * Fails as `x.values()` itself would, whose message names the expression (`text`) that rewritten code has put aside: without
 * a text where `x` is nothing, with one where it has no such method. Runs nothing of the app's.
 */
export function receiverChecker(isProxy: (value: object) => boolean) {
  return (x: unknown, asked: number, text: string | undefined, at: Function): void => {
    const key = ASKED_KEYS[asked]!;
    if (x !== null && x !== undefined) {
      if (text !== undefined && !mayCall(x, key, isProxy)) fail(`${text} is not a function`, at);
    } else if (text === undefined) {
      fail(
        typeof key === "symbol"
          ? `${x} is not iterable (cannot read property Symbol(Symbol.iterator))`
          : `Cannot read properties of ${x} (reading '${String(key)}')`,
        at,
      );
    }
  };
}

/** Whether calling the method may work: what only the app's code could tell counts as so. */
function mayCall(x: unknown, key: PropertyKey, isProxy: (value: object) => boolean): boolean {
  for (let at: object | null = ObjectCtor(x) as object; at !== null; at = getPrototypeOf(at)) {
    if (isProxy(at)) return true;
    const found = getOwnPropertyDescriptor(at, key);
    if (found !== undefined) return found.get !== undefined || typeof found.value === "function";
  }
  return false;
}

function fail(message: string, at: Function): never {
  const error = new TypeErrorCtor(message);
  captureStackTrace(error, at);
  throw error;
}
