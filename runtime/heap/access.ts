/**
 * What the heap code needs from outside, as two small interfaces. Every touch of a foreign value that plain JavaScript
 * can't make safely goes through {@linkcode ValueAccess}; everything about code (functions, classes, scopes, module
 * bindings) goes through {@linkcode CodeAccess}. Neither ever runs user code.
 */

/** What kind of built-in object something is, by its internal slots; `plain` has none that we know. */
export type Brand =
  | "plain"
  | "array"
  | "function"
  | "map"
  | "set"
  | "date"
  | "regexp"
  | "error"
  | "boxed"
  | "arraybuffer"
  | "sharedarraybuffer"
  | "typedarray"
  | "dataview"
  | "promise"
  | "arguments"
  | "weakmap"
  | "weakset"
  | "weakref"
  | "finalizationregistry"
  | "mapiterator"
  | "setiterator"
  | "arrayiterator"
  | "iterator"
  | "generator"
  | "namespace"
  | "proxy"
  | "host";

/** What a promise came to. */
export interface PromiseOutcome {
  readonly state: "pending" | "fulfilled" | "rejected";
  /** Value or reason; undefined while pending. */
  readonly value: unknown;
}

/** A host object in plain values: enough to make another one that can't be told from it. */
export interface HostParts {
  /** What makes it, e.g. `URL`. */
  readonly type: string;
  /** What never changes: given to {@linkcode ValueAccess.makeHost}. */
  readonly fixed: readonly unknown[];
  /** What may change: given to {@linkcode ValueAccess.fillHost}. */
  readonly state: readonly unknown[];
  /** Own keys that are the host's, not the program's. */
  readonly ownKeys: readonly PropertyKey[];
}

/** What can be seen of a Map or Set iterator without stepping it. */
export interface IteratorView {
  /** How many entries it still meets. */
  readonly left: number;
  /** Whether it gives entries, not keys or values. */
  readonly pairs: boolean;
}

/** What was done to a FinalizationRegistry. */
export interface Registration {
  /** Undefined if what has the token was taken back. */
  readonly target: WeakKey | undefined;
  readonly held: unknown;
  readonly token: WeakKey | undefined;
}

/** Foreign-value access. */
export interface ValueAccess {
  /** The object's brand, whatever its prototype says. */
  brandOf(value: object): Brand;
  /** Whether it is a proxy itself; {@linkcode brandOf} says `proxy` of what inherits from one too. */
  isProxy(value: object): boolean;
  /** A built-in object's, function's or well-known symbol's name (`Array.prototype.map`), the same on every peer. */
  nameOfBuiltin(value: object | symbol): string | undefined;
  /** The built-in of that name, or undefined if this peer has none. */
  builtinByName(name: string): object | symbol | undefined;
  /** For people: what a refused value is, e.g. `Deno.FsFile`, and what could be changed so that it travels. */
  describeRefused(value: object): { readonly what: string; readonly fix: string };
  /**
   * Stands at the clone for an object that can't travel: touching it in any way abandons the migration. `callable` if the
   * original was a function. Only a guest makes these.
   */
  makeAbsent(what: string, path: string, callable: boolean): object;
  /** What a promise came to; absent where the engine can't be asked. */
  promiseOutcome?(value: object): PromiseOutcome | undefined;
  /** Target and handler of a proxy; undefined for a revoked one. Absent where the engine can't be asked. */
  proxyParts?(value: object): readonly [target: object, handler: object] | undefined;
  /** A host object in plain values; undefined if it holds anything else. */
  hostParts?(value: object): HostParts | undefined;
  /** @throws {TypeError} if there is no such type or no such parts are possible */
  makeHost?(type: string, fixed: readonly unknown[]): object;
  /** Makes the state of an object of {@linkcode makeHost}'s what it should be. @throws {TypeError} */
  fillHost?(value: object, state: readonly unknown[]): void;
  /**
   * Clone: objects on which properties were defined, not just assigned, since this was asked last, and frozen or sealed
   * ones; undefined if that can't be told. With it capture compares most objects without descriptors, several times as
   * fast.
   */
  takeRedefined?(): readonly object[] | undefined;
  /** Built-ins that the program has changed since it started: they reach code that never names them. */
  changedBuiltins?(): readonly object[];
  /** Own keys of a built-in that aren't as before the program ran, removed ones included. */
  changedKeys?(builtin: object): readonly PropertyKey[];
  /** Makes a built-in what it was before the program ran; `redefined`: the caller defines properties of it next. */
  resetBuiltin?(builtin: object, redefined: boolean): void;
  /**
   * Whether looking at a Map or Set iterator runs no code of the program: it has no properties, and its prototypes are as
   * they were. Absent where the engine can't be asked.
   */
  isBareIterator?(iterator: object): boolean;
  /**
   * What can be seen of a bare iterator; undefined if that can't be told. One that stands behind the last entry has ended
   * once it was looked at.
   */
  iteratorView?(iterator: object): IteratorView | undefined;
  /**
   * Whether such an iterator's next item is this text. The next item is the text or the `key`: undefined if looking at
   * the key might run code of the program.
   */
  iteratorShows?(iterator: object, text: string, key: unknown): boolean | undefined;
  /** Clone: what was done to a FinalizationRegistry since the thread came, in order. */
  registrations?(registry: object): readonly Registration[];
  /** Clone: the function of a FinalizationRegistry that was made since the thread came. */
  cleanupOf?(registry: object): Function | undefined;
  /**
   * Only where the engine can be asked: whether it gives both objects one hidden class which tells prototype,
   * extensibility, and all own named properties with their attributes and order; false for objects in dictionary mode, a
   * proxy, or if in doubt. `sameLayout(a, a)` asks about one object. With it capture reads most objects without
   * descriptors, several times as fast.
   */
  sameLayout?(a: object, b: object): boolean;
  /**
   * Where the engine can be asked: own keys that aren't array indexes, in order, without making a list of all elements.
   * Without it a typed array of a million elements takes a second.
   */
  namedKeys?(value: object): readonly PropertyKey[];
}

/**
 * Device: what an answer may name that this session never sent. Whatever the app's state took along comes home under its id
 * and isn't asked about.
 */
export interface Unsent {
  /** Whether it may name this built-in object, or this namespace of a module. */
  mayName(builtin: object): boolean;
  /** Whether the clone has code of this module: nothing of others can be made or changed there. */
  hasCodeOf(module: ModuleKey): boolean;
}

/** A module's key: the same for the same URL and source on both sides. */
export type ModuleKey = string;

/** A module-level or global binding. `index` counts the module's binding table; the pseudo module `global` counts names. */
export interface BindingRef {
  readonly module: ModuleKey;
  readonly index: number;
}

/** Reads as: the binding exists, but has not been initialised yet (temporal dead zone). */
export const UNINITIALISED: unique symbol = Symbol("uninitialised");

/**
 * One live scope instance, by identity. Two closures that share mutable variables share it. Scopes stand alone: a closure
 * lists all scopes it captures from, flat, in the order of its site's table.
 */
export interface ScopeHandle {
  readonly module: ModuleKey;
  /** Index in the module's scope table. */
  readonly scope: number;
  /** How many variables the scope table lists for it (pseudo-variables `this`, `arguments` included). */
  readonly size: number;
  /** Reads variable i; {@linkcode UNINITIALISED} before its declaration, undefined where nothing can see it. */
  read(i: number): unknown;
  /** Writes variable i. Pseudo-variables and constants are only written once, at instantiation. */
  write(i: number, value: unknown): void;
}

/** What a function is. */
export type FunctionDescription =
  /** A closure of rewritten code; `scopes` are the scope instances it captures variables from, flat (maybe none). */
  | {
    readonly type: "closure";
    readonly module: ModuleKey;
    readonly site: number;
    readonly scopes: readonly ScopeHandle[];
    /** The object whose prototype `super` means, for object-literal methods that use it. */
    readonly home: object | null;
  }
  /** A class of rewritten code. `keys` are its computed keys' values, in source order; `home` as for closures. */
  | {
    readonly type: "class";
    readonly module: ModuleKey;
    readonly site: number;
    readonly scopes: readonly ScopeHandle[];
    readonly keys: readonly PropertyKey[];
    readonly home: object | null;
  }
  /** A method or accessor of a class: it comes into being with its class. */
  | { readonly type: "member"; readonly owner: Function; readonly site: number }
  /** A bound function. */
  | {
    readonly type: "bound";
    readonly target: Function;
    readonly thisValue: unknown;
    readonly args: readonly unknown[];
  }
  /** Can't travel. */
  | { readonly type: "refused"; readonly what: string; readonly fix: string };

/** One private member slot of an instance: field value, or `brand` for a class with only private methods. */
export interface PrivateSlot {
  /** The class whose body declares the name. */
  readonly owner: Function;
  /** Index in the class's table of private fields. */
  readonly index: number;
}

/** Access to code. Implemented over the rewriter's tables, by a fake in the heap's own tests. */
export interface CodeAccess {
  describe(fn: Function): FunctionDescription;
  /** Module bindings and globals that the function's source (nested functions included) refers to. Stable array per site. */
  freeBindings(module: ModuleKey, site: number): readonly BindingRef[];
  readBinding(ref: BindingRef): unknown;
  writeBinding(ref: BindingRef, value: unknown): void;
  /** A module's import that holds this namespace object; undefined if none is known. */
  namespaceRef?(value: object): BindingRef | undefined;
  /** The bindings that the namespace object of an import shows. */
  namespaceBindings?(ref: BindingRef): readonly BindingRef[];
  /** The namespace object that an import holds. */
  namespaceOf?(ref: BindingRef): object | undefined;
  /** The name of a binding, for people and paths. */
  bindingName(ref: BindingRef): string;
  /** The name of a module, for people; its key if there is none. */
  moduleName?(module: ModuleKey): string;
  /** The name of a scope's variable, for people and paths. */
  variableName(module: ModuleKey, scope: number, i: number): string;

  /** Own `name`, `length` a function of that site has when nobody changed them; capture sends only what differs. */
  defaults(module: ModuleKey, site: number): { readonly name: string; readonly length: number };

  /** Makes a scope instance with all variables uninitialised; {@linkcode ScopeHandle.write} fills it. */
  createScope(module: ModuleKey, scope: number): ScopeHandle;
  /** Makes a closure. `home` as in {@linkcode FunctionDescription}: with it the closure's `super` is live. */
  createClosure(
    module: ModuleKey,
    site: number,
    scopes: readonly ScopeHandle[],
    home: object | null,
  ): Function;
  /** Makes a class; its prototype object and members exist afterwards, its prototypes are set by the caller. */
  createClass(
    module: ModuleKey,
    site: number,
    scopes: readonly ScopeHandle[],
    made: { readonly keys: readonly PropertyKey[]; readonly derived: boolean; readonly home: object | null },
  ): Function;
  /** Told of each bound function that the heap makes, so that {@linkcode describe} knows it without asking the engine. */
  madeBound?(fn: Function, target: Function, thisValue: unknown, args: readonly unknown[]): void;
  /** The member of a class made by that site, or undefined. */
  memberOf(owner: Function, site: number): Function | undefined;

  /** If instances of the class that owns this prototype object carry private names: that class. */
  privateOwner(prototype: object): Function | undefined;
  /**
   * All classes whose instances carry private names: a constructor that returns another object, or a replaced prototype,
   * puts them on objects that don't inherit from the class.
   */
  privateClasses?(): readonly Function[];
  /** Private fields of `owner` that `value` carries; undefined if it carries none of its private names at all. */
  readPrivates(owner: Function, value: object): readonly unknown[] | undefined;
  /**
   * Makes an object that carries the private names of all `owners` (base class first), without running user code:
   * no constructor body, no initialiser. `make` makes the bare object (right built-in slots) if the first owner is a
   * derived class; a base class makes its own ordinary object. The caller then sets prototype and properties (own public
   * fields that the class declares may already be there, as undefined).
   */
  createWithPrivates(owners: readonly Function[], make: () => object): object;
  writePrivate(owner: Function, value: object, index: number, content: unknown): void;
}
