/**
 * Names for what the host provides, the same on every peer: `Array.prototype.map`, `get Map.prototype.size`,
 * `node:fs#readFileSync`. Taken before the app runs, so that what it patches later keeps its name.
 */
import { EventEmitter } from "node:events";
import { types } from "node:util";
import { BeforeApp, partsOf } from "./before_app.ts";
import { isProgramCode } from "./program_code.ts";
import { apply, SafeMap, SafeSet, symbolDescription } from "../heap/intrinsics.ts";
import { append, find, forEach, map, push } from "../heap/lists.ts";
import { execRegExp, lastIndexOfText, sliceText, splitText, startsWith, testRegExp } from "../heap/texts.ts";

const { ownKeys, getOwnPropertyDescriptor, getPrototypeOf } = Reflect;
const GLOBAL: object = globalThis;
const DENO: object = Deno;
const SYMBOL = Symbol;

/** Intrinsics that no global names. */
function hiddenIntrinsics(): [string, object][] {
  const generator = (function* () {})();
  const asyncGenerator = (async function* () {})();
  return [
    ["%GeneratorFunction%", Object.getPrototypeOf(function* () {}).constructor],
    ["%GeneratorFunction.prototype%", getPrototypeOf(function* () {})!],
    ["%GeneratorPrototype%", getPrototypeOf(getPrototypeOf(generator)!)!],
    ["%AsyncGeneratorFunction.prototype%", getPrototypeOf(async function* () {})!],
    ["%AsyncGeneratorPrototype%", getPrototypeOf(getPrototypeOf(asyncGenerator)!)!],
    ["%AsyncIteratorPrototype%", getPrototypeOf(getPrototypeOf(getPrototypeOf(asyncGenerator)!)!)!],
    ["%AsyncFunction.prototype%", getPrototypeOf(async () => {})!],
    ["%IteratorPrototype%", getPrototypeOf(getPrototypeOf([][Symbol.iterator]())!)!],
    ["%ArrayIteratorPrototype%", getPrototypeOf([][Symbol.iterator]())!],
    ["%MapIteratorPrototype%", getPrototypeOf(new SafeMap().entries())!],
    ["%SetIteratorPrototype%", getPrototypeOf(new SafeSet().entries())!],
    ["%StringIteratorPrototype%", getPrototypeOf(""[Symbol.iterator]())!],
    ["%RegExpStringIteratorPrototype%", getPrototypeOf("".matchAll(/a/g))!],
    ["%TypedArray%", getPrototypeOf(Uint8Array)!],
    [
      "%ThrowTypeError%",
      getOwnPropertyDescriptor(
        (function () {
          "use strict";
          return arguments;
        })(),
        "callee",
      )!.get!,
    ],
  ];
}

/** Node's EventEmitter. */
const EVENTS = "node:events#";
/** Node's first streams: an emitter that can be piped. Libraries extend it still. */
const STREAM = "node:stream#";
/** Classes of the host whose instances hold nothing but their properties. */
export const PLAIN_CLASSES: ReadonlySet<string> = new SafeSet([EVENTS, STREAM]);

/** Where the host keeps what is the program's: the scripts it loaded, its listeners. */
const OF_PROGRAM = /\.(_cache|_pathCache|_events|mainModule)$/;

export class Builtins {
  readonly #names = new SafeMap<object | symbol, string>();
  readonly #objects = new SafeMap<string, object | symbol>();
  /** What isn't in that map yet: a name as a key costs much more than as a value, and many programs are never asked by name. */
  #unlisted: (readonly [name: string, value: object | symbol, takes?: true])[] = [];
  /** Built-in modules still to be named; done only when a name is first missed. */
  readonly #modules = new SafeMap<string, () => object | undefined>();
  /** Those that are loaded only when something of theirs is asked for by name. */
  readonly #rare = new SafeMap<string, () => object>();
  /** Globals behind getters: loading all of them takes 80 ms, so each is named when something called like it turns up. */
  readonly #lazy = new SafeMap<string, () => unknown>();

  /** What the global object led to before the app ran; undefined once all that is named. */
  #before: BeforeApp | undefined;
  readonly #hidden = hiddenIntrinsics();
  /** What stands for what, in the order in which that came to be; until all is named. */
  readonly #stands: (readonly [original: object, stand: object])[] = [];

  /** Loads something of the host's, whose own code may call what the program has put in a built-in's place. */
  around: (load: () => void) => void = (load) => load();

  /** Notes everything that the global object leads to. No getter is called; names are made when one is first asked for. */
  constructor() {
    const roots: object[] = map(this.#hidden, ({ 1: object }) => object);
    this.#before = new BeforeApp(append([GLOBAL], append(roots, [EventEmitter, DENO])));
    this.#nameSymbols(EVENTS, EventEmitter);
  }

  /** Makes all names, if that is still to be done: a program that never migrates has no use for them. */
  name(): void {
    const before = this.#before;
    if (before === undefined) return;
    // First: a guest's stand may be an async function where the device has a plain one.
    forEach(this.#hidden, ({ 0: name, 1: object }) => {
      this.#set(name, object);
    });
    this.add("globalThis", GLOBAL);
    forEach(this.#hidden, ({ 0: name, 1: object }) => {
      this.add(name, object);
    });
    // Before `process` and all modules whose classes extend it: theirs are names that a guest may not know.
    this.add(EVENTS, EventEmitter);
    forEach([["", GLOBAL], ["Deno.", DENO]] as const, ({ 0: prefix, 1: holder }) => {
      const { keys, descriptors } = before.of(holder)!;
      forEach(keys, (key, i) => {
        const { get } = descriptors[i]!;
        if (typeof key === "string" && get !== undefined) {
          this.#lazy.set(prefix + key, () => apply(get, holder, []));
        }
      });
    });
    this.#before = undefined;
    forEach(this.#stands, ({ 0: original, 1: stand }) => this.replace(original, stand));
  }

  /** Names an object and what its own properties lead to. */
  add(root: string, object: object): void {
    const queue: [string, object][] = [[root, object]];
    for (let i = 0; i < queue.length; i++) {
      const { 0: name, 1: at } = queue[i]!;
      const known = this.#names.get(at);
      if (known !== undefined && (i > 0 || known !== name)) {
        // Another peer may have met it under this name first.
        push(this.#unlisted, [name, at]);
        continue;
      }
      this.#set(name, at);
      const parts = this.#before?.of(at) ?? (testRegExp(OF_PROGRAM, name) ? undefined : partsOf(at));
      if (parts === undefined) continue;
      const { keys, descriptors, prototype } = parts;
      for (let k = 0; k < keys.length; k++) {
        const key = keys[k]!;
        const { value, get, set } = descriptors[k]!;
        const leads = isObject(value) || get !== undefined || set !== undefined;
        if (!leads && !(typeof value === "symbol" && at === SYMBOL)) continue;
        const path = at === GLOBAL
          ? String(key)
          : `${name}.${typeof key === "symbol" ? `[${symbolDescription(key)}]` : key}`;
        if (isObject(value)) queue[queue.length] = [path, value];
        else if (typeof value === "symbol" && at === SYMBOL) this.#set(path, value);
        if (get !== undefined) queue[queue.length] = [`get ${path}`, get];
        if (set !== undefined) queue[queue.length] = [`set ${path}`, set];
      }
      if (prototype !== null && !this.#names.has(prototype)) {
        queue[queue.length] = [`${name}.__proto__`, prototype];
      }
    }
  }

  /** What stands for a built-in from now on has its name. */
  replace(original: object, stand: object): void {
    if (this.#before !== undefined) return void push(this.#stands, [original, stand]);
    const name = this.#names.get(original);
    if (name === undefined) return;
    this.#names.set(stand, name);
    push(this.#unlisted, [name, stand, true]);
  }

  /** Names a built-in module's exports when first needed; `load` may return undefined. */
  addModule(name: string, load: () => object | undefined): void {
    if (!this.#modules.has(name)) this.#modules.set(name, load);
  }

  /** The same, for a module or `process`, but nothing of it is looked for until something of it is asked for by name. */
  addRare(name: string, load: () => object): void {
    this.#rare.set(name, load);
  }

  nameOf(value: object | symbol): string | undefined {
    this.name();
    const known = this.#names.get(value);
    // What comes next would ask a proxy's traps.
    if (known !== undefined || typeof value === "symbol" || types.isProxy(value)) return known;
    if (typeof value === "function" && isProgramCode(value)) return undefined;
    forEach(candidates(value), (candidate) => {
      this.#loadLazy(candidate);
    });
    if (this.#modules.size > 0 && !this.#names.has(value)) this.#loadModules();
    return this.#names.get(value);
  }

  byName(name: string): object | symbol | undefined {
    this.name();
    const known = this.#list().get(name);
    if (known !== undefined) return known;
    const { 0: first, 1: second } = splitText(testRegExp(/^[gs]et /, name) ? sliceText(name, 4) : name, ".");
    this.#loadLazy(first!);
    if (second !== undefined) this.#loadLazy(`${first}.${second}`);
    if (this.#modules.size > 0 && startsWith(name, "node:")) this.#loadModules();
    this.#loadRare(name);
    return this.#list().get(name) ?? this.#walk(name);
  }

  /** Follows a name from the object that its beginning names: peers may have met what lies on the way differently. */
  #walk(name: string): object | undefined {
    const { 1: kind, 2: path } = execRegExp(/^([gs]et )?(.*)$/s, name)!;
    for (let dot = lastIndexOfText(path!, "."); dot > 0; dot = lastIndexOfText(path!, ".", dot - 1)) {
      const start = this.#list().get(sliceText(path!, 0, dot));
      if (start === undefined || typeof start === "symbol") continue;
      const found = follow(start, splitText(sliceText(path!, dot + 1), "."), kind);
      if (found !== undefined) this.#list().set(name, found);
      return found;
    }
    return undefined;
  }

  #loadLazy(name: string): void {
    const get = this.#lazy.get(name);
    if (get === undefined) return;
    this.#lazy.delete(name);
    this.around(() => {
      const value = get();
      if (isObject(value)) this.add(name, value);
    });
  }

  #loadRare(name: string): void {
    const module = execRegExp(/^(?:[gs]et )?(node:[^#]*#|process(?=\.))/, name)?.[1];
    const load = module === undefined ? undefined : this.#rare.get(module);
    if (load === undefined) return;
    this.#rare.delete(module!);
    this.around(() => this.add(module!, load()));
  }

  #loadModules(): void {
    const name = (load: () => object | undefined, called: string) => {
      const module = load();
      if (module === undefined) return;
      // What is global too goes by that name: the other side may not have loaded the module.
      const keys = types.isProxy(module) ? [] : ownKeys(module);
      forEach(keys, (key) => {
        if (typeof key === "string") this.#loadLazy(key);
      });
      this.add(called, module);
    };
    this.around(() => {
      // What others extend has its own name.
      const stream = this.#modules.get(STREAM);
      if (stream !== undefined) name(stream, STREAM);
      this.#modules.forEach((load, called) => called === STREAM || name(load, called));
    });
    this.#modules.clear();
  }

  /** Names the symbols under which instances of a plain class keep things. */
  #nameSymbols(name: string, plain: new () => object): void {
    forEach(ownKeys(new plain()), (key) => {
      if (typeof key === "symbol") this.#set(`${name}@${symbolDescription(key)}`, key);
    });
  }

  /** Whatever had a name first has it, unless something stands for that. */
  #list(): SafeMap<string, object | symbol> {
    forEach(this.#unlisted, ({ 0: name, 1: value, 2: takes }) => {
      if (takes || !this.#objects.has(name)) this.#objects.set(name, value);
    });
    this.#unlisted = [];
    return this.#objects;
  }

  #set(name: string, value: object | symbol): void {
    this.#names.set(value, name);
    push(this.#unlisted, [name, value]);
  }
}

/** What own properties lead to from an object, by their names; the last one's accessor if `kind` says so. */
function follow(start: object, names: readonly string[], kind: string | undefined): object | undefined {
  let at: unknown = start;
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    if (!isObject(at) || types.isProxy(at)) return undefined;
    if (name === "__proto__") {
      at = getPrototypeOf(at);
      continue;
    }
    const key = find(
      ownKeys(at),
      (item) => (typeof item === "symbol" ? `[${symbolDescription(item)}]` : item) === name,
    );
    const descriptor = key === undefined ? undefined : getOwnPropertyDescriptor(at, key);
    const accessor = i === names.length - 1 && kind !== undefined;
    at = accessor ? (kind === "get " ? descriptor?.get : descriptor?.set) : descriptor?.value;
  }
  return isObject(at) ? at : undefined;
}

/** Objects of the host behind getters of the global object, by the names of their classes. */
const BY_CLASS: Readonly<Record<string, string>> = {
  __proto__: null!,
  Crypto: "crypto",
  Navigator: "navigator",
  process: "process",
};

/** Functions of `process` that guests have. */
const OF_PROCESS: ReadonlySet<string | undefined> = new SafeSet<string | undefined>([
  ...["cwd", "getgid", "getuid", "hrtime", "memoryUsage", "nextTick", "uptime"],
]);

/** Names under which a getter of the global object or of Deno may hold this value, or the class it belongs to. */
function candidates(value: object): string[] {
  // Libraries ask `Buffer.isBuffer` and keep `process.nextTick`; no name leads from these to the getter of the global.
  if (typeof value === "function") {
    const holder = OF_PROCESS.has(nameOfFunction(value)) ? "process" : "Buffer";
    return append(namesOfClass(value), [holder]);
  }
  const maker = makerOf(value);
  if (maker !== undefined) return isProgramCode(maker) ? [] : namesOfClass(maker);
  const prototype = getPrototypeOf(value);
  const above = prototype === null || types.isProxy(prototype) ? undefined : makerOf(prototype);
  const name = above === undefined ? undefined : nameOfFunction(above);
  return name !== undefined && name in BY_CLASS ? [BY_CLASS[name]!] : [];
}

function makerOf(value: object): Function | undefined {
  const maker = getOwnPropertyDescriptor(value, "constructor")?.value;
  return typeof maker === "function" ? maker : undefined;
}

function namesOfClass(maker: Function): string[] {
  const name = nameOfFunction(maker);
  return name === undefined ? [] : [name, `Deno.${name}`];
}

function nameOfFunction(fn: Function): string | undefined {
  const name = types.isProxy(fn) ? undefined : getOwnPropertyDescriptor(fn, "name")?.value;
  return typeof name === "string" ? name : undefined;
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
