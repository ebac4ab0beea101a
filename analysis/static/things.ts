import type { ValueGraph } from "./values.ts";

/** What a value may be, told apart by where it is made. */
export interface Thing {
  readonly id: number;
  /** `list`: an array, a Map, a Set: what is in it is not told apart by key. */
  readonly kind: "function" | "object" | "list" | "generator" | "host" | "resolver";
  /** The method that a function runs, or a generator goes on with. */
  readonly method?: number;
  /** Of something of the host: `Deno.readFile`. */
  readonly path?: string;
  /** What a promise's `resolve` settles. */
  readonly settles?: number;
  /** Walks a function's text once more, for another activation. */
  body?: Body;
  readonly shape: Shape;
}

/** How a function is walked for a call of its own. */
export interface Body {
  readonly wants: Wants;
  readonly chars: number;
  /** `texts`: what parameters always are there, by position. */
  walk(activation: number, texts: ReadonlyMap<number, string>): void;
}

/** For what in its arguments a function is worth walking for each call. */
export interface Wants {
  /** Parameters that it calls, hands on, or returns. */
  readonly values: ReadonlySet<number>;
  /** Parameters that name properties. */
  readonly keys: ReadonlySet<number>;
}

/** An object's properties, made as they are asked for. */
export interface Shape {
  /** Vertices by name; `get x` and `set x` are accessors. */
  readonly own: Map<string, number>;
  /** Names that the object certainly has itself: nothing of that name is inherited. */
  readonly certain: Set<string>;
  /** What stands under computed names; in a list, its elements. */
  computed: number | undefined;
  /** All of its properties together, if anybody asked. */
  all: number | undefined;
  /** What its prototype may be. */
  proto: number | undefined;
  /** Own and inherited, by name: what reading it gives. */
  readonly read: Map<string, number>;
  /** Names that are read to be called. */
  readonly called: Set<string>;
  /** What stands under computed names here or in a prototype, if anybody asked. */
  anyComputed: number | undefined;
}

/** Makes things and follows values through their properties. */
export class Things {
  readonly #graph: ValueGraph;
  readonly #hosts = new Map<string, Thing>();
  readonly #instances = new Map<Thing, Thing>();
  /** Told when a method is found to be called as a member of an object. */
  readonly #onReceiver: (method: number, receiver: Thing) => void;

  constructor(graph: ValueGraph, onReceiver: (method: number, receiver: Thing) => void) {
    this.#graph = graph;
    this.#onReceiver = onReceiver;
  }

  make(kind: Thing["kind"], what: Partial<Pick<Thing, "method" | "path" | "settles">> = {}): Thing {
    const shape: Shape = {
      own: new Map(),
      certain: new Set(),
      computed: undefined,
      all: undefined,
      proto: undefined,
      read: new Map(),
      called: new Set(),
      anyComputed: undefined,
    };
    const thing: Thing = { kind, shape, id: this.#graph.next, ...what };
    this.#graph.number(thing);
    return thing;
  }

  /** Something of the host. */
  host(path: string): Thing {
    let thing = this.#hosts.get(path);
    if (thing === undefined) this.#hosts.set(path, thing = this.make("host", { path }));
    return thing;
  }

  /** What `new` of a function makes. */
  instance(of: Thing): Thing {
    let instance = this.#instances.get(of);
    if (instance === undefined) {
      this.#instances.set(of, instance = this.make("object"));
      this.prototypeOf(of);
      instance.shape.proto = this.own(of, "prototype");
    }
    return instance;
  }

  /** The object that a function has as its `prototype`. */
  prototypeOf(of: Thing): Thing {
    const known = this.#prototypes.get(of);
    if (known !== undefined) return known;
    const made = this.make("object");
    this.#prototypes.set(of, made);
    this.#graph.hold(this.own(of, "prototype"), made);
    this.#graph.hold(this.own(made, "constructor"), of);
    return made;
  }
  readonly #prototypes = new Map<Thing, Thing>();

  /** The vertex of a thing's own property. */
  own({ shape }: Thing, name: string): number {
    const known = shape.own.get(name);
    if (known !== undefined) return known;
    const vertex = this.#graph.vertex();
    shape.own.set(name, vertex);
    if (shape.all !== undefined && !isAccessor(name)) this.#graph.flow(vertex, shape.all);
    return vertex;
  }

  /** What stands under computed names. */
  computed({ shape }: Thing): number {
    if (shape.computed === undefined) {
      shape.computed = this.#graph.vertex();
      if (shape.all !== undefined) this.#graph.flow(shape.computed, shape.all);
    }
    return shape.computed;
  }

  /** Everything that a thing and its prototypes have. */
  all(thing: Thing): number {
    const { shape } = thing;
    if (shape.all !== undefined) return shape.all;
    const all = shape.all = this.#graph.vertex();
    this.#graph.flow(this.computed(thing), all);
    for (const [name, vertex] of shape.own) if (!isAccessor(name)) this.#graph.flow(vertex, all);
    this.#graph.watch(this.#proto(shape), (proto) => proto && this.#graph.flow(this.all(proto), all));
    return all;
  }

  /** What reading a property gives, own or inherited; `get x` for the accessor. */
  read(thing: Thing, name: string): number {
    const { shape } = thing;
    const known = shape.read.get(name);
    if (known !== undefined) return known;
    const vertex = this.#graph.wide();
    shape.read.set(name, vertex);
    this.#graph.flow(this.own(thing, name), vertex);
    if (!isAccessor(name)) {
      this.#graph.flow(this.#graph.named(`stray ${name}`), vertex);
    }
    if (!shape.certain.has(name)) {
      this.#graph.watch(this.#proto(shape), (proto) => {
        if (proto === undefined) this.#graph.flow(this.#graph.named(byName(name)), vertex);
        else if (proto !== thing) this.#graph.flow(this.read(proto, name), vertex);
      });
    }
    return vertex;
  }

  /** Reads a property to call it: the methods found see the thing as `this`. */
  readToCall(thing: Thing, name: string): number {
    const vertex = this.read(thing, name);
    if (!thing.shape.called.has(name)) {
      thing.shape.called.add(name);
      this.#graph.watch(vertex, (found) => {
        if (found?.method !== undefined) this.#onReceiver(found.method, thing);
      });
    }
    return vertex;
  }

  /** What stands under computed names, in a thing or its prototypes. */
  anyComputed(thing: Thing): number {
    const { shape } = thing;
    if (shape.anyComputed !== undefined) return shape.anyComputed;
    const vertex = shape.anyComputed = this.#graph.vertex();
    this.#graph.flow(this.computed(thing), vertex);
    this.#graph.watch(this.#proto(shape), (proto) => {
      if (proto !== undefined && proto !== thing) this.#graph.flow(this.anyComputed(proto), vertex);
    });
    return vertex;
  }

  /** Gives a thing a prototype, or one more that it may have. */
  inherit({ shape }: Thing, from: number | undefined): void {
    this.#graph.flow(from, this.#proto(shape));
  }

  /** What a thing's prototype may be. */
  protoOf({ shape }: Thing): number {
    return this.#proto(shape);
  }

  #proto(shape: Shape): number {
    return shape.proto ??= this.#graph.few();
  }

  /** Takes over another thing's properties (`Object.assign`, `...`): what it doesn't have itself, it has from there. */
  copy(from: Thing, to: Thing): void {
    if (from !== to) this.#graph.hold(this.#proto(to.shape), from);
  }
}

/** The name of the vertex of all properties of that name. */
function byName(name: string): string {
  return isAccessor(name) ? name : `property ${name}`;
}

function isAccessor(name: string): boolean {
  return name.startsWith("get ") || name.startsWith("set ");
}
