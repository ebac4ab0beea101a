import { UNINITIALISED } from "../heap/access.ts";
import { filter, flatMap, forEach, fromEntries, itemsOf, map, push, some } from "../heap/lists.ts";
import { sliceText, startsWith } from "../heap/texts.ts";
import type { CodeRegistry } from "./code_registry.ts";
import type { DeviceCode } from "./device_code.ts";
import { GLOBAL_MODULE, type GlobalBindings } from "./global_bindings.ts";
import { objectEntries, objectValues, SafeSet } from "./intrinsics.ts";
import type { ShippedCode } from "./protocol.ts";

/** What a process knows of its code. */
export interface KnownCode {
  readonly registry: CodeRegistry;
  readonly code: DeviceCode;
  readonly globals: GlobalBindings;
}

/** What a packet refers to. */
export interface ReferencedCode {
  readonly modules: readonly string[];
  readonly sites: readonly { readonly module: string; readonly site: number }[];
}

/** Where an import leads. */
interface Link {
  readonly kind: "module" | "builtin" | "values";
  readonly key: string;
  readonly url: string;
}

/** Exports of modules of other kinds that a guest must have, by their keys. */
type Values = Record<string, { readonly url: string; readonly names: readonly string[] }>;

/** Which code goes along with a packet: what the session's clone doesn't have yet. */
export class CodeToShip {
  /** Modules that the clone of this session has. */
  readonly shipped: Set<string> = new SafeSet<string>();
  readonly #makers = new SafeSet<string>();
  readonly #known: KnownCode;

  constructor(known: KnownCode) {
    this.#known = known;
  }

  /** Another session's clone has nothing. */
  forget(): void {
    this.shipped.clear();
    this.#makers.clear();
  }

  /** What goes with a packet, and what of it the clone lacks: of that the supervisor gets the texts. */
  take(packet: ReferencedCode): { readonly code: ShippedCode; readonly missing: Record<string, unknown> } {
    const needed = this.#closure(packet.modules);
    const modules = filter(needed, (key) => !this.shipped.has(key));
    forEach(modules, (key) => {
      this.shipped.add(key);
    });
    const missing = {
      mayMake: some(needed, (key) => this.#known.registry.tableOf(key).makes === true),
      modules: map(modules, (key) => ({
        key,
        uninitialised: this.#uninitialised(key),
        links: this.#linksOf(key),
        origin: this.#known.code.module(key)?.origin,
        isMain: this.#known.code.module(key)?.url === Deno.mainModule,
      })),
      makers: map(objectEntries(this.#newMakers(packet.sites)), ({ 0: key, 1: sites }) => ({
        key,
        sites,
        uninitialised: this.#uninitialised(key),
      })),
    };
    const values = this.#valuesOf(packet.modules, needed);
    return { code: { modules: [], makers: {}, values, globals: this.#known.globals.names() }, missing };
  }

  #newMakers(sites: ReferencedCode["sites"]): Record<string, number[]> {
    const makers: Record<string, number[]> = {};
    for (let i = 0; i < sites.length; i++) {
      const { module, site } = sites[i]!;
      if (this.#makers.has(`${module}:${site}`)) continue;
      this.#makers.add(`${module}:${site}`);
      push(makers[module] ??= [], site);
    }
    return makers;
  }

  #valuesOf(modules: readonly string[], needed: readonly string[]): Values {
    const values: Values = {};
    forEach(modules, (key) => {
      if (startsWith(key, "values:")) this.#putValues(key, values);
    });
    forEach(needed, (key) => {
      this.#importedValues(key, values);
    });
    return values;
  }

  #putValues(key: string, values: Values): void {
    values[key] = { url: sliceText(key, "values:".length), names: this.#known.registry.valueNames(key) };
  }

  /** The modules and all modules that their guest forms import, each after those that it imports as far as cycles let one. */
  #closure(modules: readonly string[]): string[] {
    const found = new SafeSet<string>();
    const ordered: string[] = [];
    const open: { readonly key: string; readonly imports: readonly string[]; next: number }[] = [];
    const enter = (key: string) => {
      if (found.has(key)) return;
      found.add(key);
      const links = filter(objectValues(this.#linksOf(key)), (link) => link.kind === "module");
      open[open.length] = { key, imports: map(links, (link) => link.key), next: 0 };
    };
    forEach(modules, (root) => {
      if (root !== GLOBAL_MODULE && !startsWith(root, "values:")) enter(root);
      while (open.length > 0) {
        const top = open[open.length - 1]!;
        if (top.next < top.imports.length) enter(top.imports[top.next++]!);
        else {
          ordered[ordered.length] = top.key;
          open.length--;
        }
      }
    });
    return ordered;
  }

  #linksOf(key: string): Record<string, Link> {
    const table = this.#known.registry.tableOf(key);
    const specifiers = new SafeSet<string>();
    forEach(table.stars, (star) => specifiers.add(star));
    forEach(table.bindings, (binding) => {
      if (binding.from !== undefined) specifiers.add(binding.from);
    });
    forEach(table.exports, (entry) => {
      if (entry.from !== undefined) specifiers.add(entry.from);
    });
    return fromEntries(map(itemsOf(specifiers), (specifier) => {
      const target = this.#known.code.resolve(key, specifier);
      const url = this.#known.code.linkOf(key, specifier) ?? specifier;
      return [specifier, { kind: target.kind, key: target.kind === "builtin" ? "" : target.key, url }];
    }));
  }

  /** Every name that a shipped module imports from a module of another kind must exist there. */
  #importedValues(key: string, values: Values): void {
    const { registry, code } = this.#known;
    const table = registry.tableOf(key);
    forEach(table.bindings, (binding, n) => {
      if (binding.kind !== "import" || binding.from === undefined) return;
      const target = code.resolve(key, binding.from);
      if (target.kind !== "values") return;
      const accessor = registry.module(key)!.accessor;
      if (binding.imported !== "*") registry.valueIndex(target.key, binding.imported!, accessor, n);
      this.#putValues(target.key, values);
    });
  }

  #uninitialised(key: string): string[] {
    const { registry } = this.#known;
    return flatMap(
      registry.tableOf(key).bindings,
      (binding, index) =>
        binding.kind !== "default" && binding.kind !== "import" &&
          registry.readBinding({ module: key, index }) === UNINITIALISED
          ? [binding.name]
          : [],
    );
  }
}
