import process from "node:process";
import { type ModuleKey, UNINITIALISED } from "../heap/access.ts";
import { findIndex, forEach } from "../heap/lists.ts";
import { lastIndexOfText, splitText, startsWith } from "../heap/texts.ts";
import { above } from "./above.ts";
import {
  createObject,
  decodeText,
  defineProperty,
  getOwnPropertyDescriptor,
  ownKeys,
  ReferenceErrorCtor,
  Url,
  urlPath,
} from "./intrinsics.ts";
import { type LiveClasses, prototypeOf } from "./live_classes.ts";
import {
  type FieldKeys,
  type LiveModule,
  type LiveModules,
  type Maker,
  sourceSlice,
} from "./live_modules.ts";
import type { ShippedMaker } from "./protocol.ts";
import type { Env } from "./scope_handles.ts";

/** What makes the closures of each site that came in a packet. */
export class ClosureMakers {
  readonly #modules: LiveModules;
  readonly #classes: LiveClasses;

  constructor(modules: LiveModules, classes: LiveClasses) {
    this.#modules = modules;
    this.#classes = classes;
  }

  /** A guest's module has its function declarations natively: the first closure of such a site is that one. */
  declared(module: LiveModule, site: number): Function | undefined {
    if (this.#modules.source.place !== "guest" || module.claimed.has(site)) return undefined;
    const index = findIndex(this.#modules.tableOf(module.key).bindings, (binding) => binding.site === site);
    if (index < 0) return undefined;
    module.claimed.add(site);
    return module.accessor(index) as Function;
  }

  makerOf(module: LiveModule, site: number, home: object | null): Maker {
    const behind = this.#modules.tableOf(module.key).sites[site]?.door;
    return behind === undefined ? this.#maker(module, site) : this.#makerBehind(module, site, home);
  }

  #makerBehind(module: LiveModule, site: number, home: object | null): Maker {
    const entry = this.#modules.tableOf(module.key).sites[site]!;
    const record = this.#classes.get(home as Function);
    const known = record?.makers.get(site);
    if (known !== undefined) return known;
    if (record?.door === undefined || record.module.key !== module.key || record.site !== entry.door) {
      throw new TypeError(`Cannot make a closure of ${entry.id}: its class isn't there`);
    }
    const object = entry.staticSuper ? record.cls : prototypeOf(record.cls);
    const maker = record.door(site, checked, pick, above, object);
    record.makers.set(site, maker);
    return maker;
  }

  #maker(module: LiveModule, site: number): Maker {
    let maker = module.makers.get(site);
    if (maker === undefined) {
      const shipped = this.#modules.source.maker(module.key, site);
      const named = `${shipped.text}\n//# sourceURL=${makerUrl(module.key, site)}`;
      maker = (module.door !== undefined ? module.door(named) : this.#deviceMaker(module, shipped)) as (
        ...envs: unknown[]
      ) => Function;
      module.makers.set(site, maker);
    }
    return maker;
  }

  /** Its lines are the module's: stack traces of closures born at a clone go through the module's own source map. */
  #deviceMaker(module: LiveModule, { text, chunks }: ShippedMaker): unknown {
    const { prefix, url } = this.#modules.tableOf(module.key);
    const head = `((${prefix}E,${prefix}T,${prefix}P,${prefix}U)=>`;
    const before = sourceSlice(this.#modules.source.text(module.key), 0, chunks[1]) ?? "";
    const column = before.length - 1 - lastIndexOfText(before, "\n") - head.length - (chunks[0] ?? 0);
    const make = evaluateAt(`${head}${text})`, { url, line: splitText(before, "\n").length - 1, column });
    return (make as (...parts: unknown[]) => unknown)(this.#envOf(module), checked, pick, above);
  }

  #envOf(module: LiveModule): Env {
    if (module.env !== undefined) return module.env;
    const { bindings, prefix } = this.#modules.tableOf(module.key);
    const env: Env = createObject(null);
    forEach(bindings, (binding, n) => {
      defineProperty(env, binding.name, {
        get: () => module.accessor(n),
        set: (value) => module.accessor(n, true, value),
      });
    });
    env[`${prefix}K`] = undefined;
    env[`${prefix}C`] = module.register;
    env[`${prefix}I`] = undefined;
    env[`${prefix}N`] = fieldNoter(env, `${prefix}L`);
    env[`${prefix}A`] = module.meta;
    env[`${prefix}V`] = module.register.keep;
    const check = (x: unknown, asked: number, text?: string) => {
      module.register.check(x, asked, text, check);
      return x;
    };
    env[`${prefix}W`] = check;
    return module.env = env;
  }
}

/** As rewritten modules have it: see the rewriter's forms. */
function fieldNoter(env: Env, list: string): Function {
  return function (...given: unknown[]): unknown {
    const last = env[list] as FieldKeys | undefined;
    if (given.length === 0) {
      env[list] = last!.n;
      return undefined;
    }
    const v = given[0];
    env[list] = { n: last, v };
    const isObject = typeof v === "object" && v !== null || typeof v === "function";
    return isObject ? v : { __proto__: null, toString: () => v };
  };
}

/** Evaluates outside of every scope, as if the text stood there (counted from 0). */
function evaluateAt(text: string, at: { url: string; line: number; column: number }): unknown {
  const { Script } = process.getBuiltinModule("node:vm");
  const filename = startsWith(at.url, "file:") ? decodeText(urlPath(new Url(at.url))) : at.url;
  return new Script(text, { filename, lineOffset: at.line, columnOffset: at.column }).runInThisContext();
}

/** Where stack traces say that a maker's code stands: maps back to its site. */
function makerUrl(key: ModuleKey, site: number): string {
  return `clonecloud:maker/${key}/${site}`;
}

/** Takes that apart again. */
export const MAKER_URL = /^clonecloud:maker\/([\w-]+)\/(\d+)$/;

/** Reads a variable that may not be initialised yet. @throws {ReferenceError} as the engine would. */
export function checked(value: unknown, name: string): unknown {
  if (value === UNINITIALISED) throw new ReferenceErrorCtor(`Cannot access '${name}' before initialization`);
  return value;
}

/** The method, getter or setter of an object literal with one member. */
export function pick(literal: object): unknown {
  const descriptor = getOwnPropertyDescriptor(literal, ownKeys(literal)[0]!)!;
  return descriptor.value ?? descriptor.get ?? descriptor.set;
}
