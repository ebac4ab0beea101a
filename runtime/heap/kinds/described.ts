import type { CodeAccess, FunctionDescription } from "../access.ts";

/** A function's description, known to be of one type: kinds are told apart when a function is first met. */
export function described<T extends FunctionDescription["type"]>(
  code: CodeAccess,
  fn: Function,
  type: T,
): Extract<FunctionDescription, { readonly type: T }> {
  const description = code.describe(fn);
  if (description.type !== type) {
    throw new TypeError(`Cannot capture a function: it was a ${type} and is now ${description.type}`);
  }
  return description as Extract<FunctionDescription, { readonly type: T }>;
}
