import type { HostParts } from "../heap/access.ts";

/** The type of host object that a script's `require` is. */
export const REQUIRE = "require";

/** One type of host object. Readers and makers never run code of the program. */
export interface HostType {
  readonly name: string;
  readonly prototype: object;
  /** @throws {TypeError} if the object isn't one */
  read(value: object): Pick<HostParts, "fixed" | "state"> | undefined;
  make(fixed: readonly any[]): object;
  fill?(value: object, state: readonly any[]): void;
  /** An object as the host makes it, for its own keys. */
  readonly sample: () => object;
}

/** Anything else would be converted, by code of its own. @throws {TypeError} */
export function text(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("Cannot fill a host object: a string is expected");
  return value;
}

/** The getter of a prototype's accessor. */
export function getterOf(prototype: object, key: PropertyKey): () => unknown {
  return Reflect.getOwnPropertyDescriptor(prototype, key)!.get!;
}
