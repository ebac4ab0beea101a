import type { MethodId } from "../../runtime/mod.ts";
import type { HostTable } from "./classify.ts";
import { MAX_ROUNDS } from "./constants.ts";
import { type Thing, Things } from "./things.ts";
import { ValueGraph, type ValueGraphOptions } from "./values.ts";

/** A method as the analyzer finds it. */
export interface Method {
  readonly id: MethodId;
  /** URL of its module. */
  readonly url: string;
  /** Offsets of its text in the module, and where it begins: line from 1, column from 0. */
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
  /** The constructor that a class has though its source has none: field initialisers, and the parent's constructor. */
  readonly isImplicit: boolean;
  /** Index of the method around it; -1 for a module's top-level code. */
  readonly outer: number;
  /** Label of the class it belongs to, in its module. */
  readonly owner: string | undefined;
  /** Why the rewriter puts no migration point there. */
  readonly notPoint: string | undefined;
}

/** One method may call another. */
export interface Call {
  readonly caller: number;
  readonly callee: number;
  /** Follows from names bound once, not from a property name that others share. */
  readonly certain: boolean;
}

/** A use of the host by a method's own code. */
export interface HostUse {
  /** `Deno.readFile`, `node:fs.readFileSync`, `Deno.open().read`. */
  readonly path: string;
  readonly line: number;
  /** Named by the source where it is used, or through a name bound once; else a value that may come from elsewhere too. */
  readonly certain: boolean;
}

/** Variables outside of a method that its own code reads and writes: top-level ones of modules, and captured ones. */
export interface Access {
  readonly reads: Set<string>;
  readonly writes: Set<string>;
  readonly capturedReads: Set<string>;
  readonly capturedWrites: Set<string>;
}

/**
 * A method as it is followed once: its parameters, `this`, `arguments`, result, and what it yields. A method that does
 * something with functions it is given has one more activation for each of its calls, so that callers are told apart.
 */
interface Activation {
  /** Index of the method. */
  readonly of: number;
  /** The activation that the method stands in, or -1. */
  readonly outer: number;
  /** Methods whose calls led here, as far as they are told apart. */
  readonly chain: readonly number[];
  readonly function: Thing;
  readonly parameters: number[];
  readonly result: number;
  self: number | undefined;
  given: number | undefined;
  /** What goes there as soon as somebody asks. */
  waiting: number[] | undefined;
  yields: number | undefined;
}

/** What all modules of a program have in common while they are walked: their methods and where values flow. */
export class Program {
  readonly graph: ValueGraph;
  readonly things: Things;
  readonly methods: Method[] = [];
  readonly hostUses: Map<string, HostUse>[] = [];
  readonly access: Access[] = [];
  /** Methods that call `eval` or `new Function`, or stand in a `with`: what they reach is unknown. */
  readonly opaque = new Set<number>();
  /** Characters of methods that were walked for one call more. */
  copiedChars = 0;
  maxCopiedChars = 0;
  /** What host paths mean. */
  readonly table: HostTable;
  /** The global object. */
  readonly world: Thing;
  readonly #values: Activation[] = [];
  readonly #calls: Map<number, boolean>[] = [];
  /** Activations that all known calls have a copy of, unless they are called themselves. */
  readonly #copied = new Set<number>();
  readonly #names = new Map<string, number>();
  readonly #openCalls = new Set<number>();
  readonly #targets: [target: number, caller: number][] = [];
  readonly #entered = new Set<number>();
  readonly #modules = new Map<string, Thing>();
  readonly #selves = new Map<Thing, number>();
  readonly #classes = new Map<Thing, number>();
  readonly #generators = new Map<number, number>();
  /** Who waits for the first accessor of a name; undefined once there is one. */
  readonly #accessors = new Map<string, (() => void)[] | undefined>();
  /** What is looked up by name if nothing is known of it. */
  #later: (() => void)[] | undefined = [];
  #open: { readonly of: number; readonly at: number; readonly byName: () => void }[] = [];

  constructor(table: HostTable, options: ValueGraphOptions = {}) {
    this.table = table;
    this.graph = new ValueGraph(options);
    this.things = new Things(this.graph, (method, receiver) => this.graph.hold(this.self(method), receiver));
    this.world = this.things.make("object");
  }

  /** Adds a method; its index. */
  add(method: Method): number {
    this.hostUses.push(new Map());
    this.access.push({
      reads: new Set(),
      writes: new Set(),
      capturedReads: new Set(),
      capturedWrites: new Set(),
    });
    return this.methods.push(method) - 1;
  }

  /** A new activation of a method that stands in another activation (-1: in none). */
  activate(of: number, outer: number): number {
    return this.#activation(of, outer, outer < 0 ? [] : this.#values[outer]!.chain);
  }

  /** One more activation for a call from another; undefined if that would go too deep, or round in a circle. */
  copy(activation: number, caller: number, maxDepth: number): number | undefined {
    const { of, outer } = this.#values[activation]!;
    const { chain } = this.#values[caller]!;
    if (chain.length >= maxDepth || chain.includes(of) || this.#values[caller]!.of === of) return undefined;
    this.#copied.add(activation);
    return this.#activation(of, outer, [...chain, of]);
  }

  #activation(of: number, outer: number, chain: readonly number[]): number {
    const index = this.#values.length;
    this.#values.push({
      of,
      outer,
      chain,
      function: this.things.make("function", { method: index }),
      parameters: [],
      result: this.graph.vertex(),
      self: undefined,
      given: undefined,
      waiting: undefined,
      yields: undefined,
    });
    this.#calls.push(new Map());
    return index;
  }

  /** The method that an activation is of. */
  methodOf(activation: number): number {
    return this.#values[activation]!.of;
  }

  /** Whether all calls of an activation, or of one around it, have copies of their own. */
  #isIdle(activation: number): boolean {
    for (let at = activation; at >= 0; at = this.#values[at]!.outer) {
      if (this.#copied.has(at) && !this.#entered.has(at)) return true;
    }
    return false;
  }

  functionOf(method: number): Thing {
    return this.#values[method]!.function;
  }

  /** The vertex of a method's parameter. */
  parameter(method: number, position: number): number {
    return this.#values[method]!.parameters[position] ??= this.graph.vertex();
  }

  resultOf(method: number): number {
    return this.#values[method]!.result;
  }

  /** What `this` may be in a method. */
  self(method: number): number {
    return this.#values[method]!.self ??= this.graph.vertex();
  }

  /** How many parameters of a method are followed. */
  parametersOf(method: number): number {
    return this.#values[method]!.parameters.length;
  }

  /** All that a method may be given, in one vertex. */
  given(method: number): number {
    const values = this.#values[method]!;
    if (values.given === undefined) {
      values.given = this.graph.vertex();
      for (const value of values.waiting ?? []) this.graph.flow(value, values.given);
      values.waiting = undefined;
    }
    return values.given;
  }

  /** Gives a method a value. */
  give(method: number, value: number): void {
    const values = this.#values[method]!;
    if (values.given !== undefined) this.graph.flow(value, values.given);
    else (values.waiting ??= []).push(value);
  }

  /** What calling a method gives: what it returns, or a generator. */
  returned(method: number): number {
    if (!this.methods[this.methodOf(method)]!.isGenerator) return this.resultOf(method);
    let vertex = this.#generators.get(method);
    if (vertex === undefined) {
      vertex = this.graph.holding(this.things.make("generator", { method }));
      this.#generators.set(method, vertex);
    }
    return vertex;
  }

  /** What `this` may be in members of a class: instances of it and of classes that extend it. */
  selves(cls: Thing): number {
    return made(this.#selves, cls, () => this.graph.holding(this.things.instance(cls)));
  }

  /** The same for its static members. */
  classes(cls: Thing): number {
    return made(this.#classes, cls, () => this.graph.holding(cls));
  }

  /** Gives a thing an accessor, or what isn't known; the name may be `[]`, for any. */
  accessor(
    kind: "get" | "set",
    name: string,
    { value, of }: { value: number | undefined; of?: Thing },
  ): void {
    const key = `${kind} ${name}`;
    if (of !== undefined) this.graph.flow(value, this.things.own(of, key));
    this.graph.flow(value, this.graph.named(key));
    const waiting = this.#accessors.get(key);
    this.#accessors.set(key, undefined);
    for (const told of waiting ?? []) told();
  }

  /** Does something once there is an accessor of that name: most names have none. */
  whenAccessor(kind: "get" | "set", name: string, act: () => void): void {
    const key = `${kind} ${name}`;
    const waiting = this.#accessors.get(key);
    if (waiting !== undefined) waiting.push(act);
    else if (this.#accessors.has(key)) act();
    else this.#accessors.set(key, [act]);
  }

  /** What a generator yields. */
  yields(method: number): number {
    return this.#values[method]!.yields ??= this.graph.vertex();
  }

  /** A module's namespace: its exports are its properties. */
  namespace(url: string): Thing {
    let found = this.#modules.get(url);
    if (found === undefined) this.#modules.set(url, found = this.things.make("object"));
    return found;
  }

  /** Notes a call. */
  call(caller: number, callee: number, certain: boolean): void {
    this.#entered.add(callee);
    const calls = this.#calls[caller]!;
    if (certain || !calls.has(callee)) calls.set(callee, certain);
  }

  /** Notes that a method calls what can't be told: too many functions may be there. */
  openCall(caller: number): void {
    this.#openCalls.add(caller);
  }

  /** Notes which vertex a top-level name has. */
  name(name: string, vertex: number): void {
    this.#names.set(name, vertex);
  }

  /** Top-level names that hold functions or things of the host and nothing else. */
  get codeNames(): Set<string> {
    return new Set([...this.#names].flatMap(([name, vertex]) => this.graph.isCode(vertex) ? [name] : []));
  }

  /** Notes a call of a vertex: if nothing is found there, it calls what can't be told. */
  callOf(target: number, caller: number): void {
    this.#targets.push([target, caller]);
  }

  /** Methods that call what can't be told. */
  get open(): Set<number> {
    const unknown = this.#targets.flatMap(([target, at]) => this.graph.isEmpty(target) ? [at] : []);
    const all = [...this.#openCalls, ...unknown];
    return new Set(all.filter((at) => !this.#isIdle(at)).map((at) => this.methodOf(at)));
  }

  /** Notes a use of the host. */
  use(method: number, { path, line, certain }: HostUse): void {
    const uses = this.hostUses[this.methodOf(method)]!;
    const known = uses.get(path);
    if (known === undefined || (certain && !known.certain)) uses.set(path, { path, line, certain });
  }

  /** Says what to do if nothing comes to be known of a vertex. */
  otherwise(of: number, { at, byName }: { at: number; byName: () => void }): void {
    this.#open.push({ of, at, byName });
  }

  /** Does something once it is known what objects have; from then on at once. */
  afterFirst(act: () => void): void {
    if (this.#later === undefined) act();
    else this.#later.push(act);
  }

  /** Lets all values flow; what stays unknown is looked up by its name alone, until nothing new is found. */
  settle(): void {
    this.graph.settle();
    const later = this.#later!;
    this.#later = undefined;
    for (const act of later) act();
    this.graph.settle();
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const open = this.#open.filter(({ of, at }) => this.graph.isEmpty(of) && !this.#isIdle(at));
      if (open.length === 0) return;
      const told = new Set(open);
      this.#open = this.#open.filter((one) => !told.has(one));
      for (const { byName } of open) byName();
      this.graph.settle();
    }
  }

  /** DC: who calls whom. */
  get calls(): Call[] {
    const found = this.methods.map(() => new Map<number, boolean>());
    for (const [caller, calls] of this.#calls.entries()) {
      if (this.#isIdle(caller)) continue;
      const own = found[this.methodOf(caller)]!;
      for (const [callee, certain] of calls) {
        const of = this.methodOf(callee);
        if (certain || !own.has(of)) own.set(of, certain);
      }
    }
    return found.flatMap((calls, caller) =>
      [...calls].map(([callee, certain]) => ({ caller, callee, certain }))
    );
  }
}

function made(known: Map<Thing, number>, of: Thing, make: () => number): number {
  let vertex = known.get(of);
  if (vertex === undefined) known.set(of, vertex = make());
  return vertex;
}
