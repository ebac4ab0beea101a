import * as nodeModule from "node:module";
import { fileURLToPath } from "node:url";
import { type HostType, REQUIRE } from "../host/host_type.ts";
import { some } from "../heap/lists.ts";
import { execRegExp, startsWith } from "../heap/texts.ts";
import type { DeviceCode, LoadedModule } from "./device_code.ts";
import { getOwnPropertyDescriptor, SafeMap, SafeSet, SafeWeakMap, TypeErrorCtor } from "./intrinsics.ts";

// deno-lint-ignore no-explicit-any
const Module: any = (nodeModule as any).default;
/** If an app changes how scripts are loaded, only it knows what a `require` gives. */
const LOADING = [[Module, "_load"], [Module, "_resolveFilename"], [Module, "_cache"], [
  Module.prototype,
  "require",
]] as const;
const LITERAL = /\brequire\s*\(\s*(["'`])((?:(?!\1)[^\\\n])*)\1/;

/**
 * The `require` functions of the app's scripts. One travels with what it has led to so far, but for what its script asks for
 * outside of functions alone.
 */
export class DeviceRequires {
  readonly type: HostType;
  readonly #code: DeviceCode;
  readonly #urls = new SafeWeakMap<object, string>();
  /** By URL of a script: what it asks for outside of functions alone. */
  readonly #early = new SafeMap<string, ReadonlySet<string>>();
  readonly #usual: readonly unknown[] = LOADING.map(([holder, key]) => holder[key]);

  constructor(code: DeviceCode) {
    this.#code = code;
    this.type = {
      name: REQUIRE,
      prototype: Function.prototype,
      read: (value) => this.#read(value),
      make: () => {
        throw new TypeErrorCtor("Cannot make a require: only the loader does");
      },
      sample: () => Module.createRequire("/"),
    };
  }

  /** A script begins to run. */
  add(url: string, require: object): void {
    this.#urls.set(require, url);
  }

  #read(require: object): ReturnType<HostType["read"]> {
    const url = this.#urls.get(require);
    if (url === undefined || some(LOADING, ({ 0: holder, 1: key }, i) => holder[key] !== this.#usual[i])) {
      return undefined;
    }
    const state: unknown[] = [];
    const early = this.#earlyOf(url);
    this.#code.linksOf(url)?.forEach((target, specifier) => {
      if (early.has(specifier) || !startsWith(target, "file:")) return;
      const module = getOwnPropertyDescriptor(Module._cache, fileURLToPath(target))?.value;
      const exports = module && getOwnPropertyDescriptor(module, "exports");
      if (exports === undefined || !("value" in exports)) return;
      state[state.length] = specifier;
      state[state.length] = exports.value;
    });
    return { fixed: [url], state };
  }

  #earlyOf(url: string): ReadonlySet<string> {
    let early = this.#early.get(url);
    if (early === undefined) {
      this.#early.set(url, early = earlyRequires(this.#code.moduleAt(url)!, this.#code));
    }
    return early;
  }
}

function earlyRequires({ key, source }: LoadedModule, code: DeviceCode): ReadonlySet<string> {
  const { sites } = code.table(key)!;
  const early = new SafeSet<string>();
  const late = new SafeSet<string>();
  const literal = new RegExp(LITERAL, "g");
  for (let found; (found = execRegExp(literal, source)) !== null;) {
    const at = found.index;
    const isInside = some(sites, ({ kind, start, end }) => kind !== "class" && start <= at && at < end);
    (isInside ? late : early).add(found[2]!);
  }
  late.forEach((specifier) => early.delete(specifier));
  return early;
}
