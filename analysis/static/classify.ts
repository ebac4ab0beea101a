import { HOST_APIS, type HostApi, type HostClass } from "./host_api.ts";

/** What a use of the host means, and which line of the table says so; undefined if none does. */
export interface Classified {
  readonly is: HostClass;
  readonly because: string;
  readonly entry: string;
}

/** Classes whose parts mean the same (`Deno.stdin.readable`). */
const PARTS = /^(family:|pinned$|network$)/;
/** Classes whose results do too: what `Deno.open()` gives is an open file, but what `prompt()` gives is a text. */
const RESULTS = /^family:/;

/** A table to look host paths up in: the built-in one, with the user's lines before it. */
export class HostTable {
  readonly #byPath: Map<string, HostApi>;
  /** Paths that some line's path begins with. */
  readonly #above = new Set<string>();

  constructor(own: readonly HostApi[] = []) {
    // What the user says of something holds for its parts, too.
    const isTold = (path: string) => own.some(([told]) => path === told || path.startsWith(`${told}.`));
    const builtIn = own.length === 0 ? HOST_APIS : HOST_APIS.filter(([path]) => !isTold(path));
    this.#byPath = new Map([...builtIn, ...own].map((api) => [api[0], api]));
    for (const path of this.#byPath.keys()) {
      for (let at = shorter(path); at !== ""; at = shorter(at)) this.#above.add(at);
    }
  }

  /**
   * What a step (`.name`, `()`) from something of the host leads to: a path of its own where the table knows one; the same path
   * where what it means sticks to its parts and results; undefined for plain values.
   */
  derive(path: string, step: string): string | undefined {
    const full = path + step;
    if (this.#byPath.has(full) || this.#above.has(full)) return full;
    const known = this.classify(path);
    const sticks = step === "()" ? RESULTS : PARTS;
    if (known === undefined || !sticks.test(known.is)) return undefined;
    // One step past the table keeps its name, for people; more would make a value of every chain in the program.
    return known.entry === path && step !== "()" ? full : path;
  }

  /** Whether a path has parts of its own in the table: naming it (`process`, `Deno`) means nothing by itself. */
  hasParts(path: string): boolean {
    return this.#above.has(path);
  }

  /** Whether anything is known of a path: else it is no name of the host, but a mistake or a value of the app. */
  has(path: string): boolean {
    return this.classify(path) !== undefined || this.#above.has(path);
  }

  /** The class of a path, by its longest known beginning (`Deno.open().read` by `Deno.open`). */
  classify(path: string): Classified | undefined {
    for (let at = path; at !== ""; at = shorter(at)) {
      const api = this.#byPath.get(at);
      if (api !== undefined) return { entry: api[0], is: api[1], because: api[2] };
    }
    return undefined;
  }
}

/** The path without its last step: `a.b()` → `a.b` → `a`. */
function shorter(path: string): string {
  if (path.endsWith("()")) return path.slice(0, -2);
  const dot = path.lastIndexOf(".");
  return dot < 0 ? "" : path.slice(0, dot);
}
