import { getOwnPropertyDescriptor, ownKeys } from "./intrinsics.ts";

/** Key of the pseudo module whose bindings are the global object's properties. */
export const GLOBAL_MODULE = "global";

/** Global properties that the app made or changed, as bindings of a pseudo module. Getters are never called. */
export class GlobalBindings {
  readonly #names: string[] = [];
  readonly #original = new Map<string, unknown>();
  readonly #aliases = new Set(["globalThis", "self", "window", "global"]);

  /** Takes note of what the global object has before the app runs. */
  constructor() {
    for (const name of ownKeys(globalThis)) {
      if (typeof name === "string") this.#original.set(name, valueOf(name));
    }
  }

  /** Indices of those names that the app made or changed. */
  *used(names: readonly string[]): Generator<number> {
    for (const name of names) {
      if (this.#aliases.has(name)) {
        for (const own of ownKeys(globalThis)) {
          if (typeof own === "string" && this.#changed(own)) yield this.index(own);
        }
      }
      if (this.#changed(name)) yield this.index(name);
    }
  }

  index(name: string): number {
    const index = this.#names.indexOf(name);
    return index >= 0 ? index : this.#names.push(name) - 1;
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
    Object.defineProperty(globalThis, name, {
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
