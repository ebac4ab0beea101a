/** Node's built-in modules as migrated code imports them. */
import nodeModule from "node:module";
import process from "node:process";
import { NODE_AS_IS, NODE_PARTS_AS_IS } from "./host_api.ts";

/** Where the generated modules of wrapped built-ins find their values. */
const SLOT = Symbol.for("clonecloud.host");
/** Objects within objects of constants. */
const MAX_DEPTH = 3;

/** What stands for a function or an object that means the device. */
export type Pinned = (name: string) => { readonly call: Function; readonly object: object };

/**
 * Modules that only compute are themselves, some have one of ours in their place, and of all others the constants are there:
 * what else is taken of them means the device.
 */
export class GuestModules {
  readonly #pinned: Pinned;
  readonly #made: Record<string, () => object>;
  readonly #named: Record<string, () => object>;
  readonly #modules = new Map<string, object>();
  readonly #sources = new Map<string, string>();

  /**
   * `made`: modules by their names with `node:`, each made when it is first imported. `named`: what is here of those that
   * can't be asked for their parts.
   */
  constructor(
    made: Record<string, () => object>,
    pinned: Pinned,
    named: Record<string, () => object> = {},
  ) {
    this.#made = made;
    this.#named = named;
    this.#pinned = pinned;
    (globalThis as any)[SLOT] = this.#modules;
  }

  /** What stands for a module that is known by its name with `node:`. */
  module(name: string): object | undefined {
    const known = this.#modules.get(name);
    if (known !== undefined || !(name in this.#made)) return known;
    const module = this.#made[name]!();
    this.#modules.set(name, module);
    return module;
  }

  /** Source of the module that stands for a built-in one; undefined if it is none, or stands for itself. */
  get(given: string): string | undefined {
    const name = `node:${given.replace(/^node:/, "")}`;
    const known = this.#sources.get(name);
    if (known !== undefined) return known;
    if (!nodeModule.isBuiltin(given) || NODE_AS_IS.has(name.slice("node:".length))) return undefined;
    const source = wrapperSource(name, Object.keys(this.parts(name)));
    this.#sources.set(name, source);
    return source;
  }

  /** What a module exports by name. */
  parts(name: string): object {
    const known = this.#modules.get(partsOf(name));
    if (known !== undefined) return known;
    const module = this.stand(name);
    const own = this.#named[name]?.();
    const parts = own === undefined ? module : { ...this.pinnedModule(name), ...own };
    this.#modules.set(partsOf(name), parts);
    return parts;
  }

  /** What stands for a module, also where all that it does means the device; known by its name with `node:`. */
  stand(name: string): object {
    let module = this.module(name);
    if (module === undefined) this.#modules.set(name, module = this.pinnedModule(name));
    return module;
  }

  /** A module's constants, and what ends the migration in place of all else. */
  pinnedModule(name: string): Record<string, unknown> {
    const real = process.getBuiltinModule(name) as object;
    const module: Record<string, unknown> = {};
    for (const key of Reflect.ownKeys(real)) {
      if (typeof key !== "string" || key === "default") continue;
      const descriptor = Reflect.getOwnPropertyDescriptor(real, key)!;
      const path = `${name}.${key}`;
      const { call, object } = this.#pinned(path);
      const isOpen = NODE_PARTS_AS_IS.has(path) || isConstant(descriptor.value, MAX_DEPTH);
      module[key] = isOpen && descriptor.get === undefined
        ? descriptor.value
        : typeof descriptor.value === "function"
        ? call
        : object;
    }
    return module;
  }
}

function isConstant(value: unknown, depth: number): boolean {
  if (typeof value === "function") return false;
  if (typeof value !== "object" || value === null) return true;
  const prototype = Reflect.getPrototypeOf(value);
  const isPlain = prototype === null || prototype === Object.prototype || prototype === Array.prototype;
  return depth > 0 && isPlain && Reflect.ownKeys(value).every((key) => {
    const descriptor = Reflect.getOwnPropertyDescriptor(value, key)!;
    return descriptor.get === undefined && isConstant(descriptor.value, depth - 1);
  });
}

/** Where a module's parts are kept, apart from what it is by default. */
function partsOf(name: string): string {
  return `${name}#parts`;
}

/** A module that hands out a wrapped built-in module's values. */
function wrapperSource(name: string, keys: readonly string[]): string {
  const exports = keys.filter((key) => /^[A-Za-z_$][\w$]*$/.test(key) && key !== "default").map((key) =>
    `export const ${key}=p[${JSON.stringify(key)}];`
  );
  const slot = (key: string) => `globalThis[Symbol.for("clonecloud.host")].get(${JSON.stringify(key)})`;
  return `const p=${slot(partsOf(name))};${exports.join("")}export default ${slot(name)};`;
}
