/** Keys of the global object, if this module is evaluated before all others. */
export const globals: readonly PropertyKey[] = Reflect.ownKeys(globalThis);
/** Those that are shown when the object is listed. */
export const listed: readonly string[] = Object.keys(globalThis);
