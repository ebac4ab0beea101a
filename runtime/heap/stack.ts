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
  stackAccessor,
} from "./intrinsics.ts";
import { shield, unshield } from "./shield.ts";

let formatter: PropertyDescriptor | undefined;

/** Has stacks formatted by the runtime itself while they are read; a user's `Error.prepareStackTrace` never is called. */
export function formatStacksWith(format: (error: Error, sites: unknown[]) => string): void {
  formatter = { value: format, configurable: true, writable: true, enumerable: true };
}

/** The stack of an error whose fixed getters would have to run for it. */
const UNREADABLE = "";

/**
 * Reads an own `stack`. Its text is made at the first reading, from `name` and `message` and by a program's
 * `Error.prepareStackTrace`: neither that nor a program's getters run.
 */
export function readStack(error: object, values: ValueAccess): unknown {
  const name = isComputed(error, "name", values) ? shield(error, "name", "Error") : undefined;
  const message = isComputed(error, "message", values) ? shield(error, "message", "") : undefined;
  const open = isComputed(error, "name", values) || isComputed(error, "message", values);
  const stack = open ? UNREADABLE : ownStack(error);
  unshield(error, "message", message);
  unshield(error, "name", name);
  return stack;
}

/** As {@linkcode readStack}, of an error whose name and message no program can have changed. */
export function ownStack(error: object): unknown {
  const hook = getDescriptor(newError, "prepareStackTrace");
  if (formatter !== undefined) defineProperty(newError, "prepareStackTrace", formatter);
  else if (hook !== undefined) deleteProperty(newError, "prepareStackTrace");
  const stack = apply(stackAccessor().get!, error, []);
  if (hook !== undefined) defineProperty(newError, "prepareStackTrace", hook);
  else if (formatter !== undefined) deleteProperty(newError, "prepareStackTrace");
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
  if (getDescriptor(error, "stack")?.get !== stackAccessor().get) {
    deleteProperty(error, "stack");
    captureStackTrace?.(error);
  }
  if (getDescriptor(error, "stack")?.enumerable !== enumerable) {
    defineProperty(error, "stack", { __proto__: null, enumerable } as PropertyDescriptor);
  }
  apply(stackAccessor().set!, error, [stack]);
}
