import type { ValueAccess } from "./access.ts";
import {
  apply,
  captureStackTrace,
  defineProperty,
  deleteProperty,
  getDescriptor,
  getPrototypeOf,
  hasOwn,
  newError,
  stackGetter,
  stackSetter,
} from "./intrinsics.ts";
import { shield, unshield } from "./shield.ts";

/** The stack of an error whose fixed getters would have to run for it. */
const UNREADABLE = "";

/**
 * Reads an own `stack`. Its text is made at the first reading, from `name` and `message` and by a program's
 * `Error.prepareStackTrace`: neither that nor a program's getters run.
 */
export function readStack(error: object, values: ValueAccess): unknown {
  const hook = getDescriptor(newError, "prepareStackTrace");
  const lifted = hook !== undefined && deleteProperty(newError, "prepareStackTrace");
  const name = isComputed(error, "name", values) ? shield(error, "name", "Error") : undefined;
  const message = isComputed(error, "message", values) ? shield(error, "message", "") : undefined;
  const open = isComputed(error, "name", values) || isComputed(error, "message", values);
  const stack = open ? UNREADABLE : apply(stackGetter!, error, []);
  unshield(error, "message", message);
  unshield(error, "name", name);
  if (lifted) defineProperty(newError, "prepareStackTrace", hook);
  return stack;
}

/** Whether getting a property could run a program's code. */
function isComputed(object: object, key: string, values: ValueAccess): boolean {
  for (let holder: object | null = object; holder !== null; holder = getPrototypeOf(holder)) {
    if (values.brandOf(holder) === "proxy") return true;
    const descriptor = getDescriptor(holder, key);
    if (descriptor !== undefined) return !hasOwn(descriptor, "value") || typeof descriptor.value === "object";
  }
  return false;
}

/** Gives an object an own `stack` as the engine makes it, with that value. */
export function writeStack(error: object, stack: unknown, enumerable: boolean): void {
  if (getDescriptor(error, "stack")?.get !== stackGetter) {
    deleteProperty(error, "stack");
    captureStackTrace?.(error);
  }
  if (getDescriptor(error, "stack")?.enumerable !== enumerable) {
    defineProperty(error, "stack", { __proto__: null, enumerable } as PropertyDescriptor);
  }
  apply(stackSetter!, error, [stack]);
}
