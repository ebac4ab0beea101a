/** A halfspace `normal · x ≤ limit`. */
export interface Halfspace {
  readonly normal: readonly number[];
  readonly limit: number;
}

interface Vertex {
  readonly at: readonly number[];
  /** Numbers of the halfspaces whose boundary it lies on. */
  readonly on: ReadonlySet<number>;
}

/** Distances below this count as on the boundary; coordinates are scaled to about 1. */
const ON_BOUNDARY = 1e-10;

/**
 * The corners of a polytope that is cut down halfspace by halfspace (the double description method). It begins as a box of
 * `dimensions` unit intervals; a cut replaces the corners beyond it by the points where edges cross its boundary.
 */
export class Polytope {
  readonly #dimensions: number;
  #vertices: Vertex[] = [];
  #cuts: number;

  constructor(dimensions: number) {
    this.#dimensions = dimensions;
    this.#cuts = 2 * dimensions;
    for (let bits = 0; bits < 1 << dimensions; bits++) {
      const at = Array.from({ length: dimensions }, (_, d) => (bits >> d) & 1);
      this.#vertices.push({ at, on: new Set(at.map((side, d) => 2 * d + side)) });
    }
  }

  /** The corners. */
  get vertices(): readonly (readonly number[])[] {
    return this.#vertices.map(({ at }) => at);
  }

  /** Keeps what lies in the halfspace. */
  cut({ normal, limit }: Halfspace): void {
    const cut = this.#cuts++;
    const beyond = this.#vertices.map(({ at }) => at.reduce((sum, x, d) => sum + x * normal[d]!, -limit));
    const kept: Vertex[] = [];
    for (const [i, vertex] of this.#vertices.entries()) {
      if (beyond[i]! < -ON_BOUNDARY) kept.push(vertex);
      else if (beyond[i]! <= ON_BOUNDARY) kept.push({ at: vertex.at, on: new Set([...vertex.on, cut]) });
    }
    const inside = [...beyond.keys()].filter((i) => beyond[i]! < -ON_BOUNDARY);
    const outside = [...beyond.keys()].filter((i) => beyond[i]! > ON_BOUNDARY);
    for (const u of inside) {
      for (const v of outside) {
        const shared = this.#edge(u, v);
        if (shared === undefined) continue;
        const share = beyond[u]! / (beyond[u]! - beyond[v]!);
        const a = this.#vertices[u]!.at, b = this.#vertices[v]!.at;
        kept.push({ at: a.map((x, d) => x + share * (b[d]! - x)), on: new Set([...shared, cut]) });
      }
    }
    this.#vertices = kept;
  }

  /** The boundaries that two corners share, if an edge joins them: no third corner lies on all of these. */
  #edge(u: number, v: number): number[] | undefined {
    const { on } = this.#vertices[v]!;
    const shared = [...this.#vertices[u]!.on].filter((cut) => on.has(cut));
    if (shared.length < this.#dimensions - 1) return undefined;
    for (const [i, vertex] of this.#vertices.entries()) {
      if (i !== u && i !== v && shared.every((cut) => vertex.on.has(cut))) return undefined;
    }
    return shared;
  }
}
