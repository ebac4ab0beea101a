import {
  MAX_FUNCTIONS,
  MAX_FUNCTIONS_COARSE,
  MAX_FUNCTIONS_HUGE,
  MAX_MARKED_CHARS,
  MAX_NAMED,
  MAX_OBJECTS,
  MAX_PRECISE_CHARS,
  MAX_PROTOS,
  MAX_STEPS,
} from "./constants.ts";
import { IdLists } from "./id_lists.ts";
import { isOf } from "./narrowing.ts";
import type { Thing } from "./things.ts";

/** Told of each value that a vertex may hold; `undefined` for "too many to tell". */
export type Watcher = (thing: Thing | undefined) => void;

/** A watcher, and how many values its vertex held when it came: those it was told of at once. */
interface Watching {
  readonly seen: Watcher;
  readonly from: number;
}

/** Numbers of what has been done after which room for them is given back. */
const MAX_DONE = 1 << 20;
/** The value that stands for too many. */
const MANY = 0;
/** Instead of a count of objects: there will never be one (the count stays below zero). */
const FUNCTIONS_ONLY = -1e9;

/** How much a graph tells. */
export interface ValueGraphOptions {
  readonly tellsObjects?: boolean;
  /** Characters of the program. */
  readonly chars?: number;
  readonly maxSteps?: number;
}

/**
 * Where values may flow, insensitive to order: one vertex for every variable, property, parameter and result, and edges along
 * which all that one may hold reaches another. A vertex that would hold too much stops growing and holds "many" instead.
 */
export class ValueGraph {
  readonly #maxObjects: number;
  readonly #maxFunctions: number;
  readonly #things: (Thing | undefined)[] = [undefined];
  readonly #holds = new IdLists();
  readonly #objects: number[] = [];
  readonly #edges = new IdLists();
  readonly #watchers: (Watching[] | undefined)[] = [];
  readonly #named = new Map<string, number>();
  readonly #wide = new Set<number>();
  readonly #narrowed = new Map<number, number>();
  readonly #work: number[] = [];
  readonly #maxSteps: number;
  #steps = 0;

  /** Whether objects are told apart; if not, properties are looked up by their names alone. */
  readonly tellsObjects: boolean;
  /** Where they aren't: whether what comes from computed names is followed as "many", and what bundlers define is known by name. */
  readonly tellsUnknown: boolean;

  constructor({ tellsObjects = true, chars = 0, maxSteps = MAX_STEPS }: ValueGraphOptions = {}) {
    this.tellsObjects = tellsObjects;
    this.tellsUnknown = !tellsObjects && chars <= MAX_MARKED_CHARS;
    this.#maxSteps = maxSteps;
    this.#maxObjects = tellsObjects ? MAX_OBJECTS : 0;
    const coarse = chars <= MAX_PRECISE_CHARS ? MAX_FUNCTIONS_COARSE : MAX_FUNCTIONS_HUGE;
    this.#maxFunctions = tellsObjects ? MAX_FUNCTIONS : coarse;
  }

  /** So large a program that time goes before what could be told besides. */
  get isHuge(): boolean {
    return !this.tellsObjects && !this.tellsUnknown;
  }

  /** A new vertex. */
  vertex = (): number => {
    this.#objects.push(0);
    this.#edges.addList();
    this.#watchers.push(undefined);
    return this.#holds.addList();
  };

  /** A new vertex that holds more functions than others: those that many classes have under one name. */
  wide = (): number => {
    const vertex = this.vertex();
    if (this.tellsObjects) this.#wide.add(vertex);
    return vertex;
  };

  /** A new vertex that holds few things of any kind, or "many". */
  few = (): number => {
    const vertex = this.vertex();
    this.#few.add(vertex);
    return vertex;
  };
  readonly #few = new Set<number>();

  /** The vertex of that name: `property x`. It keeps functions only: an object that all agree on by name says nothing. */
  named(name: string): number {
    const known = this.#named.get(name);
    if (known !== undefined) return known;
    const vertex = this.wide();
    this.#objects[vertex] = FUNCTIONS_ONLY;
    this.#named.set(name, vertex);
    return vertex;
  }

  /** The number that the next thing gets. */
  get next(): number {
    return this.#things.length;
  }

  /** Takes a thing that was made. */
  number(thing: Thing): void {
    this.#things.push(thing);
  }

  /** A vertex that holds just that. */
  holding(thing: Thing): number {
    const vertex = this.vertex();
    this.#add(vertex, thing.id);
    return vertex;
  }

  /** A vertex may hold a value. */
  hold(vertex: number, thing: Thing): void {
    this.#add(vertex, thing.id);
  }

  /** All that `from` may hold, `to` may hold. */
  flow(from: number | undefined, to: number | undefined): void {
    if (from === undefined || to === undefined || from === to) return;
    if (!this.#edges.add(from, to)) return;
    const holds = this.#holds.of(from);
    for (let i = 0, { length } = holds; i < length; i++) this.#add(to, holds[i]!);
  }

  /** The vertex of those of a vertex's values that are of some kinds. */
  narrowed(vertex: number, kinds: number): number {
    const key = vertex * 8 + kinds;
    let narrowed = this.#narrowed.get(key);
    if (narrowed === undefined) {
      const made = narrowed = this.vertex();
      this.#narrowed.set(key, made);
      this.watch(vertex, (thing) => {
        if (isOf(kinds, thing)) this.#add(made, thing?.id ?? MANY);
      });
    }
    return narrowed;
  }

  /** Calls `seen` with each value that the vertex may hold, now and later, once. */
  watch(vertex: number, seen: Watcher): void {
    const holds = this.#holds.of(vertex), { length } = holds;
    (this.#watchers[vertex] ??= []).push({ seen, from: length });
    for (let i = 0; i < length; i++) seen(this.#things[holds[i]!]);
  }

  /** A vertex may hold anything. Where objects are told apart that is said of calls only, or most methods would be marked. */
  unknown(vertex: number): void {
    if (this.tellsUnknown) this.#add(vertex, MANY);
  }

  /** How many values a vertex holds. */
  count(vertex: number): number {
    return this.#holds.of(vertex).length;
  }

  /** Whether nothing is known of what a vertex holds. */
  isEmpty(vertex: number): boolean {
    return this.#holds.of(vertex).length === 0;
  }

  /** Whether a vertex is known to hold a function. */
  holdsFunction(vertex: number): boolean {
    return this.#holds.of(vertex).some((thing) => this.#things[thing]?.method !== undefined);
  }

  /** Whether a vertex is known to hold functions or things of the host, and nothing else. */
  isCode(vertex: number): boolean {
    const holds = this.#holds.of(vertex);
    return holds.length > 0 &&
      holds.every((id) => this.#things[id]?.kind === "function" || this.#things[id]?.kind === "host");
  }

  /** Lets all values flow as far as they can. @throws {BudgetError} if objects are told apart and that takes too many steps. */
  settle(): void {
    // The nearest values first: where not all can be held, those that came a long way are left out.
    for (let next = 0; next < this.#work.length;) {
      if (next === MAX_DONE) {
        this.#work.splice(0, next);
        next = 0;
      }
      const at = this.isHuge ? this.#work.pop()! : this.#work[next + 1]!;
      const vertex = this.isHuge ? this.#work.pop()! : this.#work[next]!;
      if (!this.isHuge) next += 2;
      this.#steps++;
      if (this.#steps > this.#maxSteps && this.tellsObjects) throw new BudgetError();
      const thing = this.#holds.of(vertex)[at]!;
      const edges = this.#edges.of(vertex);
      for (let i = 0; i < edges.length; i++) this.#add(edges[i]!, thing);
      const watchers = this.#watchers[vertex];
      if (watchers === undefined) continue;
      for (let i = 0, { length } = watchers; i < length; i++) {
        // Who came after the value was told of it at once.
        if (watchers[i]!.from <= at) watchers[i]!.seen(this.#things[thing]);
      }
    }
    this.#work.length = 0;
  }

  #add(vertex: number, id: number): void {
    if (this.#objects[vertex]! < 0 && id !== MANY) {
      const { kind } = this.#things[id]!;
      if (kind !== "function" && kind !== "host") {
        if (this.tellsUnknown) this.#add(vertex, MANY);
        return;
      }
    } else if (this.#objects[vertex]! < 0 && !this.tellsUnknown) return;
    if (this.#holds.has(vertex, id)) return;
    const { length } = this.#holds.of(vertex);
    if (length === 0) {
      if (!this.tellsObjects && this.#isObject(id)) return this.#add(vertex, MANY);
      if (id !== MANY && this.#things[id]!.method === undefined) this.#objects[vertex]!++;
    } else if (id !== MANY) {
      if (length >= MAX_PROTOS && this.#few.has(vertex)) return this.#add(vertex, MANY);
      const isFunction = this.#things[id]!.method !== undefined;
      const objects = this.#objects[vertex]!;
      const most = isFunction ? this.#mostFunctions(vertex) : this.#maxObjects;
      if ((isFunction ? length - Math.max(0, objects) : objects) >= most) {
        if (this.tellsObjects) return this.#add(vertex, MANY);
        id = MANY; // Of a name, too: a call by it would be lost without a mark.
        if (this.#holds.has(vertex, id)) return;
      } else if (!isFunction) this.#objects[vertex]!++;
    }
    this.#holds.add(vertex, id);
    this.#work.push(vertex, length);
  }

  #mostFunctions(vertex: number): number {
    return this.#wide.has(vertex) ? MAX_NAMED : this.#maxFunctions;
  }

  #isObject(id: number): boolean {
    const kind = this.#things[id]?.kind;
    return kind === "object" || kind === "list" || kind === "generator";
  }
}

/** Telling objects apart takes too long for this program. */
export class BudgetError extends Error {
  override readonly name = "BudgetError";
}
