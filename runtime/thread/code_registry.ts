/**
 * What a process knows of its rewritten code: which module made which function, from which scopes, and how to make more.
 * One registry an isolate; the heap sees it as `CodeAccess`.
 *
 * Invariants:
 * 1. No user code runs: functions are only called with their module's check switched on, which returns first.
 * 2. Functions without a marker are never called.
 * 3. A description, once given, stays: the scopes a closure captured never change, only their variables do.
 */
import process from "node:process";
import { types } from "node:util";
import {
  type BindingRef,
  type CodeAccess,
  type FunctionDescription,
  type ModuleKey,
  type ScopeHandle,
  UNINITIALISED,
} from "../heap/access.ts";
import { iteratorKeeper } from "../heap/mod.ts";
import type { ModuleTable, SiteEntry } from "../rewrite/mod.ts";
import { OF_CLASS } from "../rewrite/constants.ts";
import { type Above, above } from "./above.ts";
import { askArguments } from "./ask_arguments.ts";
import { CODE_REFUSALS, type CodeRefusal } from "./code_refusals.ts";
import {
  apply,
  asyncGeneratorNext,
  construct,
  createObject,
  decodeText,
  defineProperty,
  functionText,
  generatorNext,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  ownKeys,
  promiseThen,
  ReferenceErrorCtor,
  SafeMap,
  SafeSet,
  SafeWeakMap,
  setPrototypeOf,
  Url,
  urlPath,
} from "./intrinsics.ts";
import { GLOBAL_MODULE, type GlobalBindings } from "./global_bindings.ts";
import { receiverChecker } from "./kept_receiver.ts";
import type { ShippedMaker } from "./protocol.ts";
import { type Accessor, type Env, MadeScope, NativeScope, readThrough } from "./scope_handles.ts";
import { append, find, findIndex, forEach, includes, indexOf, map, push } from "../heap/lists.ts";
import { execRegExp, hasText, lastIndexOfText, sliceText, splitText, startsWith } from "../heap/texts.ts";

/** Sets one of a module's own variables: 0 the check, 1 the instantiate guard, then the migration points. */
export type Control = (n: number, value: unknown) => void;
/** Evaluates an expression in a guest module's own scope. */
export type Door = (expression: string) => unknown;
/** `(n, object, value)`: private name n/3: read, write, has. */
type PrivateAccess = (n: number, object: object, value?: unknown) => unknown;

interface Privates {
  readonly names: NonNullable<SiteEntry["privates"]>;
  readonly access: PrivateAccess;
}

interface ClassRecord {
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

interface FieldKeys {
  readonly v: unknown;
  readonly n: FieldKeys | undefined;
}

/** A member as its class had it first, and under which name. */
interface Member {
  readonly fn: Function;
  readonly key: PropertyKey;
}

type Maker = (...envs: unknown[]) => Function;
/** Brings out a maker from inside a class's body; see the rewriter's doors. */
type ClassDoor = (
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

type Register = RegisterClass & {
  /** What rewritten code calls with iterators that it keeps. */
  readonly keep: ReturnType<typeof iteratorKeeper>;
  /** What it calls before it asks for one. */
  readonly check: ReturnType<typeof receiverChecker>;
};

type RegisterClass = (
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

/** Where an export is really declared; `values` if in a module that isn't rewritten. */
interface Found {
  readonly module: ModuleKey;
  readonly index: number;
  readonly name: string;
  readonly values: boolean;
}

const { assign } = Object;
const MARKER = /\/\*!cc:([\w-]+):(\d+)\*\//;

export class CodeRegistry implements CodeAccess {
  readonly #modules = new SafeMap<ModuleKey, LiveModule>();
  readonly #source: CodeSource;
  readonly #globals: GlobalBindings;
  readonly #descriptions = new SafeWeakMap<Function, FunctionDescription>();
  readonly #scopesByIdentity = new SafeWeakMap<object, NativeScope | MadeScope>();
  readonly #classes = new SafeWeakMap<Function, ClassRecord>();
  /** Prototype objects of classes whose instances carry private names. */
  readonly #privateOwners = new SafeWeakMap<object, Function>();
  readonly #privateClasses: Function[] = [];
  /** Values of modules that aren't rewritten, by name. */
  readonly #values = new SafeMap<
    ModuleKey,
    { names: string[]; readers: (Accessor | undefined)[]; n: number[] }
  >();
  readonly #bound: WeakMap<Function, FunctionDescription>;
  readonly #keep = iteratorKeeper(types.isProxy);
  readonly #receiver = receiverChecker(types.isProxy);

  constructor(source: CodeSource, globals: GlobalBindings, bound: WeakMap<Function, FunctionDescription>) {
    this.#source = source;
    this.#globals = globals;
    this.#bound = bound;
  }

  /** Called by every rewritten module when its evaluation starts; returns what its classes register with. */
  register(
    key: ModuleKey,
    accessor: Accessor,
    control: Control,
    door?: Door,
    meta?: ImportMeta,
  ): LiveModule["register"] {
    const module: LiveModule = {
      key,
      accessor,
      control,
      door,
      meta,
      table: undefined,
      env: undefined,
      classes: new SafeMap(),
      makers: new SafeMap(),
      claimed: new SafeSet(),
      register: assign(
        (...made: Parameters<RegisterClass>) => this.#registerClass(module, made),
        { keep: this.#keep, check: this.#receiver },
      ),
    };
    this.#modules.set(key, module);
    return module.register;
  }

  module(key: ModuleKey): LiveModule | undefined {
    return this.#modules.get(key);
  }

  modules(): Iterable<LiveModule> {
    return this.#modules.values();
  }

  /** The module's table. @throws {RangeError} for a module this isolate doesn't have. */
  tableOf(key: ModuleKey): ModuleTable {
    const module = this.#live(key);
    const table = module.table ??= this.#source.table(key);
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
    return entry === undefined ? undefined : sourceSlice(this.#source.text(key), entry.start, entry.end);
  }

  // Describing

  describe(fn: Function): FunctionDescription {
    const known = this.#descriptions.get(fn) ?? this.#bound.get(fn);
    if (known !== undefined) return known;
    const description = this.#describe(fn);
    this.#descriptions.set(fn, description);
    return description;
  }

  /**
   * The function that is at its migration point: itself where its module can name it, else one that stands for it, since
   * a closure can't name itself. Undefined while its scopes can't be told yet.
   */
  standIn(key: ModuleKey, site: number, accessor: Accessor | undefined): Function | undefined {
    const table = this.tableOf(key);
    const entry = table.sites[site]!;
    const declared = findIndex(table.bindings, (binding) => binding.site === site);
    const named = declared < 0 ? undefined : readThrough(this.#live(key).accessor, declared);
    if (typeof named === "function" && this.siteOf(named)?.site === site) return named;
    const home = accessor === undefined ? null : this.#homeOf(this.#live(key), entry, accessor);
    if (home === undefined) return undefined;
    const stand = entry.kind === "function" && entry.isAsync !== true ? function () {} : () => {};
    defineProperty(stand, "name", { value: entry.name });
    defineProperty(stand, "length", { value: entry.length });
    const scopes = accessor === undefined ? [] : this.#scopesOf(key, entry, accessor);
    if (scopes === undefined) return undefined;
    this.#descriptions.set(stand, { type: "closure", module: key, site, scopes, home });
    return stand;
  }

  #describe(fn: Function): FunctionDescription {
    const text = functionText(fn);
    const match = execRegExp(MARKER, text);
    if (match === null) {
      return hasText(text, "[native code]")
        ? refused(CODE_REFUSALS.unnamedBuiltin())
        : refused(CODE_REFUSALS.evaluated());
    }
    const { 1: key, 2: index } = match as unknown as [string, string, string];
    const module = this.#modules.get(key);
    const entry = module === undefined ? undefined : this.tableOf(key).sites[Number(index)];
    if (module === undefined || entry === undefined) {
      return refused(CODE_REFUSALS.unknownModule());
    }
    if (entry.refused !== undefined) {
      return refused(CODE_REFUSALS.site(entry.id, entry.refused));
    }
    if (entry.kind === "class") return this.#describeClass(module, Number(index), fn);
    if (entry.owner !== undefined) return this.#describeMember(module, Number(index), entry, fn);
    return this.#describeClosure(module, Number(index), entry, fn);
  }

  #describeClosure(module: LiveModule, site: number, entry: SiteEntry, fn: Function): FunctionDescription {
    if (entry.scopes.length === 0 && entry.door === undefined) {
      return { type: "closure", module: module.key, site, scopes: [], home: null };
    }
    const accessor = this.#ask(module, entry, fn);
    if (accessor === undefined) {
      return refused(CODE_REFUSALS.silent(entry.id));
    }
    const scopes = this.#scopesOf(module.key, entry, accessor);
    if (scopes === undefined) return refused(CODE_REFUSALS.closureParameters(entry.id));
    const home = this.#homeOf(module, entry, accessor);
    if (home === undefined) return refused(CODE_REFUSALS.unknownClass(entry.id));
    return { type: "closure", module: module.key, site, scopes, home };
  }

  /** The class in whose body alone what the site makes can be made; null if that can be anywhere. */
  #homeOf(module: LiveModule, entry: SiteEntry, accessor: Accessor): Function | null | undefined {
    if (entry.door === undefined) return null;
    const records = module.classes.get(entry.door) ?? [];
    return find(records, ({ cls }) => accessor(OF_CLASS, false, cls) === true)?.cls;
  }

  /** Calls the function with its module's check on: it hands over its accessor and returns (invariant 1). */
  #ask(module: LiveModule, entry: SiteEntry, fn: Function): Accessor | undefined {
    let answer: Accessor | undefined;
    this.#check(module, (accessor: Accessor) => {
      answer = accessor;
    });
    try {
      const result = apply(fn, undefined, askArguments());
      if (entry.isGenerator && entry.isAsync) promiseThen(asyncGeneratorNext(result), undefined, () => {});
      else if (entry.isGenerator) generatorNext(result);
    } catch {
      return undefined;
    } finally {
      this.#check(module, undefined);
    }
    return answer;
  }

  #check(module: LiveModule, answer: ((accessor: Accessor) => void) | undefined): void {
    module.control(0, answer);
    if (module.env !== undefined) module.env[`${this.tableOf(module.key).prefix}K`] = answer;
  }

  /** Undefined while the parameters of a function are evaluated whose scope a closure born there is of. */
  #scopesOf(key: ModuleKey, entry: SiteEntry, accessor: Accessor): ScopeHandle[] | undefined {
    const table = this.tableOf(key);
    const identities = map(
      entry.scopes,
      (index, k) => table.scopes[index]!.identity ? readThrough(accessor, -k - 1) : undefined,
    );
    if (includes(identities, UNINITIALISED)) return undefined;
    const scopes = map(entry.scopes, (index, k) => {
      const scope = table.scopes[index]!;
      const identity = identities[k] as object | undefined;
      const known = identity === undefined ? undefined : this.#scopesByIdentity.get(identity);
      if (known !== undefined) return known;
      const handle = new NativeScope(key, index, scope, table.prefix, identity);
      if (typeof identity === "function") {
        forEach(scope.variables, (_, i) => handle.addReader(i, identity as Accessor, i));
      }
      if (identity !== undefined) this.#scopesByIdentity.set(identity, handle);
      return handle;
    });
    forEach(entry.captures, ({ 0: k, 1: variable }, n) => {
      const handle = scopes[k]!;
      if (handle instanceof NativeScope) handle.addReader(variable, accessor, n);
    });
    return scopes;
  }

  #describeClass(module: LiveModule, site: number, cls: Function): FunctionDescription {
    const record = this.#classes.get(cls);
    if (record === undefined) {
      const { id } = this.tableOf(module.key).sites[site]!;
      return refused(CODE_REFUSALS.earlyClass(id));
    }
    const { ask } = record;
    const entry = this.tableOf(module.key).sites[site]!;
    record.scopes ??= ask === undefined ? [] : this.#scopesOf(module.key, entry, ask);
    if (record.scopes === undefined) return refused(CODE_REFUSALS.classParameters(entry.id));
    const keys = this.#keysOf(module, record, entry.keyed ?? []);
    if (includes(keys, undefined)) {
      return refused(CODE_REFUSALS.movedMember(entry.id));
    }
    const home = ask === undefined ? null : this.#homeOf(module, entry, ask);
    if (home === undefined) return refused(CODE_REFUSALS.unknownClass(entry.id));
    const { scopes } = record;
    return { type: "class", module: module.key, site, scopes, keys: keys as PropertyKey[], home };
  }

  /** The computed names of a class's members and fields, in source order; undefined for what can't be told. */
  #keysOf(module: LiveModule, record: ClassRecord, keyed: readonly number[]): (PropertyKey | undefined)[] {
    const keys = new Array<PropertyKey | undefined>(keyed.length);
    let field = record.fieldKeys;
    for (let i = keyed.length - 1; i >= 0; i--) {
      if (keyed[i] === -1) {
        keys[i] = propertyKey(field?.v);
        field = field?.n;
      } else keys[i] = this.#membersOf(module, record).get(keyed[i]!)?.key;
    }
    return keys;
  }

  #describeMember(module: LiveModule, site: number, entry: SiteEntry, fn: Function): FunctionDescription {
    const records = module.classes.get(entry.owner!) ?? [];
    const record = find(records, (item) => this.#memberOf(module, item, site) === fn);
    if (record === undefined) {
      return refused(CODE_REFUSALS.takenMethod(entry.id));
    }
    return { type: "member", owner: record.cls, site };
  }

  // Classes

  #registerClass(
    module: LiveModule,
    { 0: site, 1: cls, 2: ask, 3: privates, 4: door, 5: early, 6: fieldKeys }: Parameters<Register>,
  ): void {
    // Its table isn't needed yet: start-up must not wait for it.
    const record: ClassRecord = {
      module,
      site,
      cls,
      ask,
      scopes: undefined,
      privates,
      private: undefined,
      members: undefined,
      privateMethods: undefined,
      door,
      fieldKeys,
      makers: new SafeMap(),
    };
    this.#classes.set(cls, record);
    const list = module.classes.get(site);
    if (list === undefined) module.classes.set(site, [record]);
    else list[list.length] = record;
    if (early === 1) this.#membersOf(module, record);
    if (privates === undefined) return;
    this.#privateOwners.set(prototypeOf(cls), cls);
    this.#privateClasses[this.#privateClasses.length] = cls;
  }

  /** Members by site, as the class has them now: read right after it came into being, or when first needed. */
  #membersOf(module: LiveModule, record: ClassRecord): Map<number, Member> {
    if (record.members !== undefined) return record.members;
    const members = new SafeMap<number, Member>();
    forEach([record.cls, prototypeOf(record.cls)], (holder) => {
      forEach(ownKeys(holder), (key) => {
        const descriptor = getOwnPropertyDescriptor(holder, key)!;
        const fns = [descriptor.value, descriptor.get, descriptor.set];
        for (let i = 0; i < fns.length; i++) {
          const fn = fns[i]!;
          if (typeof fn !== "function") continue;
          const site = this.siteOf(fn);
          if (site?.module === module.key && !members.has(site.site)) members.set(site.site, { fn, key });
        }
      });
    });
    return record.members = members;
  }

  memberOf(owner: Function, site: number): Function | undefined {
    const record = this.#classes.get(owner);
    return record === undefined ? undefined : this.#memberOf(record.module, record, site);
  }

  #memberOf(module: LiveModule, record: ClassRecord, site: number): Function | undefined {
    return this.#membersOf(module, record).get(site)?.fn ?? this.#privateMethodsOf(record).get(site);
  }

  /** Private methods can be read from what has them only: an object is made for it. */
  #privateMethodsOf(record: ClassRecord): Map<number, Function> {
    if (record.privateMethods !== undefined) return record.privateMethods;
    const methods = new SafeMap<number, Function>();
    record.privateMethods = methods;
    const { names, access } = this.#privatesOf(record.cls) ?? { names: [], access: undefined };
    let instance: object | undefined;
    forEach(names, ({ kind, isStatic }, i) => {
      if (kind !== "method") return;
      const fn = access!(
        3 * i,
        isStatic ? record.cls : instance ??= this.#stamp(record.cls, undefined, () => ({})),
      );
      methods.set(this.siteOf(fn as Function)!.site, fn as Function);
    });
    return methods;
  }

  /** The member of that site that an object has by its class, though something else may stand in its place by now. */
  memberAlong(chain: ReadonlySet<object>, key: ModuleKey, site: number): Function | undefined {
    const module = this.#live(key);
    const records = module.classes.get(this.tableOf(key).sites[site]!.owner!) ?? [];
    const record = find(records, ({ cls }) => chain.has(cls) || chain.has(prototypeOf(cls)));
    return record === undefined ? undefined : this.#membersOf(module, record).get(site)?.fn;
  }

  privateOwner(prototype: object): Function | undefined {
    return this.#privateOwners.get(prototype);
  }

  privateClasses(): readonly Function[] {
    return this.#privateClasses;
  }

  /** A class object carries its own static private names; everything else carries those of instances. */
  readPrivates(owner: Function, value: object): readonly unknown[] | undefined {
    const found = this.#privatesOf(owner);
    if (found === undefined) return undefined;
    const { names, access } = found;
    const wanted = owner === value;
    let contents: unknown[] | undefined;
    for (let i = 0; i < names.length; i++) {
      const item = names[i]!;
      if (item.isStatic !== wanted || access(3 * i + 2, value) !== true) continue;
      contents ??= map(names, () => undefined);
      if (item.kind === "field") contents[i] = access(3 * i, value);
    }
    return contents;
  }

  writePrivate(owner: Function, value: object, index: number, content: unknown): void {
    const found = this.#privatesOf(owner);
    const item = found?.names[index];
    if (item?.kind === "field" && item.isStatic === (owner === value)) {
      found!.access(3 * index + 1, value, content);
    }
  }

  createWithPrivates(owners: readonly Function[], make: () => object): object {
    let object: object | undefined;
    forEach(owners, (owner) => {
      object = this.#stamp(owner, object, make);
    });
    return object ?? make();
  }

  /** Adds the class's private names: a base class makes its own object, a derived one takes what "super" returns. */
  #stamp(owner: Function, object: object | undefined, make: () => object): object {
    const { module, site } = this.#classes.get(owner)!;
    const { derived } = this.tableOf(module.key).sites[site]!;
    const parent = getPrototypeOf(owner);
    module.control(1, true);
    try {
      if (derived !== true) return construct(owner, []);
      const given = object ?? make();
      setPrototypeOf(owner, function () {
        return given;
      });
      return construct(owner, []);
    } finally {
      if (derived === true) setPrototypeOf(owner, parent);
      module.control(1, undefined);
    }
  }

  /** Cached: it is asked for every instance. */
  #privatesOf(owner: Function): Privates | undefined {
    const record = this.#classes.get(owner);
    if (record?.privates === undefined) return undefined;
    if (record.private === undefined) {
      const names = this.tableOf(record.module.key).sites[record.site]!.privates ?? [];
      record.private = { names, access: record.privates };
    }
    return record.private;
  }

  // Bindings

  freeBindings(key: ModuleKey, site: number): readonly BindingRef[] {
    const table = this.tableOf(key);
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
    const { accessor } = this.#live(key);
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
    const target = this.#source.resolve(from, specifier);
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
      if (this.tableOf(found.module).bindings[found.index]!.kind === "default") {
        this.#defaults.set(found.module, [accessor, n]);
      }
      refs[refs.length] = { module: found.module, index: found.index };
    }
  }

  /** On the device nothing can name a module's anonymous default export but those that import it. */
  readonly #defaults = new SafeMap<ModuleKey, readonly [Accessor, number]>();

  #findExport(
    key: ModuleKey,
    name: string,
    seen: Set<string>,
  ): Found | undefined {
    if (seen.has(`${key} ${name}`)) return undefined;
    seen.add(`${key} ${name}`);
    const table = this.tableOf(key);
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
    const target = this.#source.resolve(key, specifier);
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

  /** Namespace objects that modules import, by the import; read anew when one is looked for that isn't there. */
  readonly #namespaces = new SafeWeakMap<object, BindingRef>();

  namespaceRef(value: object): BindingRef | undefined {
    const known = this.#namespaces.get(value);
    if (known !== undefined) return known;
    this.#modules.forEach(({ key, accessor }) => {
      forEach(this.tableOf(key).bindings, (binding, index) => {
        if (binding.kind !== "import" || binding.imported !== "*") return;
        const namespace = readThrough(accessor, index);
        if (typeof namespace === "object") this.#namespaces.set(namespace as object, { module: key, index });
      });
    });
    return this.#namespaces.get(value);
  }

  namespaceBindings({ module, index }: BindingRef): readonly BindingRef[] {
    const refs: BindingRef[] = [];
    const binding = this.tableOf(module).bindings[index]!;
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
    const binding = this.tableOf(module).bindings[index];
    if (binding?.kind !== "import" || binding.imported !== "*") return undefined;
    return readThrough(this.#live(module).accessor, index) as object;
  }

  readBinding(ref: BindingRef): unknown {
    if (ref.module === GLOBAL_MODULE) return this.#globals.read(ref.index);
    const values = this.#values.get(ref.module);
    if (values !== undefined) return readThrough(values.readers[ref.index]!, values.n[ref.index]!);
    const binding = this.tableOf(ref.module).bindings[ref.index];
    const reader = binding?.kind === "default" && this.#source.place === "device"
      ? this.#defaults.get(ref.module)
      : undefined;
    if (reader !== undefined) return readThrough(reader[0], reader[1]);
    return readThrough(this.#live(ref.module).accessor, ref.index);
  }

  writeBinding(ref: BindingRef, value: unknown): void {
    if (ref.module === GLOBAL_MODULE) return this.#globals.write(ref.index, value);
    const values = this.#values.get(ref.module);
    if (values !== undefined) values.readers[ref.index]?.(values.n[ref.index]!, true, value);
    else if (value !== UNINITIALISED || this.#source.place === "guest") {
      this.#live(ref.module).accessor(ref.index, true, value);
    }
  }

  bindingName(ref: BindingRef): string {
    if (ref.module === GLOBAL_MODULE) return `globalThis.${this.#globals.name(ref.index)}`;
    const values = this.#values.get(ref.module);
    if (values !== undefined) return values.names[ref.index] ?? "?";
    return this.tableOf(ref.module).bindings[ref.index]?.name ?? "?";
  }

  /** As in method ids; the URL of a module without functions. */
  moduleName(key: ModuleKey): string {
    if (key === GLOBAL_MODULE) return "globals";
    if (this.#values.has(key)) return key;
    const { sites, url } = this.tableOf(key);
    return sites[0] === undefined ? url : splitText(sites[0].id, "#")[0]!;
  }

  variableName(key: ModuleKey, scope: number, i: number): string {
    return this.tableOf(key).scopes[scope]?.variables[i] ?? "?";
  }

  defaults(key: ModuleKey, site: number): { readonly name: string; readonly length: number } {
    return this.tableOf(key).sites[site]!;
  }

  // Making

  madeBound(fn: Function, target: Function, thisValue: unknown, args: readonly unknown[]): void {
    this.#bound.set(fn, { type: "bound", target, thisValue, args });
  }

  createScope(key: ModuleKey, scope: number): ScopeHandle {
    const table = this.tableOf(key);
    const entry = table.scopes[scope];
    if (entry === undefined) throw new RangeError(`Cannot make scope ${scope} of ${table.url}: it has none`);
    const handle = new MadeScope(key, scope, entry, table.prefix);
    this.#scopesByIdentity.set(handle.identity, handle);
    return handle;
  }

  createClosure(key: ModuleKey, site: number, scopes: readonly ScopeHandle[], home: object | null): Function {
    const module = this.#live(key);
    const declared = this.#declaredFunction(module, site);
    if (declared !== undefined) return declared;
    const fn = apply(this.#makerOf(module, site, home), undefined, map(scopes, envOf)) as Function;
    this.#descriptions.set(fn, { type: "closure", module: key, site, scopes, home });
    return fn;
  }

  createClass(
    key: ModuleKey,
    site: number,
    scopes: readonly ScopeHandle[],
    { keys, derived, home }: Parameters<CodeAccess["createClass"]>[3],
  ): Function {
    const module = this.#live(key);
    const heritage = derived ? function () {} : undefined;
    if (keys.length !== (this.tableOf(key).sites[site]?.keyed?.length ?? 0)) {
      throw new TypeError(`Cannot make class ${site} of ${key}: it has other computed names`);
    }
    const cls = apply(
      this.#makerOf(module, site, home),
      undefined,
      append<unknown>(map(scopes, envOf), [heritage, keys]),
    ) as Function;
    const record = this.#classes.get(cls);
    if (record === undefined) {
      throw new TypeError(`Cannot make class ${this.tableOf(key).sites[site]!.id}: it did not register`);
    }
    record.scopes = scopes;
    forEach(this.tableOf(key).sites[site]!.keyed ?? [], (member, i) => {
      if (member === -1) record.fieldKeys = { v: keys[i], n: record.fieldKeys };
    });
    return cls;
  }

  /** A guest's module has its function declarations natively: the first closure of such a site is that one. */
  #declaredFunction(module: LiveModule, site: number): Function | undefined {
    if (this.#source.place !== "guest" || module.claimed.has(site)) return undefined;
    const index = findIndex(this.tableOf(module.key).bindings, (binding) => binding.site === site);
    if (index < 0) return undefined;
    module.claimed.add(site);
    return module.accessor(index) as Function;
  }

  #makerOf(module: LiveModule, site: number, home: object | null): Maker {
    const behind = this.tableOf(module.key).sites[site]?.door;
    return behind === undefined ? this.#maker(module, site) : this.#makerBehind(module, site, home);
  }

  #makerBehind(module: LiveModule, site: number, home: object | null): Maker {
    const entry = this.tableOf(module.key).sites[site]!;
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
      const shipped = this.#source.maker(module.key, site);
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
    const { prefix, url } = this.tableOf(module.key);
    const head = `((${prefix}E,${prefix}T,${prefix}P,${prefix}U)=>`;
    const before = sourceSlice(this.#source.text(module.key), 0, chunks[1]) ?? "";
    const column = before.length - 1 - lastIndexOfText(before, "\n") - head.length - (chunks[0] ?? 0);
    const make = evaluateAt(`${head}${text})`, { url, line: splitText(before, "\n").length - 1, column });
    return (make as (...parts: unknown[]) => unknown)(this.#envOf(module), checked, pick, above);
  }

  #envOf(module: LiveModule): Env {
    if (module.env !== undefined) return module.env;
    const { bindings, prefix } = this.tableOf(module.key);
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
    env[`${prefix}A`] = module.meta;
    env[`${prefix}V`] = module.register.keep;
    const check = (x: unknown, asked: number, text?: string) => {
      module.register.check(x, asked, text, check);
      return x;
    };
    env[`${prefix}W`] = check;
    return module.env = env;
  }

  #live(key: ModuleKey): LiveModule {
    const module = this.#modules.get(key);
    if (module === undefined) throw new RangeError(`Cannot find module ${key}: it isn't loaded here`);
    return module;
  }
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

/** The name that a value stands for between brackets; undefined if code of the app's would have to run to tell. */
function propertyKey(value: unknown): PropertyKey | undefined {
  if (typeof value === "string" || typeof value === "symbol") return value;
  return typeof value === "object" && value !== null || typeof value === "function" ? undefined : `${value}`;
}

function sourceSlice(text: string | undefined, from: number, to: number | undefined): string | undefined {
  return text === undefined ? undefined : sliceText(text, from, to);
}

function envOf(scope: ScopeHandle): Env {
  return (scope as NativeScope | MadeScope).env();
}

function prototypeOf(cls: Function): object {
  return getOwnPropertyDescriptor(cls, "prototype")!.value;
}

function refused(why: CodeRefusal): FunctionDescription {
  return { type: "refused", ...why };
}

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
