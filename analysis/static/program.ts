import type { MethodId } from "../../runtime/mod.ts";
import type { HostTable } from "./classify.ts";
import { ValueGraph } from "./values.ts";

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

/** A top-level variable of a module, as methods see it. */
export interface Access {
  readonly reads: Set<string>;
  readonly writes: Set<string>;
}

/** What all modules of a program have in common while they are walked: their methods and where values flow. */
export class Program {
  readonly graph = new ValueGraph();
  readonly methods: Method[] = [];
  /** Vertices of each method's parameters and result. */
  readonly parameters: number[][] = [];
  readonly results: number[] = [];
  readonly hostUses: Map<string, HostUse>[] = [];
  readonly access: Access[] = [];
  /** Methods that call `eval` or `new Function`, or stand in a `with`: what they reach is unknown. */
  readonly opaque = new Set<number>();
  /** `export *`: from which module, into which. */
  readonly reexports: (readonly [from: string, into: string])[] = [];
  /** What host paths mean. */
  readonly table: HostTable;
  readonly #calls = new Map<string, Call>();

  constructor(table: HostTable) {
    this.table = table;
  }

  /** Adds a method; its index. */
  add(method: Method): number {
    const index = this.methods.push(method) - 1;
    this.parameters.push([]);
    this.results.push(this.graph.vertex());
    this.hostUses.push(new Map());
    this.access.push({ reads: new Set(), writes: new Set() });
    return index;
  }

  /** The vertex of a method's parameter. */
  parameter(method: number, position: number): number {
    return this.parameters[method]![position] ??= this.graph.vertex();
  }

  /** Notes a call. */
  call(caller: number, callee: number, certain: boolean): void {
    const key = `${caller} ${callee}`;
    const known = this.#calls.get(key);
    if (known === undefined || (certain && !known.certain)) this.#calls.set(key, { caller, callee, certain });
  }

  /** Notes a use of the host. */
  use(method: number, { path, line, certain }: HostUse): void {
    const uses = this.hostUses[method]!;
    const known = uses.get(path);
    if (known === undefined || (certain && !known.certain)) uses.set(path, { path, line, certain });
  }

  /** DC: who calls whom. */
  get calls(): Call[] {
    return [...this.#calls.values()];
  }
}
