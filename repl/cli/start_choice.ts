import type { TraceEvent } from "../../runtime/mod.ts";
import { runFeatures } from "../../runtime/features/mod.ts";
import type { RunNote, StartNotes } from "./app_memory.ts";

// The runtime's own start is paid before the first decision at a migration point. So a run that is known not to pay it back
// starts as under `deno run`: one whose input is no larger in any respect than that of a run which lost by it.

/** Runs that are remembered, of each way to a clone. */
const KEPT = 8;
/** So many runs start plainly before one tries again: the link or the machines may have changed. */
const TRY_EVERY = 8;

/** What a run's input looks like, and which way to a clone it has. */
export interface Start {
  readonly features: readonly number[];
  /** Clones and link as the user gave them. */
  readonly way: string;
}

/** A run's input, as its arguments tell. */
export function startOf(args: readonly string[], { cwd, way }: { cwd: string; way: string }): Start {
  return { features: runFeatures(args, cwd), way };
}

/** Whether earlier runs say that the runtime's start won't be paid back. */
export function startsPlainly(notes: StartNotes, { features, way }: Start): boolean {
  if ((notes.skipped ?? 0) >= TRY_EVERY) return false;
  const known = notes.runs.filter((run) => run.way === way);
  const covers = (large: readonly number[], small: readonly number[]) =>
    small.every((value, i) => value <= (large[i] ?? 0));
  const lost = known.some((run) => run.savedMs < 0 && covers(run.features, features));
  const won = known.some((run) => run.savedMs >= 0 && covers(features, run.features));
  return lost && !won;
}

/** The notes with a run that started plainly. */
export function skipped(notes: StartNotes): StartNotes {
  return { ...notes, skipped: (notes.skipped ?? 0) + 1 };
}

/** The notes with a run under the runtime. */
export function started(notes: StartNotes, run: RunNote): StartNotes {
  const others = notes.runs.filter(({ way, features }) =>
    way !== run.way || String(features) !== String(run.features)
  );
  const ofWay = others.filter(({ way }) => way === run.way);
  const oldest = ofWay.length >= KEPT ? ofWay[0] : undefined;
  return { runs: [...others.filter((note) => note !== oldest), run], skipped: 0 };
}

/** Adds up what a run's migrations saved: what was predicted for the device, less what they took. */
export class SavedTime {
  ms = 0;
  #captureMs = 0;

  event(event: TraceEvent): void {
    if (event.event === "capture") this.#captureMs = numberOf(event.ms);
    else if (event.event === "merge") {
      this.ms += numberOf(event.predicted) - numberOf(event.away) - numberOf(event.ms) - this.#captureMs;
    }
  }
}

function numberOf(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}
