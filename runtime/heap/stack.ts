import {
  apply,
  captureStackTrace,
  defineProperty,
  deleteProperty,
  getDescriptor,
  newError,
  stackGetter,
  stackSetter,
} from "./intrinsics.ts";

let formatter: PropertyDescriptor | undefined;

/** Has stacks formatted by the runtime itself while they are read; a user's `Error.prepareStackTrace` never is called. */
export function formatStacksWith(format: (error: Error, sites: unknown[]) => string): void {
  formatter = { value: format, configurable: true, writable: true, enumerable: true };
}

/** Reads an own `stack` without running a user's `Error.prepareStackTrace`. */
export function readStack(error: object): unknown {
  const hook = getDescriptor(newError, "prepareStackTrace");
  if (formatter !== undefined) defineProperty(newError, "prepareStackTrace", formatter);
  else if (hook !== undefined) deleteProperty(newError, "prepareStackTrace");
  const stack = apply(stackGetter!, error, []);
  if (hook !== undefined) defineProperty(newError, "prepareStackTrace", hook);
  else if (formatter !== undefined) deleteProperty(newError, "prepareStackTrace");
  return stack;
}

/** Gives an object an own `stack` as the engine makes it, with that value. */
export function writeStack(error: object, stack: unknown, enumerable: boolean): void {
  if (getDescriptor(error, "stack")?.get !== stackGetter) {
    deleteProperty(error, "stack");
    captureStackTrace?.(error);
  }
  if (enumerable) defineProperty(error, "stack", { enumerable });
  if (apply(stackGetter!, error, []) !== stack) apply(stackSetter!, error, [stack]);
}
