import * as nodeModule from "node:module";
import type { ModuleTable } from "../rewrite/mod.ts";
import {
  checked,
  type CodeRegistry,
  type CodeSource,
  makerUrl,
  pick,
  type Resolution,
} from "./code_registry.ts";
import type { ShippedCode, ShippedMaker, ShippedModule } from "./protocol.ts";

const RUNTIME_URL = "clonecloud:runtime";

/** The code a guest was sent: modules under the device's URLs, none of whose statements ever run. */
export class GuestCode implements CodeSource {
  readonly place = "guest";
  readonly #byKey = new Map<string, ShippedModule>();
  readonly #byUrl = new Map<string, ShippedModule>();
  readonly #tables = new Map<string, ModuleTable>();
  readonly #makers = new Map<string, ShippedMaker>();
  /** Where stack traces find what the person wrote: by the URL that the engine knows a text under. */
  readonly #traced = new Map<string, { readonly key: string } & ShippedMaker>();
  readonly #values = new Map<string, readonly string[]>();
  readonly #wrappers: ReadonlyMap<string, string>;
  readonly #abandon: (reason: string) => never;

  /** `wrappers`: what stands for built-in modules, URL by name. */
  constructor(wrappers: ReadonlyMap<string, string>, abandon: (reason: string) => never) {
    this.#wrappers = wrappers;
    this.#abandon = abandon;
  }

  /** Takes code in; returns the URLs of modules still to be imported. */
  add(code: ShippedCode, registry: CodeRegistry): string[] {
    for (const module of code.modules) {
      this.#byKey.set(module.key, module);
      this.#byUrl.set(module.url, module);
      this.#traced.set(module.url, module);
      this.#tables.set(module.key, JSON.parse(module.table));
    }
    for (const [key, makers] of Object.entries(code.makers)) {
      for (const [site, maker] of Object.entries(makers)) {
        this.#makers.set(`${key}:${site}`, maker);
        this.#traced.set(makerUrl(key, Number(site)), { key, ...maker });
      }
    }
    const urls = code.modules.filter((module) => module.isModule).map((module) => module.url);
    for (const [key, { url, names }] of Object.entries(code.values)) {
      const known = this.#values.get(url);
      if (known !== undefined && names.some((name, i) => known[i] !== name)) {
        this.#abandon(`${url} has new exports`);
      }
      this.#values.set(url, names);
      this.#registerValues(registry, key, url, names);
    }
    for (const module of code.modules) if (!module.isModule) this.#evaluateScript(registry, module);
    return urls;
  }

  /** Serves shipped modules to the engine's loader. */
  installHooks(registry: CodeRegistry): void {
    const runtime = { register: registry.register.bind(registry), checked, pick };
    (globalThis as any)[RUNTIME_SLOT] = runtime;
    (nodeModule as any).registerHooks({
      resolve: (specifier: string, context: any, next: any) => this.#resolveImport(specifier, context, next),
      load: (url: string, context: any, next: any) => this.#load(url, context, next),
    });
  }

  table(key: string): ModuleTable | undefined {
    return this.#tables.get(key);
  }

  text(): string | undefined {
    return undefined;
  }

  resolve(key: string, specifier: string): Resolution {
    const link = this.#byKey.get(key)?.links[specifier];
    if (link === undefined) return { kind: "builtin" };
    return link.kind === "builtin" ? { kind: "builtin" } : { kind: link.kind, key: link.key };
  }

  /** URL of a module, as the device knows it. */
  urlOf(key: string): string {
    return this.#byKey.get(key)?.url ?? "";
  }

  maker(key: string, site: number): string {
    const maker = this.#makers.get(`${key}:${site}`);
    if (maker === undefined) {
      throw new RangeError(`Cannot make a closure: site ${site} of ${key} was not sent`);
    }
    return maker.text;
  }

  /** Where in its module's source a position (from 1) of a sent text stands: key and offset; undefined if nowhere. */
  sourceOffset(
    url: string,
    line: number,
    column: number,
  ): { readonly key: string; readonly offset: number } | undefined {
    const traced = this.#traced.get(url);
    if (traced === undefined) return undefined;
    let start = 0;
    for (let i = 1; i < line; i++) start = traced.text.indexOf("\n", start) + 1;
    const at = start + column - 1;
    for (let i = 0; i < traced.chunks.length; i += 3) {
      const [from, source, length] = traced.chunks.slice(i, i + 3) as [number, number, number];
      if (at >= from && at < from + length) return { key: traced.key, offset: source + at - from };
    }
    return undefined;
  }

  #resolveImport(specifier: string, context: any, next: any) {
    if (specifier === RUNTIME_URL || this.#byUrl.has(specifier)) {
      return { url: specifier, shortCircuit: true };
    }
    const parent = this.#byUrl.get(context.parentURL);
    if (parent === undefined) return next(specifier, context);
    const link = parent.links[specifier];
    if (link !== undefined && link.kind !== "builtin") return { url: link.url, shortCircuit: true };
    const builtin = link?.url ?? specifier;
    const wrapper = this.#wrappers.get(builtin) ?? this.#wrappers.get(`node:${builtin}`);
    if (wrapper !== undefined) return { url: wrapper, shortCircuit: true };
    if (link === undefined) this.#abandon(`import of ${specifier}`);
    return next(specifier, context);
  }

  #load(url: string, context: any, next: any) {
    const source = url === RUNTIME_URL
      ? `const m=globalThis[Symbol.for("clonecloud.guest")];export const register=m.register,checked=m.checked,pick=m.pick;`
      : this.#byUrl.get(url)?.text ?? this.#valuesModule(url);
    return source === undefined ? next(url, context) : { source, format: "module", shortCircuit: true };
  }

  /** Stands for a CommonJS or JSON module that ES modules import: its exports are bindings that packets fill. */
  #valuesModule(url: string): string | undefined {
    const names = this.#values.get(url);
    if (names === undefined) return undefined;
    const locals = names.map((_, i) => `v${i}`);
    const exports = names.map((name, i) => `v${i} as ${JSON.stringify(name)}`).join(",");
    const cases = names.map((_, i) => `case ${i}:return w?v${i}=v:v${i}`).join(";");
    return `${locals.length > 0 ? `let ${locals.join(",")};` : ""}export{${exports}};` +
      `globalThis[Symbol.for("clonecloud.guest")].values.set(${
        JSON.stringify(url)
      },(n,w,v)=>{switch(n){${cases}}});`;
  }

  #registerValues(registry: CodeRegistry, key: string, url: string, names: readonly string[]): void {
    const accessor = (n: number, write?: boolean, value?: unknown) =>
      (globalThis as any)[RUNTIME_SLOT].values.get(url)?.(n, write, value);
    names.forEach((name, n) => registry.valueIndex(key, name, accessor, n));
  }

  #evaluateScript(registry: CodeRegistry, module: ShippedModule): void {
    const evaluate = (0, eval)(`${module.text}\n//# sourceURL=${module.url}`);
    evaluate(registry.register.bind(registry), checked, pick);
  }
}

const RUNTIME_SLOT = Symbol.for("clonecloud.guest");
