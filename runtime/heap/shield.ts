import { defineProperty, deleteProperty, getDescriptor, hasOwn } from "./intrinsics.ts";

/** What {@linkcode shield} replaced: a descriptor, nothing (`null`), or no shield was needed (`undefined`). */
export type Shielded = PropertyDescriptor | null | undefined;

/**
 * Puts a plain value before a property that the engine is about to read, lest reading run a program's getter. Undone by
 * {@linkcode unshield} before anybody can look.
 */
export function shield(object: object, key: string, value: unknown): Shielded {
  const descriptor = getDescriptor(object, key);
  if (descriptor !== undefined && hasOwn(descriptor, "value")) return undefined;
  defineProperty(object, key, { __proto__: null, value, configurable: true } as PropertyDescriptor);
  return descriptor ?? null;
}

export function unshield(object: object, key: string, shielded: Shielded): void {
  if (shielded === null) deleteProperty(object, key);
  else if (shielded !== undefined) defineProperty(object, key, shielded);
}
