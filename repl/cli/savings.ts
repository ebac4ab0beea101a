import type { TraceEvent } from "../../runtime/mod.ts";

interface Share {
  migrations: number;
  awayMs: number;
  cloneMs: number;
}

/** What a run's migrations came to, by clone: the one place that says what they were good for. */
export class Savings {
  readonly #byClone = new Map<string, Share>();
  #clone = "a clone";

  /** Migrations from now on go there. */
  clone(peer: string): void {
    this.#clone = peer;
  }

  event(event: TraceEvent): void {
    if (event.event !== "merge") return;
    let share = this.#byClone.get(this.#clone);
    if (share === undefined) {
      this.#byClone.set(this.#clone, share = { migrations: 0, awayMs: 0, cloneMs: 0 });
    }
    share.migrations++;
    share.awayMs += timeOf(event.away);
    const { accept, run, capture } = (event.clone ?? {}) as Record<string, unknown>;
    share.cloneMs += timeOf(accept) + timeOf(run) + timeOf(capture);
  }

  /** One line for the person after the run; empty if nothing migrated. */
  line(): string {
    return [...this.#byClone].map(([clone, { migrations, awayMs, cloneMs }]) =>
      `${migrations} migration${migrations === 1 ? "" : "s"} to ${clone}, ${seconds(awayMs)} away, ` +
      `${seconds(cloneMs)} of it at work there`
    ).join("; ");
  }
}

/** The clone's own figures are a stranger's. */
function timeOf(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;
}

function seconds(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(2)} s`;
}
