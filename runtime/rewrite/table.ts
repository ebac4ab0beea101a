import type { SiteKind, VariableKind } from "./model.ts";

/**
 * What both sides must know of a rewritten module; plain JSON. All indices are positions in these arrays.
 */
export interface ModuleTable {
  /** Names URL and source: the same on both sides, stands in every site's marker. */
  readonly key: string;
  readonly url: string;
  readonly isModule: boolean;
  /** Prefix of the names that the rewriter added. */
  readonly prefix: string;
  readonly bindings: readonly BindingEntry[];
  readonly exports: readonly ExportEntry[];
  /** Specifiers of `export * from`. */
  readonly stars: readonly string[];
  readonly scopes: readonly ScopeEntry[];
  readonly sites: readonly SiteEntry[];
  /** It calls `Function`. */
  readonly makes?: true;
  /** `line:column` in stack traces of calls whose result is awaited at once. */
  readonly awaited: readonly string[];
  /** Likewise of the call that is the last thing the module does, if that is one. */
  readonly last?: string;
}

/** A module-level variable that functions can see. */
export interface BindingEntry {
  readonly name: string;
  readonly kind: VariableKind | "default";
  /** Site of the function declaration that initialises it. */
  readonly site?: number;
  /** For an import: where it comes from; `imported` is `*` for a namespace. */
  readonly from?: string;
  readonly imported?: string;
  /** For a namespace import: the only properties read from it, if that is certain. */
  readonly properties?: readonly string[];
}

export interface ExportEntry {
  readonly name: string;
  /** Index of the local binding, or -1 for one of another module. */
  readonly binding: number;
  readonly from?: string;
  /** Name there; `*` for its namespace. */
  readonly imported?: string;
}

/** A scope with captured variables. */
export interface ScopeEntry {
  readonly variables: readonly string[];
  /** Its closures share variables that change. */
  readonly identity: boolean;
}

export interface SiteEntry {
  readonly id: string;
  readonly kind: SiteKind;
  readonly name: string;
  readonly length: number;
  /** What stack traces show for it instead of a name, where the engine makes that up. */
  readonly shown?: string;
  /** Range of the text `toString` shows, in the module's source. */
  readonly start: number;
  readonly end: number;
  /** Scopes it captures from, by index. */
  readonly scopes: readonly number[];
  /** Captured variables in the order its accessor counts: position in `scopes`, index in the scope. */
  readonly captures: readonly (readonly [number, number])[];
  /** Module-level bindings it refers to, nested functions included. */
  readonly bindings: readonly number[];
  readonly globals: readonly string[];
  /** For a member: its class's site, and its key as text. */
  readonly owner?: number;
  readonly isStatic?: boolean;
  readonly isAsync?: boolean;
  readonly isGenerator?: boolean;
  readonly derived?: boolean;
  /** For a class: its private names. */
  readonly privates?: readonly {
    readonly name: string;
    readonly isStatic: boolean;
    readonly kind: "field" | "method" | "accessor";
  }[];
  /** The class in whose body alone its closures and classes can be made. */
  readonly door?: number;
  /** Their `super` is that of a static member. */
  readonly staticSuper?: boolean;
  /** For a class: what has a computed name, in source order: sites of members, -1 for a field of instances. */
  readonly keyed?: readonly number[];
  /** Why its closures can't travel. */
  readonly refused?: string;
  /** Why no migration point can be put there. */
  readonly pinned?: string;
}
