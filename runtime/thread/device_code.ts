import type { ModuleTable } from "../rewrite/mod.ts";
import type { CodeSource, Resolution } from "./live_modules.ts";
import type { ShippedMaker } from "./protocol.ts";
import type { SyncPort } from "./sync_port.ts";
import { filter, forEach } from "../heap/lists.ts";
import { testRegExp } from "../heap/texts.ts";
import { parseJson, SafeMap } from "./intrinsics.ts";

/** What the load hook learnt of one module. */
export interface LoadedModule {
  readonly url: string;
  readonly key: string;
  readonly source: string;
  readonly isModule: boolean;
  /** Of a function made of texts: how stack traces say where, `eval at f (file:///…:1:2)`. */
  readonly origin?: string;
}

/** The device's code: what its load hook saw, and what the supervisor's rewriter knows of it. */
export class DeviceCode implements CodeSource {
  readonly place = "device";
  /** The first module has begun to run. */
  started = false;
  readonly #port: SyncPort;
  readonly #byKey = new SafeMap<string, LoadedModule>();
  readonly #byUrl = new SafeMap<string, LoadedModule>();
  /** By parent and specifier. */
  readonly #links = new SafeMap<string, SafeMap<string, string>>();
  readonly #tables = new SafeMap<string, ModuleTable>();
  /** Tables that came along with others, in JSON. */
  readonly #unread = new SafeMap<string, string>();
  readonly #makers = new SafeMap<string, ShippedMaker>();

  constructor(port: SyncPort) {
    this.#port = port;
  }

  /** Notes where an import led. */
  link(parent: string, specifier: string, url: string): void {
    let links = this.#links.get(parent);
    if (links === undefined) this.#links.set(parent, links = new SafeMap());
    links.set(specifier, url);
  }

  /** Where imports of a module led so far, by specifier. */
  linksOf(url: string): ReadonlyMap<string, string> | undefined {
    return this.#links.get(url);
  }

  loaded(module: LoadedModule): void {
    this.#byKey.set(module.key, module);
    this.#byUrl.set(module.url, module);
  }

  module(key: string): LoadedModule | undefined {
    return this.#byKey.get(key);
  }

  moduleAt(url: string): LoadedModule | undefined {
    return this.#byUrl.get(url);
  }

  table(key: string): ModuleTable | undefined {
    const known = this.#tables.get(key);
    if (known !== undefined || !this.#byKey.has(key)) return known;
    if (!this.#unread.has(key)) this.#fetchTables(key);
    const table = parseJson(this.#unread.get(key)!) as ModuleTable;
    this.#unread.delete(key);
    this.#tables.set(key, table);
    return table;
  }

  /** What refers to one module refers to others soon, and each question takes the supervisor's attention. */
  #fetchTables(key: string): void {
    const keys = [key];
    this.#byKey.forEach((_, other) => {
      if (other !== key && !this.#tables.has(other) && !this.#unread.has(other)) keys[keys.length] = other;
    });
    const tables: (string | null)[] = this.#port.request({
      op: "supervisor",
      request: { op: "tables", keys },
    });
    forEach(tables, (table, i) => {
      if (table !== null) this.#unread.set(keys[i]!, table);
    });
  }

  text(key: string): string | undefined {
    return this.#byKey.get(key)?.source;
  }

  /** URL that an import of the module leads to. */
  linkOf(key: string, specifier: string): string | undefined {
    const parent = this.#byKey.get(key)?.url;
    return parent === undefined ? undefined : this.linksOf(parent)?.get(specifier);
  }

  resolve(key: string, specifier: string): Resolution {
    const url = this.linkOf(key, specifier) ?? specifier;
    if (testRegExp(/^(node|ext|clonecloud):/, url)) return { kind: "builtin" };
    const target = this.#byUrl.get(url);
    return target?.isModule === true
      ? { kind: "module", key: target.key }
      : { kind: "values", key: `values:${url}` };
  }

  /** Fetches makers of closures that were born at a clone, all at once. */
  prefetchMakers(key: string, sites: readonly number[]): void {
    const missing = filter(sites, (site) => !this.#makers.has(`${key}:${site}`));
    if (missing.length === 0) return;
    const request = { op: "makers", key, sites: missing, place: "device", uninitialised: [] };
    const makers: Record<string, ShippedMaker> = this.#port.request({ op: "supervisor", request });
    forEach(missing, (site) => {
      this.#makers.set(`${key}:${site}`, makers[site]!);
    });
  }

  maker(key: string, site: number): ShippedMaker {
    this.prefetchMakers(key, [site]);
    return this.#makers.get(`${key}:${site}`)!;
  }
}
