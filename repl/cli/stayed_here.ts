import type { TraceEvent } from "../../runtime/mod.ts";

/** Methods that the person named to migrate and that ran here, with why: what a run without `--trace` owes to who asked. */
export class StayedHere {
  readonly #reasons = new Map<string, string>();
  readonly #migrated = new Set<string>();

  event({ event, method, reason, refused }: TraceEvent): void {
    if (event === "merge") this.#migrated.add(method);
    if (event !== "local" || reason === undefined || this.#reasons.has(method)) return;
    const told = refused === undefined ? "" : ` (${refused.path} is ${refused.what}: ${refused.fix})`;
    this.#reasons.set(method, `${reason}${told}`);
  }

  /** A line for each of these methods that never migrated. */
  lines(forced: readonly string[]): readonly string[] {
    return forced.flatMap((method) => {
      const reason = this.#reasons.get(method);
      return reason === undefined || this.#migrated.has(method) ? [] : [`${method} ran here: ${reason}`];
    });
  }
}
