import type { MethodId, TraceEvent } from "../../runtime/mod.ts";

/** One migration as it was measured, step by step (§3.2's suspend/resume cost); milliseconds and bytes. */
export interface MigrationSample {
  readonly method: MethodId;
  /** Sizes of the arguments, by position. */
  readonly features: readonly number[];
  /** The session's first: ships code and all state. */
  readonly cold: boolean;
  /** On the device. */
  readonly captureMs: number;
  readonly mergeMs: number;
  /** At the clone: making the state live, the method's own work, waiting for files, capturing again. */
  readonly acceptMs: number;
  readonly runMs: number;
  /** Of the work, what a processor spent on it: no other work of the clone's machine. */
  readonly cpuMs: number;
  readonly waitedMs: number;
  readonly recaptureMs: number;
  /** From handing over to having the answer. */
  readonly awayMs: number;
  /** What crossed the link: state, and files that the clone lacked. */
  readonly upBytes: number;
  readonly downBytes: number;
  readonly faults: number;
  readonly fileBytes: number;
}

/** Puts a run's events together to its migrations. One thread is away at a time, so they come one after the other. */
export class SampleReader {
  readonly samples: MigrationSample[] = [];
  /** Why the last migration that failed did. */
  failure: string | undefined;
  /** Why there was no clone, if a migration that was begun or wanted found none. */
  lost: string | undefined;
  #features: readonly number[] = [];
  #captureMs = 0;
  #cold = true;

  /** Takes the next event. */
  event(event: TraceEvent): void {
    if (event.event === "decide" && Array.isArray(event.features)) {
      this.#features = event.features.map(numberOf);
    } else if (event.event === "capture") this.#captureMs = numberOf(event.ms);
    else if (event.event === "abandon") {
      this.failure = event.reason ?? "no reason";
      this.#cold = true;
    } else if (event.event === "merge") this.#merged(event);
    else if (event.event === "local" && LOST.test(event.reason ?? "")) this.lost = event.reason;
  }

  #merged(event: TraceEvent): void {
    const { accept, run, cpu, waited, capture } = (event.clone ?? {}) as Record<string, unknown>;
    this.samples.push({
      method: event.method as MethodId,
      features: this.#features,
      cold: this.#cold,
      captureMs: this.#captureMs,
      mergeMs: numberOf(event.ms),
      acceptMs: numberOf(accept),
      runMs: numberOf(run),
      cpuMs: Math.min(numberOf(run), numberOf(cpu)),
      waitedMs: numberOf(waited),
      recaptureMs: numberOf(capture),
      awayMs: numberOf(event.away),
      upBytes: numberOf(event.up),
      downBytes: numberOf(event.down),
      faults: numberOf(event.faults),
      fileBytes: numberOf(event.fileBytesSent),
    });
    this.#cold = false;
  }
}

/** What the runtime says when it is the way to the clone that failed, not the migration. */
const LOST = /\b(clone|peer|connection)\b/;

/** The clone's figures are a stranger's. */
function numberOf(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;
}
