/** Keys of the global object, if this module is evaluated before all others. */
export const globals: readonly PropertyKey[] = Reflect.ownKeys(globalThis);
