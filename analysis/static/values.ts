import { MAX_TOKENS } from "./constants.ts";

/** What a value may be: a method, a module's namespace, or something of the host, by its path (`Deno.readFile`). */
export type Token =
  | { readonly kind: "method"; readonly index: number }
  | { readonly kind: "namespace"; readonly url: string }
  | { readonly kind: "host"; readonly path: string };

/**
 * Where values may flow, insensitive to order and field-based: one vertex for every variable, property name, parameter, result
 * and export, and edges along which all that one may hold reaches another. A vertex that would hold too much stops growing, and
 * `saturated` says so.
 */
export class ValueGraph {
  saturated = 0;
  readonly #tokens: Token[] = [];
  readonly #ids = new Map<string, number>();
  readonly #holds: Set<number>[] = [];
  readonly #edges: Set<number>[] = [];
  readonly #watchers: ((token: Token) => void)[][] = [];
  readonly #named = new Map<string, number>();
  readonly #work: [vertex: number, token: number][] = [];

  /** A new vertex. */
  vertex = (): number => {
    this.#holds.push(new Set());
    this.#edges.push(new Set());
    this.#watchers.push([]);
    return this.#holds.length - 1;
  };

  /** The vertex of that name: `property x`, `export URL x`. */
  named(name: string): number {
    const known = this.#named.get(name);
    if (known !== undefined) return known;
    const vertex = this.vertex();
    this.#named.set(name, vertex);
    return vertex;
  }

  /** The rest of all names that begin with `prefix`. */
  namesAfter(prefix: string): string[] {
    return [...this.#named.keys()].filter((name) => name.startsWith(prefix)).map((name) =>
      name.slice(prefix.length)
    );
  }

  /** A vertex may hold a value. */
  hold(vertex: number, token: Token): void {
    const key = `${token.kind} ${
      token.kind === "method" ? token.index : token.kind === "host" ? token.path : token.url
    }`;
    let id = this.#ids.get(key);
    if (id === undefined) {
      this.#ids.set(key, id = this.#tokens.push(token) - 1);
    }
    this.#add(vertex, id);
  }

  /** All that `from` may hold, `to` may hold. */
  flow(from: number | undefined, to: number | undefined): void {
    if (from === undefined || to === undefined || from === to || this.#edges[from]!.has(to)) return;
    this.#edges[from]!.add(to);
    for (const token of this.#holds[from]!) this.#add(to, token);
  }

  /** Calls `seen` with each value that the vertex may hold, now and later. */
  watch(vertex: number, seen: (token: Token) => void): void {
    this.#watchers[vertex]!.push(seen);
    for (const token of [...this.#holds[vertex]!]) seen(this.#tokens[token]!);
  }

  /** What a vertex may hold, as far as is known. */
  tokens(vertex: number): Token[] {
    return [...this.#holds[vertex]!].map((id) => this.#tokens[id]!);
  }

  /** Lets all values flow as far as they can. */
  settle(): void {
    for (let next = this.#work.pop(); next !== undefined; next = this.#work.pop()) {
      const [vertex, token] = next;
      for (const to of this.#edges[vertex]!) this.#add(to, token);
      for (const seen of this.#watchers[vertex]!) seen(this.#tokens[token]!);
    }
  }

  #add(vertex: number, token: number): void {
    const holds = this.#holds[vertex]!;
    if (holds.has(token)) return;
    if (holds.size >= MAX_TOKENS) {
      this.saturated++;
      return;
    }
    holds.add(token);
    this.#work.push([vertex, token]);
  }
}
