import { type ScopeHandle, UNINITIALISED } from "../heap/access.ts";
import type { ScopeEntry } from "../rewrite/mod.ts";
import { createObject, defineProperty, ReferenceErrorCtor } from "./intrinsics.ts";
import { forEach } from "../heap/lists.ts";

/** `(n, write, value)`: what a closure's check answers with; see the rewriter's accessors. */
export type Accessor = (n: number, write?: boolean, value?: unknown) => unknown;

/** Reads through an accessor; a variable in its temporal dead zone reads as {@linkcode UNINITIALISED}. */
export function readThrough(accessor: Accessor, n: number): unknown {
  try {
    return accessor(n);
  } catch (error) {
    // Nothing but reading a variable happens in an accessor.
    if (error instanceof ReferenceErrorCtor) return UNINITIALISED;
    throw error;
  }
}

/** What makers put around a closure instead of the scope it was born in: its variables as properties. */
export type Env = Record<string, unknown>;

/** A scope instance that the engine made: seen through the closures that were asked. */
export class NativeScope implements ScopeHandle {
  readonly #readers: (readonly [Accessor, number] | undefined)[] = [];
  #env: Env | undefined;

  constructor(
    readonly module: string,
    readonly scope: number,
    readonly entry: ScopeEntry,
    readonly prefix: string,
    readonly identity: object | undefined,
  ) {}

  get size(): number {
    return this.entry.variables.length;
  }

  addReader(i: number, accessor: Accessor, n: number): void {
    this.#readers[i] ??= [accessor, n];
  }

  read(i: number): unknown {
    const reader = this.#readers[i];
    return reader === undefined ? undefined : readThrough(reader[0], reader[1]);
  }

  write(i: number, value: unknown): void {
    const reader = this.#readers[i];
    if (reader !== undefined && value !== UNINITIALISED) reader[0](reader[1], true, value);
  }

  /** For closures that are made around this scope: its variables as accessors. */
  env(): Env {
    if (this.#env !== undefined) return this.#env;
    const env: Env = createObject(null);
    forEach(this.entry.variables, (name, i) => {
      defineProperty(env, propertyName(name), {
        get: () => this.#readers[i]?.[0](this.#readers[i]![1]),
        set: (value) => this.#readers[i]?.[0](this.#readers[i]![1], true, value),
      });
    });
    defineProperty(env, `${this.prefix}s`, { value: this.identity, writable: true });
    return this.#env = env;
  }
}

/** A scope instance that came with a packet: its variables are an environment's properties. */
export class MadeScope implements ScopeHandle {
  readonly #env: Env;
  /** Stands for the scope when closures that the engine made inside are asked. */
  readonly identity: object = {};

  constructor(readonly module: string, readonly scope: number, readonly entry: ScopeEntry, prefix: string) {
    const env: Env = { __proto__: null as never };
    forEach(entry.variables, (name) => {
      env[propertyName(name)] = undefined;
    });
    env[`${prefix}s`] = this.identity;
    this.#env = env;
  }

  get size(): number {
    return this.entry.variables.length;
  }

  read(i: number): unknown {
    return this.#env[propertyName(this.entry.variables[i]!)];
  }

  write(i: number, value: unknown): void {
    this.#env[propertyName(this.entry.variables[i]!)] = value;
  }

  env(): Env {
    return this.#env;
  }
}

/** A captured variable's name in an environment (`new.target` isn't an identifier). */
function propertyName(name: string): string {
  return name === "new.target" ? "newtarget" : name;
}
