/** What a name is known to hold, so that most of what is generated makes sense. */
export type Held = "number" | "text" | "list" | "object" | "function" | "generator" | "class" | "any";

export interface Known {
  readonly name: string;
  readonly held: Held;
  readonly writable: boolean;
}

/** The names in reach at one place. Each kind of declaration has its own pool, so that none conflicts with another. */
export class Names {
  readonly #parent: Names | null;
  readonly #own = new Map<string, Known>();

  constructor(parent: Names | null) {
    this.#parent = parent;
  }

  has(name: string): boolean {
    return this.#own.has(name);
  }

  add(known: Known): void {
    this.#own.set(known.name, known);
  }

  /** All in reach, inner ones hiding outer ones of the same name. */
  all(): Known[] {
    const seen = new Map(this.#own);
    for (let names = this.#parent; names !== null; names = names.#parent) {
      for (const [name, known] of names.#own) if (!seen.has(name)) seen.set(name, known);
    }
    return [...seen.values()];
  }
}

/** Where something is generated: what may stand there. */
export interface Context {
  readonly names: Names;
  readonly sloppy: boolean;
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
  readonly inFunction: boolean;
  /** `super.x` is allowed. */
  readonly inMethod: boolean;
  /** In the constructor of a derived class, before \`super()\`. */
  readonly derived: boolean;
  readonly hasArguments: boolean;
  readonly privates: readonly string[];
  readonly labels: readonly string[];
  readonly inLoop: boolean;
  readonly inSwitch: boolean;
  readonly depth: number;
}

/** Deeper by one, with a scope of its own. */
export function inner(context: Context, change: Partial<Context> = {}): Context {
  return { ...context, names: new Names(context.names), depth: context.depth + 1, ...change };
}
