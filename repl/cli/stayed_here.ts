import type { TraceEvent } from "../../runtime/mod.ts";

/** Methods that the person named to migrate and that ran here, with why: what a run without `--trace` owes to who asked. */
export class StayedHere {
  readonly #reasons = new Map<string, string>();
  readonly #migrated = new Set<string>();
  readonly #met = new Set<string>();
  #workers = false;

  event({ event, method, reason }: TraceEvent): void {
    this.#met.add(method);
    if (event === "merge") this.#migrated.add(method);
    if (event !== "local" || reason === undefined || this.#reasons.has(method)) return;
    this.#reasons.set(method, reason);
  }

  /** The app has started a Worker, whose methods tell nothing. */
  worker(): void {
    this.#workers = true;
  }

  /** A line for each of these methods that never migrated; `loaded`, if that is known, tells which modules the run has loaded. */
  lines(forced: readonly string[], loaded?: (path: string) => boolean): readonly string[] {
    return forced.flatMap((method) => {
      const reason = this.#reasons.get(method);
      if (reason !== undefined && !this.#migrated.has(method)) return [`${method} ran here: ${reason}`];
      if (loaded === undefined || this.#met.has(method)) return [];
      const path = method.slice(0, method.indexOf("#"));
      return [
        loaded(path) ? `${method} ${this.#uncalled}` : `${method} was not there: no ${path} was loaded`,
      ];
    });
  }

  /** What is known of a method whose calls this thread has not seen: it may have been called where nobody counts. */
  get #uncalled(): string {
    if (this.#workers) return "was called in Workers at most, whose methods stay here";
    return this.#migrated.size > 0 ? "was called within other migrations at most" : "was never called";
  }
}
