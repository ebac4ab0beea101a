import { type BindingRef, type ModuleKey, UNINITIALISED } from "../heap/access.ts";
import { find, forEach, indexOf, push } from "../heap/lists.ts";
import { splitText } from "../heap/texts.ts";
import type { ModuleTable } from "../rewrite/mod.ts";
import { GLOBAL_MODULE, type GlobalBindings } from "./global_bindings.ts";
import { ownKeys, SafeMap, SafeSet, SafeWeakMap } from "./intrinsics.ts";
import type { LiveModules } from "./live_modules.ts";
import { type Accessor, readThrough } from "./scope_handles.ts";

/** Where an export is really declared; `values` if in a module that isn't rewritten. */
interface Found {
  readonly module: ModuleKey;
  readonly index: number;
  readonly name: string;
  readonly values: boolean;
}

/** The variables of modules, by who declares them: an import is its exporter's. */
export class ModuleBindings {
  readonly #modules: LiveModules;
  readonly #globals: GlobalBindings;
  /** Values of modules that aren't rewritten, by name. */
  readonly #values = new SafeMap<
    ModuleKey,
    { names: string[]; readers: (Accessor | undefined)[]; n: number[] }
  >();
  /** On the device nothing can name a module's anonymous default export but those that import it. */
  readonly #defaults = new SafeMap<ModuleKey, readonly [Accessor, number]>();
  /** Namespace objects that modules import, by the import; read anew when one is looked for that isn't there. */
  readonly #namespaces = new SafeWeakMap<object, BindingRef>();

  constructor(modules: LiveModules, globals: GlobalBindings) {
    this.#modules = modules;
    this.#globals = globals;
  }

  freeBindings(key: ModuleKey, site: number): readonly BindingRef[] {
    const table = this.#modules.tableOf(key);
    const entry = table.sites[site]!;
    const refs: BindingRef[] = [];
    forEach(entry.bindings, (index) => {
      this.#pushBinding(key, table, index, refs);
    });
    forEach(this.#globals.used(entry.globals), (index) => {
      refs[refs.length] = { module: GLOBAL_MODULE, index };
    });
    return refs;
  }

  #pushBinding(key: ModuleKey, table: ModuleTable, index: number, refs: BindingRef[]): void {
    const binding = table.bindings[index]!;
    if (binding.kind !== "import") {
      refs[refs.length] = { module: key, index };
      return;
    }
    const { accessor } = this.#modules.live(key);
    if (binding.imported !== "*") {
      return this.#pushImport(key, binding.from!, binding.imported!, accessor, index, refs);
    }
    const namespace = accessor(index) as Record<string, unknown>;
    const names = binding.properties ?? ownKeys(namespace);
    for (let i = 0; i < names.length; i++) {
      const name = names[i]!;
      if (typeof name !== "string") continue;
      this.#pushImport(key, binding.from!, name, () => namespace[name], 0, refs);
    }
  }

  #pushImport(
    from: ModuleKey,
    specifier: string,
    name: string,
    accessor: Accessor,
    n: number,
    refs: BindingRef[],
  ): void {
    const target = this.#modules.source.resolve(from, specifier);
    if (target.kind === "builtin") return;
    if (target.kind === "values") {
      refs[refs.length] = { module: target.key, index: this.valueIndex(target.key, name, accessor, n) };
      return;
    }
    const found = this.#findExport(target.key, name, new SafeSet());
    if (found === undefined) return;
    if (found.values) {
      refs[refs.length] = {
        module: found.module,
        index: this.valueIndex(found.module, found.name, accessor, n),
      };
    } else {
      if (this.#modules.tableOf(found.module).bindings[found.index]!.kind === "default") {
        this.#defaults.set(found.module, [accessor, n]);
      }
      refs[refs.length] = { module: found.module, index: found.index };
    }
  }

  #findExport(
    key: ModuleKey,
    name: string,
    seen: Set<string>,
  ): Found | undefined {
    if (seen.has(`${key} ${name}`)) return undefined;
    seen.add(`${key} ${name}`);
    const table = this.#modules.tableOf(key);
    const entry = find(table.exports, (item) => item.name === name);
    if (entry !== undefined && entry.from === undefined) {
      const binding = table.bindings[entry.binding]!;
      if (binding.kind !== "import") return { module: key, index: entry.binding, name, values: false };
      return binding.imported === "*" ? undefined : this.#follow(key, binding.from!, binding.imported!, seen);
    }
    if (entry !== undefined) {
      return entry.imported === "*" ? undefined : this.#follow(key, entry.from!, entry.imported!, seen);
    }
    for (let i = 0; i < table.stars.length; i++) {
      const star = table.stars[i]!;
      const found = this.#follow(key, star, name, seen);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #follow(
    key: ModuleKey,
    specifier: string,
    name: string,
    seen: Set<string>,
  ): Found | undefined {
    const target = this.#modules.source.resolve(key, specifier);
    if (target.kind === "builtin") return undefined;
    if (target.kind === "values") return { module: target.key, index: -1, name, values: true };
    return this.#findExport(target.key, name, seen);
  }

  /** Index of an export of a module that isn't rewritten; `accessor(n)` reads it. */
  valueIndex(key: ModuleKey, name: string, accessor: Accessor, n: number): number {
    let values = this.#values.get(key);
    if (values === undefined) this.#values.set(key, values = { names: [], readers: [], n: [] });
    let index = indexOf(values.names, name);
    if (index < 0) index = push(values.names, name) - 1;
    values.readers[index] ??= accessor;
    values.n[index] ??= n;
    return index;
  }

  /** Names of a pseudo module's exports, by index. */
  valueNames(key: ModuleKey): readonly string[] {
    return this.#values.get(key)?.names ?? [];
  }

  namespaceRef(value: object): BindingRef | undefined {
    const known = this.#namespaces.get(value);
    if (known !== undefined) return known;
    this.#modules.forEach(({ key, accessor }) => {
      forEach(this.#modules.tableOf(key).bindings, (binding, index) => {
        if (binding.kind !== "import" || binding.imported !== "*") return;
        const namespace = readThrough(accessor, index);
        if (typeof namespace === "object") this.#namespaces.set(namespace as object, { module: key, index });
      });
    });
    return this.#namespaces.get(value);
  }

  namespaceBindings({ module, index }: BindingRef): readonly BindingRef[] {
    const refs: BindingRef[] = [];
    const binding = this.#modules.tableOf(module).bindings[index]!;
    const namespace = this.namespaceOf({ module, index }) as Record<string, unknown>;
    forEach(ownKeys(namespace), (name) => {
      if (typeof name === "string") {
        this.#pushImport(
          module,
          binding.from!,
          name,
          () => namespace[name],
          0,
          refs,
        );
      }
    });
    return refs;
  }

  namespaceOf({ module, index }: BindingRef): object | undefined {
    const binding = this.#modules.tableOf(module).bindings[index];
    if (binding?.kind !== "import" || binding.imported !== "*") return undefined;
    return readThrough(this.#modules.live(module).accessor, index) as object;
  }

  readBinding(ref: BindingRef): unknown {
    if (ref.module === GLOBAL_MODULE) return this.#globals.read(ref.index);
    const values = this.#values.get(ref.module);
    if (values !== undefined) return readThrough(values.readers[ref.index]!, values.n[ref.index]!);
    const binding = this.#modules.tableOf(ref.module).bindings[ref.index];
    const reader = binding?.kind === "default" && this.#modules.source.place === "device"
      ? this.#defaults.get(ref.module)
      : undefined;
    if (reader !== undefined) return readThrough(reader[0], reader[1]);
    return readThrough(this.#modules.live(ref.module).accessor, ref.index);
  }

  writeBinding(ref: BindingRef, value: unknown): void {
    if (ref.module === GLOBAL_MODULE) return this.#globals.write(ref.index, value);
    const values = this.#values.get(ref.module);
    if (values !== undefined) values.readers[ref.index]?.(values.n[ref.index]!, true, value);
    else if (value !== UNINITIALISED || this.#modules.source.place === "guest") {
      this.#modules.live(ref.module).accessor(ref.index, true, value);
    }
  }

  bindingName(ref: BindingRef): string {
    if (ref.module === GLOBAL_MODULE) return `globalThis.${this.#globals.name(ref.index)}`;
    const values = this.#values.get(ref.module);
    if (values !== undefined) return values.names[ref.index] ?? "?";
    return this.#modules.tableOf(ref.module).bindings[ref.index]?.name ?? "?";
  }

  /** As in method ids; the URL of a module without functions. */
  moduleName(key: ModuleKey): string {
    if (key === GLOBAL_MODULE) return "globals";
    if (this.#values.has(key)) return key;
    const { sites, url } = this.#modules.tableOf(key);
    return sites[0] === undefined ? url : splitText(sites[0].id, "#")[0]!;
  }
}
