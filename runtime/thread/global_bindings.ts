import { defineProperty, getOwnPropertyDescriptor, ownKeys, SafeMap, SafeSet } from "./intrinsics.ts";
import { forEach, indexOf, push } from "../heap/lists.ts";

/** Key of the pseudo module whose bindings are the global object's properties. */
export const GLOBAL_MODULE = "global";

/** Global properties that the app made or changed, as bindings of a pseudo module. Getters are never called. */
export class GlobalBindings {
  readonly #names: string[] = [];
  readonly #original = new SafeMap<string, unknown>();
  readonly #aliases = new SafeSet(["globalThis", "self", "window", "global"]);

  /** Takes note of what the global object has before the app runs. */
  constructor() {
    forEach(ownKeys(globalThis), (name) => {
      if (typeof name === "string") this.#original.set(name, valueOf(name));
    });
  }

  /** Indices of those names that the app made or changed. */
  used(names: readonly string[]): readonly number[] {
    const used: number[] = [];
    for (let i = 0; i < names.length; i++) {
      const name = names[i]!;
      if (this.#aliases.has(name)) {
        const owns = ownKeys(globalThis);
        for (let i = 0; i < owns.length; i++) {
          const own = owns[i]!;
          if (typeof own === "string" && this.#changed(own)) used[used.length] = this.index(own);
        }
      }
      if (this.#changed(name)) used[used.length] = this.index(name);
    }
    return used;
  }

  index(name: string): number {
    const index = indexOf(this.#names, name);
    return index >= 0 ? index : push(this.#names, name) - 1;
  }

  name(index: number): string {
    return this.#names[index]!;
  }

  names(): readonly string[] {
    return this.#names;
  }

  read(index: number): unknown {
    return valueOf(this.#names[index]!);
  }

  write(index: number, value: unknown): void {
    const name = this.#names[index]!;
    const descriptor = getOwnPropertyDescriptor(globalThis, name);
    if (descriptor !== undefined && descriptor.writable !== true) return;
    defineProperty(globalThis, name, {
      value,
      writable: true,
      enumerable: descriptor?.enumerable ?? true,
      configurable: descriptor?.configurable ?? true,
    });
  }

  #changed(name: string): boolean {
    const descriptor = getOwnPropertyDescriptor(globalThis, name);
    if (descriptor === undefined || !("value" in descriptor)) return false;
    return !this.#original.has(name) || this.#original.get(name) !== descriptor.value;
  }
}

function valueOf(name: string): unknown {
  return getOwnPropertyDescriptor(globalThis, name)?.value;
}
