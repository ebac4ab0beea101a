/** A method's id: `path/from/app/root.ts#Class.method`; libraries: `npm:pkg@1.2.3/file.js#f`. Stable for one source. */
export type MethodId = string & { readonly __brand: "MethodId" };

/** Takes a text as a method id. @throws {TypeError} if it has no `#`. */
export function methodId(text: string): MethodId {
  if (!/^[^#]+#.+$/s.test(text)) {
    throw new TypeError(`Cannot take "${text}" as a method id: expected path/from/app/root.ts#name`);
  }
  return text as MethodId;
}
