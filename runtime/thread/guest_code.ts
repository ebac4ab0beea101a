import * as nodeModule from "node:module";
import { NODE_WORKERS, NODE_WORKERS_URL } from "../rewrite/constants.ts";
import type { ModuleTable } from "../rewrite/mod.ts";
import { evaluatedAt } from "./making.ts";
import { above } from "./above.ts";
import { checked, MAKER_URL, pick } from "./closure_makers.ts";
import type { CodeRegistry } from "./code_registry.ts";
import type { CodeSource, Resolution } from "./live_modules.ts";
import type { MadeForGuest, ModuleCode, ShippedCode, ShippedMaker, ShippedModule } from "./protocol.ts";
import { filter, forEach, join, map, some } from "../heap/lists.ts";
import {
  execRegExp,
  indexOfText,
  lastIndexOfText,
  sliceText,
  startsWith,
  testRegExp,
} from "../heap/texts.ts";
import { max, objectEntries, parseJson, SafeMap, SafeSet } from "./intrinsics.ts";

const RUNTIME_URL = "clonecloud:runtime";
/** Starts the URLs of modules that the engine must not know by the device's. */
const MODULE_URL = "clonecloud:module/";
/** Starts the URLs of modules that stand for CommonJS, JSON and the like. */
const VALUES_URL = "clonecloud:values/";
/** Starts the URLs of modules that stand for built-in ones. */
const WRAPPER_URL = "clonecloud:host/";

/**
 * The URL a module has for the engine's loader. Deno looks on the disk for files of npm packages before it asks a hook;
 * the device's paths are nothing to look for here.
 */
function loaderUrl(module: ShippedModule): string {
  return testRegExp(/\/(node_modules|npm)\//, module.url) ? `${MODULE_URL}${module.key}` : module.url;
}

/** The code a guest was sent: modules under the device's URLs, none of whose statements ever run. */
export class GuestCode implements CodeSource {
  readonly place = "guest";
  readonly #byKey = new SafeMap<string, ShippedModule>();
  readonly #byUrl = new SafeMap<string, ShippedModule>();
  readonly #tables = new SafeMap<string, ModuleTable>();
  readonly #makers = new SafeMap<string, ShippedMaker>();
  readonly #values = new SafeMap<string, readonly string[]>();
  readonly #wrappers: Wrappers;
  readonly #abandon: (reason: string) => never;
  readonly #fetchSource: (key: string) => string;
  readonly #fetchBlobs: (hashes: readonly string[]) => Uint8Array[];
  readonly #mains = new SafeSet<string>();
  /** Of functions that were made of texts here. */
  readonly #origins = new SafeMap<string, () => string>();
  readonly #sources = new SafeMap<string, string>();

  /** `wrappers`: what stands for built-in modules, source by name. */
  constructor(
    wrappers: Wrappers,
    abandon: (reason: string) => never,
    fetchSource: (key: string) => string,
    fetchBlobs: (hashes: readonly string[]) => Uint8Array[],
  ) {
    this.#fetchBlobs = fetchBlobs;
    this.#wrappers = wrappers;
    this.#abandon = abandon;
    this.#fetchSource = fetchSource;
  }

  /** Takes code in; returns the URLs of modules still to be imported. */
  add(code: ShippedCode, registry: CodeRegistry): string[] {
    const { modules, makers } = this.#contents(code);
    forEach(modules, (module) => {
      this.#byKey.set(module.key, module);
      this.#mains.add(module.isMain ? module.key : "");
      this.#byUrl.set(module.url, module);
      this.#byUrl.set(loaderUrl(module), module);
      this.#tables.set(module.key, parseJson(module.table));
    });
    forEach(makers, ({ 0: key, 1: bySite }) => {
      forEach(objectEntries(bySite), ({ 0: site, 1: maker }) => {
        this.#makers.set(`${key}:${site}`, maker);
      });
    });
    const urls = map(filter(modules, (module) => module.isModule), loaderUrl);
    forEach(objectEntries(code.values), ({ 0: key, 1: { url, names } }) => {
      const known = this.#values.get(url);
      if (known !== undefined && some(names, (name, i) => known[i] !== name)) {
        this.#abandon(`${url} has new exports`);
      }
      this.#values.set(url, names);
      this.#registerValues(registry, key, url, names);
    });
    forEach(modules, (module) => {
      if (!module.isModule) this.#evaluateScript(registry, module);
    });
    return urls;
  }

  /** What the message names, from the clone's store. */
  #contents(code: ShippedCode): {
    modules: ShippedModule[];
    makers: [key: string, bySite: Record<string, ShippedMaker>][];
  } {
    const makers = objectEntries(code.makers);
    const blobs = this.#fetchBlobs([
      ...map(code.modules, ({ hash }) => hash),
      ...map(makers, ({ 1: hash }) => hash),
    ]);
    const contents = map(blobs, (blob) => parseJson(new TextDecoder().decode(blob)));
    return {
      modules: map(code.modules, (module, i) => ({ ...contents[i] as ModuleCode, ...module })),
      makers: map(makers, ({ 0: key }, i) => [key, contents[code.modules.length + i]]),
    };
  }

  /** Takes in what stands for a function made of texts here. */
  addMade(
    { key, url, code, makers }: MadeForGuest,
    registry: CodeRegistry,
    place: (() => string | undefined) | undefined,
  ): void {
    const bySite: Record<string, ShippedMaker> = parseJson(makers);
    this.#makers.set(`${key}:0`, bySite["0"]!);
    if (this.#byKey.has(key)) return;
    const content: ModuleCode = parseJson(code);
    const module = { ...content, key, hash: "", links: {}, isMain: false };
    this.#byKey.set(key, module);
    this.#byUrl.set(url, module);
    this.#tables.set(key, parseJson(content.table));
    this.#origins.set(key, () => evaluatedAt(place?.()));
    this.#evaluateScript(registry, module);
  }

  /** Serves shipped modules to the engine's loader. */
  installHooks(registry: CodeRegistry): void {
    const register: CodeRegistry["register"] = (key, accessor, control, door, meta) => {
      if (meta !== undefined) this.#describe(key, meta);
      return registry.register(key, accessor, control, door, meta);
    };
    const runtime = { register, checked, pick, above };
    (globalThis as any)[RUNTIME_SLOT] = runtime;
    (nodeModule as any).registerHooks({
      resolve: (specifier: string, context: any, next: any) => this.#resolveImport(specifier, context, next),
      load: (url: string, context: any, next: any) => this.#load(url, context, next),
    });
  }

  /** `import.meta` as on the device. */
  #describe(key: string, meta: ImportMeta): void {
    meta.main = this.#mains.has(key);
    const { url } = this.#byKey.get(key)!;
    meta.resolve = (specifier) => this.#resolvePath(url, specifier);
    if (meta.url === url) return;
    const filename = decodeURIComponent(new URL(url).pathname);
    Object.assign(meta, {
      url,
      filename,
      dirname: sliceText(filename, 0, lastIndexOfText(filename, "/")) || "/",
    });
  }

  /** `import.meta.resolve`: what isn't told by the text alone takes the device's configuration. */
  #resolvePath(url: string, specifier: unknown): string {
    const text = String(specifier);
    if (testRegExp(/^(\.{0,2}\/|file:)/, text) && URL.canParse(text, url)) return new URL(text, url).href;
    return testRegExp(/^node:[a-z]/, text) && nodeModule.isBuiltin(text)
      ? text
      : this.#abandon(`it resolves ${text} as an import`);
  }

  table(key: string): ModuleTable | undefined {
    return this.#tables.get(key);
  }

  /** The person's source, for `toString`; asked for once. */
  text(key: string): string | undefined {
    let text = this.#sources.get(key);
    if (text === undefined) this.#sources.set(key, text = this.#fetchSource(key));
    return text;
  }

  resolve(key: string, specifier: string): Resolution {
    const link = this.#byKey.get(key)?.links[specifier];
    if (link === undefined) return { kind: "builtin" };
    return link.kind === "builtin" ? { kind: "builtin" } : { kind: link.kind, key: link.key };
  }

  maker(key: string, site: number): ShippedMaker {
    const maker = this.#makers.get(`${key}:${site}`);
    if (maker === undefined) {
      throw new RangeError(`Cannot make a closure: site ${site} of ${key} was not sent`);
    }
    return maker;
  }

  /** How stack traces say where a function was made of texts; undefined for a module that was loaded. */
  originOf(key: string): string | undefined {
    return this.#byKey.get(key)?.origin ?? this.#origins.get(key)?.();
  }

  /** Where in its module's source a position (from 1) of shipped code stands; undefined if nowhere. */
  sourceOffset(
    url: string,
    line: number,
    column: number,
  ): SourcePlace | undefined {
    const module = this.#byUrl.get(url);
    if (module !== undefined) return placeIn(module.key, module.url, module, line, column);
    const { 1: key, 2: site } = execRegExp(MAKER_URL, url) ?? [];
    const maker = this.#makers.get(`${key}:${site}`);
    if (maker === undefined) return undefined;
    return placeIn(key!, this.#byKey.get(key!)?.url ?? url, maker, line, column);
  }

  #resolveImport(specifier: string, context: any, next: any) {
    if (specifier === RUNTIME_URL || this.#byUrl.has(specifier)) {
      return { url: specifier, shortCircuit: true };
    }
    const parent = this.#byUrl.get(context.parentURL);
    if (parent === undefined) return next(specifier, context);
    const link = parent.links[specifier];
    if (link?.kind === "values") {
      return { url: `${VALUES_URL}${encodeURIComponent(link.url)}`, shortCircuit: true };
    }
    if (link?.kind === "module") {
      const target = this.#byKey.get(link.key);
      return { url: target === undefined ? link.url : loaderUrl(target), shortCircuit: true };
    }
    const builtin = specifier === NODE_WORKERS_URL ? NODE_WORKERS[0]! : link?.url ?? specifier;
    const wrapper = this.#wrappers.get(builtin);
    if (wrapper !== undefined) return { url: `${WRAPPER_URL}${builtin}`, shortCircuit: true };
    if (link === undefined) this.#abandon(`import of ${specifier}`);
    // Packages say `crypto`; a shipped module's place here has no dependencies that this could be one of.
    const bare = !startsWith(specifier, "node:") && nodeModule.isBuiltin(specifier);
    return next(bare ? `node:${specifier}` : specifier, context);
  }

  #load(url: string, context: any, next: any) {
    // Only the device's loader has the object that such an import gives, and whether it was made already.
    const { type } = context.importAttributes ?? {};
    if (type !== undefined) {
      this.#abandon(`import of ${decodeURIComponent(url.replace(VALUES_URL, ""))} as ${type}`);
    }
    const source = url === RUNTIME_URL
      ? `const m=globalThis[Symbol.for("clonecloud.guest")];export const register=m.register,checked=m.checked,pick=m.pick,above=m.above;`
      : startsWith(url, WRAPPER_URL)
      ? this.#wrappers.get(sliceText(url, WRAPPER_URL.length))
      : startsWith(url, VALUES_URL)
      ? this.#valuesModule(decodeURIComponent(sliceText(url, VALUES_URL.length)))
      : this.#byUrl.get(url)?.text;
    return source === undefined ? next(url, context) : { source, format: "module", shortCircuit: true };
  }

  /** Stands for a CommonJS or JSON module that ES modules import: its exports are bindings that packets fill. */
  #valuesModule(url: string): string | undefined {
    const names = this.#values.get(url);
    if (names === undefined) return undefined;
    const locals = map(names, (_, i) => `v${i}`);
    const exports = join(map(names, (name, i) => `v${i} as ${JSON.stringify(name)}`), ",");
    const cases = join(map(names, (_, i) => `case ${i}:return w?v${i}=v:v${i}`), ";");
    return `${locals.length > 0 ? `let ${join(locals, ",")};` : ""}export{${exports}};` +
      `globalThis[Symbol.for("clonecloud.guest")].values.set(${
        JSON.stringify(url)
      },(n,w,v)=>{switch(n){${cases}}});`;
  }

  #registerValues(registry: CodeRegistry, key: string, url: string, names: readonly string[]): void {
    const accessor = (n: number, write?: boolean, value?: unknown) =>
      (globalThis as any)[RUNTIME_SLOT].values.get(url)?.(n, write, value);
    forEach(names, (name, n) => registry.valueIndex(key, name, accessor, n));
  }

  #evaluateScript(registry: CodeRegistry, module: ShippedModule): void {
    const evaluate = (0, eval)(`${module.text}\n//# sourceURL=${module.url}`);
    evaluate(registry.register.bind(registry), checked, pick, above);
  }
}

/** What stands for built-in modules: source by name. */
export interface Wrappers {
  get(name: string): string | undefined;
}

/** A place in a module's source. */
export interface SourcePlace {
  readonly key: string;
  readonly url: string;
  readonly offset: number;
}

function placeIn(
  key: string,
  url: string,
  form: ShippedMaker,
  line: number,
  column: number,
): SourcePlace | undefined {
  let start = 0;
  for (let i = 1; i < line; i++) start = indexOfText(form.text, "\n", start) + 1;
  const at = start + column - 1;
  for (let i = 0; i < form.chunks.length; i += 3) {
    const { 0: from, 1: source, 2: length } = form.chunks.slice(i, i + 3) as [number, number, number];
    // Text put in counts as what follows it.
    if (at < from + length) return { key, url, offset: source + max(0, at - from) };
  }
  return undefined;
}

const RUNTIME_SLOT = Symbol.for("clonecloud.guest");
