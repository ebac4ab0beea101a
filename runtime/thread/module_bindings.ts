import { type BindingRef, type ModuleKey, UNINITIALISED } from "../heap/access.ts";
import { find, forEach, indexOf, push } from "../heap/lists.ts";
import { splitText } from "../heap/texts.ts";
import type { BindingEntry, ModuleTable } from "../rewrite/mod.ts";
import { GLOBAL_MODULE, type GlobalBindings } from "./global_bindings.ts";
import { ownKeys, SafeMap, SafeSet, SafeWeakMap } from "./intrinsics.ts";
import type { LiveModules } from "./live_modules.ts";
import { type Accessor, readThrough } from "./scope_handles.ts";

/** What an export really is: a variable, something of a module that isn't rewritten, or another's namespace. */
type Found =
  | { readonly kind: "variable"; readonly module: ModuleKey; readonly index: number }
  | { readonly kind: "value"; readonly module: ModuleKey; readonly name: string }
  | NamespaceImport;

/** A namespace, by a module that imports or exports it whole and the specifier that it does so by. */
interface NamespaceImport {
  readonly kind: "namespace";
  readonly module: ModuleKey;
  readonly specifier: string;
}

/** Variables that are being gathered, and the namespaces that were gone through. */
interface Pushed {
  readonly refs: BindingRef[];
  readonly namespaces: Set<string>;
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
    const pushed: Pushed = { refs, namespaces: new SafeSet() };
    if (binding.imported !== "*") {
      return this.#pushImport(key, binding.from!, binding.imported!, accessor, index, pushed);
    }
    const whole: NamespaceImport = { kind: "namespace", module: key, specifier: binding.from! };
    this.#pushNamespace(whole, accessor(index), pushed, binding.properties);
  }

  /** The variables that a namespace shows, those of namespaces among them too. */
  #pushNamespace(
    { module, specifier }: NamespaceImport,
    value: unknown,
    pushed: Pushed,
    names: readonly PropertyKey[] = ownKeys(value as object),
  ): void {
    const namespace = value as Record<string, unknown>;
    for (let i = 0; i < names.length; i++) {
      const name = names[i]!;
      if (typeof name !== "string") continue;
      this.#pushImport(module, specifier, name, () => namespace[name], 0, pushed);
    }
  }

  #pushImport(
    from: ModuleKey,
    specifier: string,
    name: string,
    accessor: Accessor,
    n: number,
    pushed: Pushed,
  ): void {
    const found = this.#follow(from, specifier, name, new SafeSet());
    if (found === undefined) return;
    const { refs } = pushed;
    if (found.kind === "value") {
      refs[refs.length] = {
        module: found.module,
        index: this.valueIndex(found.module, found.name, accessor, n),
      };
    } else if (found.kind === "namespace") {
      const place = `${found.module} ${found.specifier}`;
      if (pushed.namespaces.has(place)) return;
      pushed.namespaces.add(place);
      this.#pushNamespace(found, accessor(n), pushed);
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
    if (entry !== undefined) {
      const source = entry.from === undefined ? table.bindings[entry.binding]! : entry;
      if (source.from === undefined) return { kind: "variable", module: key, index: entry.binding };
      return source.imported === "*"
        ? { kind: "namespace", module: key, specifier: source.from }
        : this.#follow(key, source.from, source.imported!, seen);
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
    if (target.kind === "values") return { kind: "value", module: target.key, name };
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
        if (this.#namespaceImport(key, binding) === undefined) return;
        const namespace = readThrough(accessor, index);
        if (typeof namespace === "object") this.#namespaces.set(namespace as object, { module: key, index });
      });
    });
    return this.#namespaces.get(value);
  }

  /** Which namespace an import stands for, if for one. */
  #namespaceImport(module: ModuleKey, binding: BindingEntry | undefined): NamespaceImport | undefined {
    if (binding?.kind !== "import") return undefined;
    const { imported, from: specifier } = binding;
    if (imported === "*") return { kind: "namespace", module, specifier: specifier! };
    const found = this.#follow(module, specifier!, imported!, new SafeSet());
    return found?.kind === "namespace" ? found : undefined;
  }

  namespaceBindings(ref: BindingRef): readonly BindingRef[] {
    const refs: BindingRef[] = [];
    const whole = this.#namespaceImport(ref.module, this.#modules.tableOf(ref.module).bindings[ref.index])!;
    this.#pushNamespace(whole, this.namespaceOf(ref), { refs, namespaces: new SafeSet() });
    return refs;
  }

  namespaceOf({ module, index }: BindingRef): object | undefined {
    const binding = this.#modules.tableOf(module).bindings[index];
    if (this.#namespaceImport(module, binding) === undefined) return undefined;
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
