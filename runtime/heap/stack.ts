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

/** Reads an own `stack` without running a user's `Error.prepareStackTrace`. */
export function readStack(error: object): unknown {
  const hook = getDescriptor(newError, "prepareStackTrace");
  const lifted = hook !== undefined && deleteProperty(newError, "prepareStackTrace");
  const stack = apply(stackGetter!, error, []);
  if (lifted) defineProperty(newError, "prepareStackTrace", hook);
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
