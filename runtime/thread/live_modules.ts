/** The rewritten modules of an isolate, and what each has registered with the runtime. */
import type { Make } from "./making.ts";
import type { iteratorKeeper } from "../heap/mod.ts";
import type { ModuleKey, ScopeHandle } from "../heap/access.ts";
import { execRegExp, sliceText } from "../heap/texts.ts";
import type { ModuleTable, SiteEntry } from "../rewrite/mod.ts";
import type { Above } from "./above.ts";
import type { checked, pick } from "./closure_makers.ts";
import { functionText, SafeMap } from "./intrinsics.ts";
import type { receiverChecker } from "./kept_receiver.ts";
import type { ShippedMaker } from "./protocol.ts";
import type { Accessor, Env } from "./scope_handles.ts";

/** Sets one of a module's own variables: 0 the check, 1 the instantiate guard, then the migration points. */
export type Control = (n: number, value: unknown) => void;
/** Evaluates an expression in a guest module's own scope. */
export type Door = (expression: string) => unknown;
/** `(n, object, value)`: private name n/3: read, write, has. */
export type PrivateAccess = (n: number, object: object, value?: unknown) => unknown;

export interface Privates {
  readonly names: NonNullable<SiteEntry["privates"]>;
  readonly access: PrivateAccess;
}

export interface ClassRecord {
  readonly module: LiveModule;
  readonly site: number;
  readonly cls: Function;
  readonly ask: Accessor | undefined;
  scopes: readonly ScopeHandle[] | undefined;
  readonly privates: PrivateAccess | undefined;
  /** By site; made when first needed. */
  privateMethods: Map<number, Function> | undefined;
  private: Privates | undefined;
  members: Map<number, Member> | undefined;
  readonly door: ClassDoor | undefined;
  /** What names the fields of its instances where that is computed, the last one first. */
  fieldKeys: FieldKeys | undefined;
  /** Of its door, by site. */
  readonly makers: Map<number, Maker>;
}

export interface FieldKeys {
  readonly v: unknown;
  readonly n: FieldKeys | undefined;
}

/** A member as its class had it first, and under which name. */
export interface Member {
  readonly fn: Function;
  readonly key: PropertyKey;
}

export type Maker = (...envs: unknown[]) => Function;
/** Brings out a maker from inside a class's body; see the rewriter's doors. */
export type ClassDoor = (
  site: number,
  check: typeof checked,
  choose: typeof pick,
  stand: Above,
  home: object,
) => Maker;

/** One module of this isolate. */
export interface LiveModule {
  readonly key: ModuleKey;
  readonly accessor: Accessor;
  readonly control: Control;
  readonly door: Door | undefined;
  readonly meta: ImportMeta | undefined;
  /** Loaded when first needed. */
  table: ModuleTable | undefined;
  /** For the device's makers: the module's bindings and the rewriter's own names as properties. */
  env: Env | undefined;
  readonly classes: Map<number, ClassRecord[]>;
  readonly makers: Map<number, Maker>;
  /** Function declarations of a guest's module that no packet has claimed yet. */
  readonly claimed: Set<number>;
  readonly register: Register;
}

export type Register = RegisterClass & {
  /** What rewritten code calls with iterators that it keeps. */
  readonly keep: ReturnType<typeof iteratorKeeper>;
  /** What it calls before it asks for one. */
  readonly check: ReturnType<typeof receiverChecker>;
  /** What it calls in the stead of `Function`. */
  readonly made: Make;
};

export type RegisterClass = (
  site: number,
  cls: Function,
  accessor?: Accessor,
  privates?: PrivateAccess,
  door?: ClassDoor,
  /** Something may replace its members before anybody asks for them. */
  early?: number,
  fieldKeys?: FieldKeys,
) => void;

/** What a registry needs to know of its process. */
export interface CodeSource {
  /** Table of a registered module. */
  table(key: ModuleKey): ModuleTable | undefined;
  /** Where an import of a module leads: a module's key and table, a built-in, or a module of another kind. */
  resolve(key: ModuleKey, specifier: string): Resolution;
  /** The module's source, without its map. */
  text(key: ModuleKey): string | undefined;
  /** The maker of a site's closures, shipped or fetched. */
  maker(key: ModuleKey, site: number): ShippedMaker;
  readonly place: "device" | "guest";
}

export type Resolution =
  | { readonly kind: "module"; readonly key: ModuleKey }
  | { readonly kind: "builtin" }
  /** CommonJS, JSON and the like, seen from an ES module: its values are bindings of a pseudo module. */
  | { readonly kind: "values"; readonly key: ModuleKey };

/** What the rewriter puts into each function: its module and site. */
export const MARKER = /\/\*!cc:([\w-]+):(\d+)\*\//;

export class LiveModules {
  readonly source: CodeSource;
  readonly #modules = new SafeMap<ModuleKey, LiveModule>();

  constructor(source: CodeSource) {
    this.source = source;
  }

  add(module: LiveModule): void {
    this.#modules.set(module.key, module);
  }

  get(key: ModuleKey): LiveModule | undefined {
    return this.#modules.get(key);
  }

  forEach(visit: (module: LiveModule) => void): void {
    this.#modules.forEach(visit);
  }

  /** The module's table. @throws {RangeError} for a module this isolate doesn't have. */
  tableOf(key: ModuleKey): ModuleTable {
    const module = this.live(key);
    const table = module.table ??= this.source.table(key);
    if (table === undefined) throw new RangeError(`Cannot find module ${key}: it has no table`);
    return table;
  }

  /** Which site made a function: its module and index; undefined for one that isn't rewritten code. */
  siteOf(fn: Function): { readonly module: ModuleKey; readonly site: number } | undefined {
    const match = execRegExp(MARKER, functionText(fn));
    if (match === null || !this.#modules.has(match[1]!)) return undefined;
    return { module: match[1]!, site: Number(match[2]) };
  }

  /** The site's text as the person's engine would show it; undefined if this process doesn't have the source. */
  sourceText(key: ModuleKey, site: number): string | undefined {
    const entry = this.tableOf(key).sites[site];
    return entry === undefined ? undefined : sourceSlice(this.source.text(key), entry.start, entry.end);
  }

  live(key: ModuleKey): LiveModule {
    const module = this.#modules.get(key);
    if (module === undefined) throw new RangeError(`Cannot find module ${key}: it isn't loaded here`);
    return module;
  }
}

export function sourceSlice(
  text: string | undefined,
  from: number,
  to: number | undefined,
): string | undefined {
  return text === undefined ? undefined : sliceText(text, from, to);
}
