/**
 * What a process knows of its rewritten code: which module made which function, from which scopes, and how to make more.
 * One registry an isolate; the heap sees it as `CodeAccess`.
 *
 * Invariants:
 * 1. No user code runs: functions are only called with their module's check switched on, which returns first.
 * 2. Functions without a marker are never called.
 * 3. A description, once given, stays: the scopes a closure captured never change, only their variables do.
 */
import { types } from "node:util";
import {
  type BindingRef,
  type CodeAccess,
  type FunctionDescription,
  type ModuleKey,
  type ScopeHandle,
  UNINITIALISED,
} from "../heap/access.ts";
import { append, find, findIndex, forEach, includes, map } from "../heap/lists.ts";
import { type BindingCell, iteratorKeeper } from "../heap/mod.ts";
import { execRegExp, hasText } from "../heap/texts.ts";
import { OF_CLASS } from "../rewrite/constants.ts";
import type { ModuleTable, SiteEntry } from "../rewrite/mod.ts";
import { askArguments } from "./ask_arguments.ts";
import { ClosureMakers } from "./closure_makers.ts";
import { CODE_REFUSALS, type CodeRefusal } from "./code_refusals.ts";
import type { GlobalBindings } from "./global_bindings.ts";
import {
  apply,
  asyncGeneratorNext,
  defineProperty,
  functionText,
  generatorNext,
  promiseThen,
  SafeMap,
  SafeSet,
  SafeWeakMap,
  SafeWeakSet,
} from "./intrinsics.ts";
import { receiverChecker } from "./kept_receiver.ts";
import { LiveClasses } from "./live_classes.ts";
import {
  type CodeSource,
  type Control,
  type Door,
  type LiveModule,
  LiveModules,
  MARKER,
  type RegisterClass,
} from "./live_modules.ts";
import { leaveAlone, type Make } from "./making.ts";
import { ModuleBindings } from "./module_bindings.ts";
import { type Accessor, type Env, MadeScope, NativeScope, readThrough } from "./scope_handles.ts";

const { assign } = Object;

export class CodeRegistry implements CodeAccess {
  readonly #modules: LiveModules;
  readonly #classes: LiveClasses;
  readonly #bindings: ModuleBindings;
  readonly #makers: ClosureMakers;
  /** Functions that stand for what can't name itself. */
  readonly #stands = new SafeWeakSet<Function>();
  readonly #descriptions = new SafeWeakMap<Function, FunctionDescription>();
  readonly #scopesByIdentity = new SafeWeakMap<object, NativeScope | MadeScope>();
  readonly #bound: WeakMap<Function, FunctionDescription>;
  readonly #keep = iteratorKeeper(types.isProxy);
  readonly #receiver = receiverChecker(types.isProxy);

  constructor(source: CodeSource, globals: GlobalBindings, bound: WeakMap<Function, FunctionDescription>) {
    this.#modules = new LiveModules(source);
    this.#classes = new LiveClasses(this.#modules);
    this.#bindings = new ModuleBindings(this.#modules, globals);
    this.#makers = new ClosureMakers(this.#modules, this.#classes);
    this.#bound = bound;
  }

  /** What rewritten code calls in the stead of `Function`. */
  make: Make = leaveAlone;

  /** Called by every rewritten module when its evaluation starts; returns what its classes register with. */
  register(
    key: ModuleKey,
    accessor: Accessor,
    control: Control,
    door?: Door,
    meta?: ImportMeta,
  ): LiveModule["register"] {
    const classes = this.#classes;
    const made: Make = (constructor, args, isApplied) => this.make(constructor, args, isApplied);
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
        // Called by `new`: no arrow.
        function (...given: Parameters<RegisterClass>) {
          classes.register(module, given);
        },
        { keep: this.#keep, check: this.#receiver, made },
      ),
    };
    this.#modules.add(module);
    return module.register;
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
    const table = this.#modules.tableOf(key);
    const entry = table.sites[site]!;
    const declared = findIndex(table.bindings, (binding) => binding.site === site);
    const named = declared < 0 ? undefined : readThrough(this.#modules.live(key).accessor, declared);
    if (typeof named === "function" && this.#modules.siteOf(named)?.site === site) return named;
    const home = accessor === undefined ? null : this.#homeOf(this.#modules.live(key), entry, accessor);
    if (home === undefined) return undefined;
    const stand = entry.kind === "function" && entry.isAsync !== true ? function () {} : () => {};
    defineProperty(stand, "name", { value: entry.name });
    defineProperty(stand, "length", { value: entry.length });
    const scopes = accessor === undefined ? [] : this.#scopesOf(key, entry, accessor);
    if (scopes === undefined) return undefined;
    this.#descriptions.set(stand, { type: "closure", module: key, site, scopes, home });
    this.#stands.add(stand);
    return stand;
  }

  /** What to call for a function that may only stand for one. */
  callable(fn: Function): Function {
    const described = this.#stands.has(fn) ? this.describe(fn) : undefined;
    if (described?.type !== "closure") return fn;
    const { module, site, scopes, home } = described;
    return this.createClosure(module, site, scopes, home);
  }

  /** Whether a variable of a module, or of a scope in it, keeps the value that it has. */
  isConstant(node: BindingCell | ScopeHandle): boolean {
    if (!("ref" in node)) return !this.tableOf(node.module).scopes[node.scope]!.identity;
    const { module, index } = node.ref;
    const kind = this.#modules.get(module) && this.tableOf(module).bindings[index]?.kind;
    const isFixed = kind === "const" || kind === "function" || kind === "class";
    return isFixed && this.readBinding(node.ref) !== UNINITIALISED;
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
    const entry = module === undefined ? undefined : this.#modules.tableOf(key).sites[Number(index)];
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
    if (module.env !== undefined) module.env[`${this.#modules.tableOf(module.key).prefix}K`] = answer;
  }

  /** At a guest: from now on `entered` is called by whatever of the program's functions is entered from outside of its code. */
  watchEntries(entered: (() => void) | undefined): void {
    this.#modules.forEach((module) => this.#check(module, entered));
  }

  /** Undefined while the parameters of a function are evaluated whose scope a closure born there is of. */
  #scopesOf(key: ModuleKey, entry: SiteEntry, accessor: Accessor): ScopeHandle[] | undefined {
    const table = this.#modules.tableOf(key);
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
      const { id } = this.#modules.tableOf(module.key).sites[site]!;
      return refused(CODE_REFUSALS.earlyClass(id));
    }
    const { ask } = record;
    const entry = this.#modules.tableOf(module.key).sites[site]!;
    record.scopes ??= ask === undefined ? [] : this.#scopesOf(module.key, entry, ask);
    if (record.scopes === undefined) return refused(CODE_REFUSALS.classParameters(entry.id));
    const keys = this.#classes.keysOf(record, entry.keyed ?? []);
    if (includes(keys, undefined)) {
      return refused(CODE_REFUSALS.movedMember(entry.id));
    }
    const home = ask === undefined ? null : this.#homeOf(module, entry, ask);
    if (home === undefined) return refused(CODE_REFUSALS.unknownClass(entry.id));
    const { scopes } = record;
    return { type: "class", module: module.key, site, scopes, keys: keys as PropertyKey[], home };
  }

  #describeMember(module: LiveModule, site: number, entry: SiteEntry, fn: Function): FunctionDescription {
    const owner = this.#classes.ownerOf(fn, { module, site, owner: entry.owner! });
    if (owner === undefined) return refused(CODE_REFUSALS.takenMethod(entry.id));
    return { type: "member", owner, site };
  }

  // What its parts know

  module(key: ModuleKey): LiveModule | undefined {
    return this.#modules.get(key);
  }

  /** The module's table. @throws {RangeError} for a module this isolate doesn't have. */
  tableOf(key: ModuleKey): ModuleTable {
    return this.#modules.tableOf(key);
  }

  /** Which site made a function: its module and index; undefined for one that isn't rewritten code. */
  siteOf(fn: Function): { readonly module: ModuleKey; readonly site: number } | undefined {
    return this.#modules.siteOf(fn);
  }

  /** The site's text as the person's engine would show it; undefined if this process doesn't have the source. */
  sourceText(key: ModuleKey, site: number): string | undefined {
    return this.#modules.sourceText(key, site);
  }

  memberOf(owner: Function, site: number): Function | undefined {
    return this.#classes.memberOf(owner, site);
  }

  /** The member of that site that an object has by its class, though something else may stand in its place by now. */
  memberAlong(chain: ReadonlySet<object>, key: ModuleKey, site: number): Function | undefined {
    return this.#classes.memberAlong(chain, key, site);
  }

  privateOwner(prototype: object): Function | undefined {
    return this.#classes.privateOwner(prototype);
  }

  privateClasses(): readonly Function[] {
    return this.#classes.privateClasses();
  }

  readPrivates(owner: Function, value: object): readonly unknown[] | undefined {
    return this.#classes.readPrivates(owner, value);
  }

  writePrivate(owner: Function, value: object, index: number, content: unknown): void {
    this.#classes.writePrivate(owner, value, index, content);
  }

  createWithPrivates(owners: readonly Function[], make: () => object): object {
    return this.#classes.createWithPrivates(owners, make);
  }

  freeBindings(key: ModuleKey, site: number): readonly BindingRef[] {
    return this.#bindings.freeBindings(key, site);
  }

  /** Index of an export of a module that isn't rewritten; `accessor(n)` reads it. */
  valueIndex(key: ModuleKey, name: string, accessor: Accessor, n: number): number {
    return this.#bindings.valueIndex(key, name, accessor, n);
  }

  /** Names of a pseudo module's exports, by index. */
  valueNames(key: ModuleKey): readonly string[] {
    return this.#bindings.valueNames(key);
  }

  namespaceRef(value: object): BindingRef | undefined {
    return this.#bindings.namespaceRef(value);
  }

  namespaceBindings(ref: BindingRef): readonly BindingRef[] {
    return this.#bindings.namespaceBindings(ref);
  }

  namespaceOf(ref: BindingRef): object | undefined {
    return this.#bindings.namespaceOf(ref);
  }

  readBinding(ref: BindingRef): unknown {
    return this.#bindings.readBinding(ref);
  }

  writeBinding(ref: BindingRef, value: unknown): void {
    this.#bindings.writeBinding(ref, value);
  }

  bindingName(ref: BindingRef): string {
    return this.#bindings.bindingName(ref);
  }

  moduleName(key: ModuleKey): string {
    return this.#bindings.moduleName(key);
  }

  variableName(key: ModuleKey, scope: number, i: number): string {
    return this.#modules.tableOf(key).scopes[scope]?.variables[i] ?? "?";
  }

  defaults(key: ModuleKey, site: number): { readonly name: string; readonly length: number } {
    return this.#modules.tableOf(key).sites[site]!;
  }

  // Making

  madeBound(fn: Function, target: Function, thisValue: unknown, args: readonly unknown[]): void {
    this.#bound.set(fn, { type: "bound", target, thisValue, args });
  }

  createScope(key: ModuleKey, scope: number): ScopeHandle {
    const table = this.#modules.tableOf(key);
    const entry = table.scopes[scope];
    if (entry === undefined) throw new RangeError(`Cannot make scope ${scope} of ${table.url}: it has none`);
    const handle = new MadeScope(key, scope, entry, table.prefix);
    this.#scopesByIdentity.set(handle.identity, handle);
    return handle;
  }

  createClosure(key: ModuleKey, site: number, scopes: readonly ScopeHandle[], home: object | null): Function {
    const module = this.#modules.live(key);
    const declared = this.#makers.declared(module, site);
    if (declared !== undefined) return declared;
    const fn = apply(this.#makers.makerOf(module, site, home), undefined, map(scopes, envOf)) as Function;
    this.#descriptions.set(fn, { type: "closure", module: key, site, scopes, home });
    return fn;
  }

  createClass(
    key: ModuleKey,
    site: number,
    scopes: readonly ScopeHandle[],
    { keys, derived, home }: Parameters<CodeAccess["createClass"]>[3],
  ): Function {
    const module = this.#modules.live(key);
    const heritage = derived ? function () {} : undefined;
    if (keys.length !== (this.#modules.tableOf(key).sites[site]?.keyed?.length ?? 0)) {
      throw new TypeError(`Cannot make class ${site} of ${key}: it has other computed names`);
    }
    const cls = apply(
      this.#makers.makerOf(module, site, home),
      undefined,
      append<unknown>(map(scopes, envOf), [heritage, keys]),
    ) as Function;
    const record = this.#classes.get(cls);
    if (record === undefined) {
      throw new TypeError(
        `Cannot make class ${this.#modules.tableOf(key).sites[site]!.id}: it did not register`,
      );
    }
    record.scopes = scopes;
    forEach(this.#modules.tableOf(key).sites[site]!.keyed ?? [], (member, i) => {
      if (member === -1) record.fieldKeys = { v: keys[i], n: record.fieldKeys };
    });
    return cls;
  }
}

function envOf(scope: ScopeHandle): Env {
  return (scope as NativeScope | MadeScope).env();
}

function refused(why: CodeRefusal): FunctionDescription {
  return { type: "refused", ...why };
}
