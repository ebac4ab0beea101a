import { HOST_APIS, type HostApi, type HostClass } from "./host_api.ts";

/** What a use of the host means, and which line of the table says so; undefined if none does. */
export interface Classified {
  readonly is: HostClass;
  readonly because: string;
  readonly entry: string;
}

/** A table to look host paths up in: the built-in one, with the user's lines before it. */
export class HostTable {
  readonly #byPath: Map<string, HostApi>;

  constructor(own: readonly HostApi[] = []) {
    this.#byPath = new Map([...HOST_APIS, ...own].map((api) => [api[0], api]));
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
