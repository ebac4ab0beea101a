/** One side of a session for tests: closures and classes registered by hand, scopes as explicit objects. */
import process from "node:process";
import { types } from "node:util";
import {
  type BindingRef,
  type Brand,
  type CodeAccess,
  type FunctionDescription,
  type ModuleKey,
  type ScopeHandle,
  UNINITIALISED,
  type ValueAccess,
} from "./access.ts";
import { HostValues } from "../host/host_values.ts";
import { isBareIterator, iteratorShows, iteratorView } from "../host/iterators.ts";
import { engineLayout } from "../host/layouts.ts";

/** Source code, the same on both sides: what a site makes. */
export interface FakeSite {
  readonly name: string;
  readonly length: number;
  readonly free?: readonly BindingRef[];
  closure?(side: FakeSide, scopes: readonly ScopeHandle[], home: object | null): Function;
  /** Members by site. */
  class?(side: FakeSide, scopes: readonly ScopeHandle[], keys: readonly PropertyKey[]): FakeClass;
}

export interface FakeClass {
  readonly made: Function;
  readonly members: Readonly<Record<number, Function>>;
  /** Reads and writes private fields, if the class has any. */
  readonly privates?: {
    read(value: object): unknown[] | undefined;
    write(value: object, index: number, content: unknown): void;
  };
}

export class FakeScope implements ScopeHandle {
  readonly module = "m";
  readonly scope: number;
  readonly variables: unknown[];

  constructor(scope: number, variables: unknown[]) {
    this.scope = scope;
    this.variables = variables;
  }

  get size(): number {
    return this.variables.length;
  }

  read(i: number): unknown {
    return this.variables[i];
  }

  write(i: number, value: unknown): void {
    this.variables[i] = value;
  }
}

/** Marks an object as the host's: refused. */
export class HostThing {}

const builtinNames = new Map<object | symbol, string>();
const builtinsByName = new Map<string, object | symbol>();

function collectBuiltins(value: unknown, name: string): void {
  const isObject = typeof value === "object" && value !== null || typeof value === "function";
  if (!isObject && typeof value !== "symbol" || builtinNames.has(value as object)) return;
  builtinNames.set(value as object, name);
  builtinsByName.set(name, value as object);
  if (!isObject) return;
  for (const key of Reflect.ownKeys(value as object)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(value as object, key)!;
    const path = `${name}.${String(key)}`;
    for (const part of ["value", "get", "set"] as const) {
      if (part in descriptor) collectBuiltins(descriptor[part], part === "value" ? path : `${part} ${path}`);
    }
  }
  collectBuiltins(Reflect.getPrototypeOf(value as object), `${name}.[[Prototype]]`);
}

for (
  const name of [
    "Object Function Array Map Set WeakMap WeakSet Date RegExp Error TypeError RangeError AggregateError Number",
    "String Boolean BigInt Symbol ArrayBuffer DataView Uint8Array Float64Array Int32Array BigInt64Array Promise",
    "Int8Array Uint8ClampedArray Int16Array Uint16Array Uint32Array Float32Array BigUint64Array Float16Array",
    "Math JSON Reflect Proxy parseInt WeakRef FinalizationRegistry URL URLSearchParams Headers Intl Temporal TextEncoder",
  ].join(" ").split(" ")
) collectBuiltins((globalThis as Record<string, unknown>)[name], name);
collectBuiltins(Reflect.getPrototypeOf(function* () {}), "GeneratorFunction.prototype");
collectBuiltins(Reflect.getPrototypeOf(new Map().keys()), "%MapIterator%");
collectBuiltins(Reflect.getPrototypeOf(new Set().keys()), "%SetIterator%");
collectBuiltins(Reflect.getPrototypeOf([].values()), "%ArrayIterator%");
collectBuiltins(Reflect.getPrototypeOf(async () => {}), "AsyncFunction.prototype");
collectBuiltins(Object.getOwnPropertyDescriptor((() => Function("return arguments")())(), "x"), "none");

const BRANDS: readonly (readonly [(value: unknown) => boolean, Brand])[] = [
  [types.isProxy, "proxy"],
  [Array.isArray, "array"],
  [types.isMap, "map"],
  [types.isSet, "set"],
  [types.isDate, "date"],
  [types.isRegExp, "regexp"],
  [types.isNativeError, "error"],
  [types.isBoxedPrimitive, "boxed"],
  [types.isArrayBuffer, "arraybuffer"],
  [types.isSharedArrayBuffer, "sharedarraybuffer"],
  [types.isTypedArray, "typedarray"],
  [types.isDataView, "dataview"],
  [types.isPromise, "promise"],
  [types.isArgumentsObject, "arguments"],
  [types.isWeakMap, "weakmap"],
  [types.isWeakSet, "weakset"],
  [types.isMapIterator, "mapiterator"],
  [types.isSetIterator, "setiterator"],
  [inherits(Reflect.getPrototypeOf([].values())), "arrayiterator"],
  [inherits(Reflect.getPrototypeOf(""[Symbol.iterator]())), "iterator"],
  [inherits(FinalizationRegistry.prototype), "finalizationregistry"],
  [types.isGeneratorObject, "generator"],
  [types.isModuleNamespaceObject, "namespace"],
  [isWeakRef, "weakref"],
];

function inherits(from: object | null): (value: unknown) => boolean {
  return (value) => Reflect.getPrototypeOf(value as object) === from;
}

function isWeakRef(value: unknown): boolean {
  try {
    WeakRef.prototype.deref.call(value as WeakRef<object>);
    return true;
  } catch {
    return false;
  }
}

const hostValues = new HostValues();
const { core } = (Deno as any)[(Deno as any).internal];

/** What stands at the fake clone for what didn't travel. */
export class AbsentThing {
  readonly what: string;
  readonly path: string;

  constructor(what: string, path: string) {
    this.what = what;
    this.path = path;
  }
}

const utilBinding = (process as any).binding("util");

const values: ValueAccess = {
  brandOf(value) {
    for (let at: object | null = value; at !== null; at = Reflect.getPrototypeOf(at)) {
      if (types.isProxy(at)) return "proxy";
    }
    if (typeof value === "function") return "function";
    for (const [is, brand] of BRANDS) if (is(value)) return brand;
    const host = Object.hasOwn(value, "hostThing") || hosts.has(value) ||
      hostValues.parts(value) !== undefined;
    return host ? "host" : "plain";
  },
  isProxy: types.isProxy,
  namedKeys: (value) => utilBinding.getOwnNonIndexProperties(value, utilBinding.ALL_PROPERTIES),
  promiseOutcome(value) {
    const [state, result] = core.getPromiseDetails(value);
    return { state: (["pending", "fulfilled", "rejected"] as const)[state as 0 | 1 | 2], value: result };
  },
  proxyParts(value) {
    const parts = types.isProxy(value) ? core.getProxyDetails(value) : undefined;
    return parts?.[1] == null ? undefined : parts;
  },
  hostParts: (value) => hostValues.parts(value),
  isBareIterator,
  iteratorView,
  iteratorShows,
  makeHost: (type, fixed) => hostValues.make(type, fixed),
  fillHost: (value, state) => hostValues.fill(value, state),
  nameOfBuiltin: (value) => builtinNames.get(value),
  builtinByName: (name) => builtinsByName.get(name),
  describeRefused(value) {
    const brand = values.brandOf(value);
    return { what: `a ${brand} object`, fix: `keep the ${brand} out of what migrates` };
  },
  makeAbsent: (what, path, callable) => callable ? () => what : new AbsentThing(what, path),
};
const hosts = new WeakSet<object>();

/** Makes an object that the fake host says is its own. */
export function hostThing(): object {
  const thing = new HostThing();
  hosts.add(thing);
  return thing;
}

function emulatedLayout(a: object, b: object): boolean {
  const brand = values.brandOf(a);
  if (brand !== values.brandOf(b) || brand !== "plain" && brand !== "array") return false;
  if (Reflect.getPrototypeOf(a) !== Reflect.getPrototypeOf(b)) return false;
  return layoutOf(a) !== "" && layoutOf(a) === layoutOf(b);
}

/** Named properties with attributes; empty for what the engine would keep in a dictionary. */
function layoutOf(object: object): string {
  if (!Reflect.isExtensible(object) || Reflect.getPrototypeOf(object) === null) return "";
  if (Array.isArray(object) && object.length > 100_000) return "";
  const parts = ["layout"];
  for (const key of Reflect.ownKeys(object)) {
    const d = Reflect.getOwnPropertyDescriptor(object, key)!;
    const plain = "value" in d && d.writable && d.enumerable && d.configurable;
    if (!plain && key !== "length") return "";
    if (typeof key === "symbol") return "";
    if (!/^\d+$/.test(key)) parts.push(key);
  }
  return parts.join();
}

export class FakeSide implements CodeAccess {
  readonly program: readonly FakeSite[];
  readonly values: ValueAccess;
  readonly bindings = new Map<number, unknown>();
  readonly #functions = new WeakMap<Function, FunctionDescription>();
  readonly #classes = new Map<Function, FakeClass>();
  /** While set, constructors of fake classes do nothing. */
  stamping = false;

  /** With `layouts` the side can tell layouts: from the engine where that is allowed, else by an honest stand-in. */
  constructor(program: readonly FakeSite[], layouts = false) {
    this.program = program;
    this.values = layouts ? { ...values, sameLayout: engineLayout() ?? emulatedLayout } : values;
  }

  /** Evaluates a closure expression of the program. */
  closure<F extends Function = Function>(
    site: number,
    scopes: readonly ScopeHandle[] = [],
    home: object | null = null,
  ): F {
    return this.createClosure("m", site, scopes, home) as F;
  }

  /** Evaluates a class expression of the program. */
  class<C extends Function = any>(
    site: number,
    scopes: readonly ScopeHandle[] = [],
    keys: readonly PropertyKey[] = [],
  ): C {
    return this.createClass("m", site, scopes, { keys }) as C;
  }

  bind(target: Function, thisValue: unknown, ...args: unknown[]): Function {
    const made = target.bind(thisValue, ...args);
    this.madeBound(made, target, thisValue, args);
    return made;
  }

  madeBound(made: Function, target: Function, thisValue: unknown, args: readonly unknown[]): void {
    this.#functions.set(made, { type: "bound", target, thisValue, args });
  }

  describe(fn: Function): FunctionDescription {
    return this.#functions.get(fn) ??
      { type: "refused", what: "a function that can't be asked", fix: "move it into a module of the app" };
  }

  freeBindings(_module: ModuleKey, site: number): readonly BindingRef[] {
    return this.program[site]?.free ?? [];
  }

  readBinding(ref: BindingRef): unknown {
    return this.bindings.has(ref.index) ? this.bindings.get(ref.index) : UNINITIALISED;
  }

  writeBinding(ref: BindingRef, value: unknown): void {
    this.bindings.set(ref.index, value);
  }

  bindingName(ref: BindingRef): string {
    return `binding${ref.index}`;
  }

  variableName(_module: ModuleKey, scope: number, i: number): string {
    return `v${scope}_${i}`;
  }

  defaults(_module: ModuleKey, site: number) {
    const { name, length } = this.program[site]!;
    return { name, length };
  }

  createScope(_module: ModuleKey, scope: number): ScopeHandle {
    return new FakeScope(scope, Array.from({ length: SCOPE_SIZES[scope]! }, () => UNINITIALISED));
  }

  createClosure(
    module: ModuleKey,
    site: number,
    scopes: readonly ScopeHandle[],
    home: object | null,
  ): Function {
    const made = this.program[site]!.closure!(this, scopes, home);
    this.#functions.set(made, { type: "closure", module, site, scopes, home });
    return made;
  }

  createClass(
    module: ModuleKey,
    site: number,
    scopes: readonly ScopeHandle[],
    { keys }: { readonly keys: readonly PropertyKey[] },
  ): Function {
    const fake = this.program[site]!.class!(this, scopes, keys);
    this.#functions.set(fake.made, { type: "class", module, site, scopes, keys, home: null });
    for (const [member, fn] of Object.entries(fake.members)) {
      this.#functions.set(fn, { type: "member", owner: fake.made, site: Number(member) });
    }
    this.#classes.set(fake.made, fake);
    return fake.made;
  }

  memberOf(owner: Function, site: number): Function | undefined {
    return this.#classes.get(owner)?.members[site];
  }

  privateOwner(prototype: object): Function | undefined {
    for (const [made, fake] of this.#classes) {
      if (fake.privates !== undefined && made.prototype === prototype) return made;
    }
    return undefined;
  }

  readPrivates(owner: Function, value: object): readonly unknown[] | undefined {
    return this.#classes.get(owner)?.privates?.read(value);
  }

  createWithPrivates(owners: readonly Function[]): object {
    this.stamping = true;
    try {
      return Reflect.construct(owners[owners.length - 1]!, []);
    } finally {
      this.stamping = false;
    }
  }

  writePrivate(owner: Function, value: object, index: number, content: unknown): void {
    this.#classes.get(owner)!.privates!.write(value, index, content);
  }
}

/** How many variables each scope of the test program has. */
export const SCOPE_SIZES: readonly number[] = [1, 2];
