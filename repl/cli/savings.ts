import type { TraceEvent } from "../../runtime/mod.ts";

interface Share {
  migrations: number;
  /** From suspend to merged. */
  gone: number;
  /**
   * What the work would have taken here: by the clone's time and speed, but no more than was predicted.
   */
  here: number;
}

/** What a run's migrations saved, by clone: the one place that says what they were good for. */
export class Savings {
  readonly #byClone = new Map<string, Share>();
  #clone = "a clone";
  #speed: number | undefined;

  /** Migrations from now on go there. */
  clone(peer: string): void {
    this.#clone = peer;
  }

  /** How many times faster than this device the clone is. */
  speed(cloneSpeed: number): void {
    this.#speed = cloneSpeed;
  }

  event(event: TraceEvent): void {
    if (event.event !== "merge") return;
    let share = this.#byClone.get(this.#clone);
    if (share === undefined) this.#byClone.set(this.#clone, share = { migrations: 0, gone: 0, here: 0 });
    share.migrations++;
    share.gone += timeOf(event.total);
    const byClone = timeOf((event.clone as Record<string, unknown> | undefined)?.cpu) * (this.#speed ?? NaN);
    share.here += Math.min(byClone, timeOf(event.predicted) || Infinity);
  }

  /** One line for the person after the run; empty if nothing migrated. */
  line(): string {
    return [...this.#byClone].map(([clone, { migrations, gone, here }]) => {
      const times = `${migrations} migration${migrations === 1 ? "" : "s"} to ${clone}, ${seconds(gone)}`;
      if (Number.isNaN(here)) return times;
      const saved = here > gone ? `saved about ${seconds(here - gone)}` : "saved nothing";
      return `${saved}: ${times} instead of about ${seconds(here)} here`;
    }).join("; ");
  }
}

/** The clone's own figures are a stranger's. */
function timeOf(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;
}

function seconds(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(2)} s`;
}
