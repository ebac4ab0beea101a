import type { TraceEvent } from "../../runtime/mod.ts";

/** A person who waits begins to wonder after so long. */
const WONDER_MS = 5_000;
/** Fewer long migrations are what was asked for. */
const OFTEN = 20;

/**
 * Tells while a program runs that a method that was named to migrate does so again and again: with a round trip for each call it
 * looks as if nothing went on.
 */
export class OftenAway {
  readonly #forced: ReadonlySet<string>;
  readonly #away = new Map<string, { times: number; ms: number; nextMs: number }>();

  constructor(forced: readonly string[]) {
    this.#forced = new Set(forced);
  }

  /** The line to say now, if any: each after twice the time of the one before. */
  event({ event, method, total }: TraceEvent): string | undefined {
    if (event !== "merge" || !this.#forced.has(method)) return undefined;
    let away = this.#away.get(method);
    if (away === undefined) this.#away.set(method, away = { times: 0, ms: 0, nextMs: WONDER_MS });
    away.times++;
    away.ms += typeof total === "number" && total > 0 ? total : 0;
    if (away.times < OFTEN || away.ms < away.nextMs) return undefined;
    away.nextMs = away.ms * 2;
    const each = (away.ms / away.times).toFixed(0);
    return `${method} has migrated ${away.times} times so far, ${each} ms each, as it was named to; ` +
      "a method that calls it would migrate once";
  }
}
