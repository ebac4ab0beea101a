/** Writes a heap down as text, so that two can be compared: everything observable, identity by number. */
import { UNINITIALISED } from "./access.ts";
import type { FakeScope, FakeSide } from "./fake_side_test.ts";
import { LATER, TALLY } from "./program_test.ts";

/** Every object that the roots reach, in the order of {@linkcode graphOf}. */
export function objectsOf(roots: readonly unknown[], side: FakeSide): object[] {
  return new Graph(side).walk(roots).objects;
}

/** The heap as lines. Objects in `known` are numbered first, in their order, so that identity can be compared too. */
export function graphOf(roots: readonly unknown[], side: FakeSide, known: readonly object[] = []): string[] {
  const graph = new Graph(side);
  for (const object of known) graph.number(object);
  return graph.walk(roots).lines;
}

class Graph {
  readonly objects: (object | symbol)[] & object[] = [] as any;
  readonly lines: string[] = [];
  readonly #numbers = new Map<object | symbol, number>();
  readonly #side: FakeSide;

  constructor(side: FakeSide) {
    this.#side = side;
  }

  number(object: object | symbol): number {
    let number = this.#numbers.get(object);
    if (number === undefined) {
      this.#numbers.set(object, number = this.objects.length);
      this.objects.push(object as object);
    }
    return number;
  }

  walk(roots: readonly unknown[]): this {
    this.lines.push(`roots ${roots.map((root) => this.#value(root)).join()}`);
    for (const ref of [TALLY, LATER]) this.lines.push(`binding ${this.#value(this.#side.readBinding(ref))}`);
    // Weak collections show more once more is known: the last round counts.
    const first = this.lines.length;
    for (let size = -1; size !== this.objects.length;) {
      size = this.objects.length;
      this.lines.length = first;
      for (let i = 0; i < this.objects.length; i++) this.lines.push(`${i} ${this.#object(this.objects[i]!)}`);
    }
    return this;
  }

  #value(value: unknown): string {
    if (value === UNINITIALISED) return "uninitialised";
    if (typeof value === "symbol") {
      if (Symbol.keyFor(value) !== undefined || this.#side.values.nameOfBuiltin(value)) return String(value);
      return `#${this.number(value)}`;
    }
    if (typeof value === "string") return JSON.stringify(value);
    if (typeof value === "bigint") return `${value}n`;
    if (Object.is(value, -0)) return "-0";
    if (typeof value !== "object" && typeof value !== "function" || value === null) return String(value);
    return this.#side.values.nameOfBuiltin(value) ?? `#${this.number(value)}`;
  }

  #object(object: object | symbol): string {
    if (typeof object === "symbol") return String(object);
    const { values } = this.#side;
    if ("variables" in object && "scope" in object) {
      const scope = object as unknown as FakeScope;
      return `scope ${scope.scope} ${scope.variables.map((v) => this.#value(v)).join()}`;
    }
    const brand = values.brandOf(object);
    if (brand === "proxy") {
      return `proxy ${values.proxyParts!(object)!.map((part) => this.#value(part))}`;
    }
    return `${brand} ${this.#slots(object, brand)} ${this.#properties(object)}`;
  }

  #slots(object: any, brand: string): string {
    const { values } = this.#side;
    switch (brand) {
      case "map":
        return [...Map.prototype.entries.call(object)].map(([k, v]) => `${this.#value(k)}=>${this.#value(v)}`)
          .join();
      case "set":
        return [...Set.prototype.values.call(object)].map((v) => this.#value(v)).join();
      case "date":
        return String(Date.prototype.getTime.call(object));
      case "regexp":
        return `${object.source}/${object.flags}`;
      case "boxed":
        return this.#value(object.valueOf());
      case "arraybuffer":
        return `${object.detached} ${object.resizable} ${object.maxByteLength} ${
          object.detached ? "" : new Uint8Array(object).join()
        }`;
      case "typedarray":
        return `${object[Symbol.toStringTag]} ${
          this.#value(object.buffer)
        } ${object.byteOffset} ${object.length}`;
      case "dataview":
        return `${this.#value(object.buffer)} ${object.byteOffset} ${object.byteLength}`;
      case "weakmap":
      case "weakset":
        return `holds ${this.#held(object)}`;
      case "weakref":
        return this.#value(object.deref());
      case "promise": {
        const { state, value } = this.#side.values.promiseOutcome!(object)!;
        return `${state} ${this.#value(value)}`;
      }
      case "host":
        return JSON.stringify(this.#side.values.hostParts!(object)?.state) +
          this.#side.values.hostParts!(object)?.fixed.map((part) => this.#value(part));
      case "mapiterator":
      case "setiterator":
        return JSON.stringify(values.iteratorView!(object));
      case "function":
        return this.#function(object);
      default:
        return "";
    }
  }

  /** Entries of a weak collection whose keys are in the graph, as far as they are known by now. */
  #held(collection: WeakMap<WeakKey, unknown> | WeakSet<WeakKey>): string {
    const held: string[] = [];
    for (let i = 0; i < this.objects.length; i++) {
      const key = this.objects[i]!;
      if (!collection.has(key)) continue;
      held.push(`#${i}${collection instanceof WeakMap ? `=>${this.#value(collection.get(key))}` : ""}`);
    }
    return held.join();
  }

  #function(fn: Function): string {
    const description = this.#side.describe(fn);
    switch (description.type) {
      case "closure":
        return `closure ${description.site} ${description.scopes.map((s) => `#${this.number(s)}`)} ${
          this.#value(description.home)
        }`;
      case "class":
        return `class ${description.site} ${description.keys.map((key) => this.#value(key))}`;
      case "member":
        return `member ${description.site} ${this.#value(description.owner)}`;
      case "bound":
        return `bound ${this.#value(description.target)} ${this.#value(description.thisValue)} ${
          description.args.map((arg) => this.#value(arg))
        }`;
      case "refused":
        return "refused";
    }
  }

  #properties(object: object): string {
    const parts = [
      `proto ${this.#value(Reflect.getPrototypeOf(object))}`,
      Reflect.isExtensible(object) ? "" : "fixed",
    ];
    const typed = ArrayBuffer.isView(object) && !(object instanceof DataView);
    const hosts = this.#side.values.hostParts!(object)?.ownKeys;
    for (const key of Reflect.ownKeys(object)) {
      if (hosts?.includes(key)) continue;
      if (typed && typeof key === "string" && /^\d+$/.test(key)) continue;
      const d = Reflect.getOwnPropertyDescriptor(object, key)!;
      const flags = `${d.enumerable ? "e" : ""}${d.configurable ? "c" : ""}${d.writable ? "w" : ""}`;
      const isStack = key === "stack" && d.get !== undefined;
      const value = isStack
        ? JSON.stringify((object as Error).stack)
        : "value" in d
        ? this.#value(d.value)
        : `get ${this.#value(d.get)} set ${this.#value(d.set)}`;
      parts.push(`${this.#value(key)}:${flags}:${value}`);
    }
    for (let p = Reflect.getPrototypeOf(object); p !== null; p = Reflect.getPrototypeOf(p)) {
      if (this.#side.values.brandOf(p) === "proxy") break;
      const owner = this.#side.privateOwner(p);
      const fields = owner && this.#side.readPrivates(owner, object);
      if (fields) parts.push(`private ${fields.map((field) => this.#value(field))}`);
    }
    return parts.join(" ");
  }
}
