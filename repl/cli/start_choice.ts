import type { MethodId, TraceEvent } from "../../runtime/mod.ts";
import type { Decider, SizeModel } from "../../analysis/cost/mod.ts";
import { RUN_BYTES, runFeatures } from "../../runtime/features/mod.ts";
import type { AloneNote, RunNote, StartNotes } from "./app_memory.ts";

// The runtime's own start is paid before the first decision at a migration point. So a run that is known not to pay it back
// starts as under `deno run`: one that takes less than that start, or whose input is no larger in any respect than that of a run
// which lost by it.

/** Runs that are remembered, of each way to a clone. */
const KEPT = 8;
/** So many runs start plainly before one tries again: the link or the machines may have changed. */
const TRY_EVERY = 8;

/**
 * The runtime's start takes at least so many times what the command line took to come to its decision: by that a device's speed
 * shows before any app has started under the runtime. Ten to twenty-five were measured, on a calm machine and on a busy one.
 */
export const START_TIMES = 12;

/**
 * A gain is believed that is so many times what the start takes: the first runs under the runtime, by which it is expected, have
 * to share a weak device with a peer that does all for the first time (a quarter to a third longer was measured).
 */
const START_MARGIN = 1.25;

/**
 * Of what a device's first start under the runtime takes, later ones take this share, as its peer does all for the first time beside
 * it: a third to two fifths was measured, 4 and 10 times slower than its clone.
 */
const LATER_START_SHARE = 0.5;
/** The same of the first session that is opened on a way to a clone: half was measured over 3G. */
const LATER_OPENING_SHARE = 0.6;

/** What ended sooner has nothing in it that is worth a clone, however slow this device is. */
export const SHORT_MS = 250;

/** What predicts an invocation's costs, here and there. */
export type ExpectedCosts = Pick<Decider, "setConditions" | "decide" | "toJSON">;

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

/** Whether earlier runs say that the runtime's start won't be paid back; those that stayed by a guess count if `guesses` do. */
export function startsPlainly(notes: StartNotes, { features, way }: Start, guesses = true): boolean {
  if ((notes.skipped ?? 0) >= TRY_EVERY) return false;
  const known = notes.runs.filter((run) => run.way === way && (guesses || run.guessed !== true));
  const lost = known.some((run) => !hasWon(run, notes) && covers(run.features, features));
  const won = known.some((run) => hasWon(run, notes) && covers(features, run.features));
  return lost && !won;
}

/** Whether a run gained by the runtime: one on no more that had none took longer, or else it is thought to have. */
function hasWon({ savedMs, ms, features }: RunNote, { alone = [] }: StartNotes): boolean {
  return savedMs >= 0 || ms !== undefined &&
      alone.some((note) => note.measured === true && note.ms > ms && covers(features, note.features));
}

/** Whether an input is no larger than another in any respect. */
export function covers(large: readonly number[], small: readonly number[]): boolean {
  return small.every((value, i) => value <= (large[i] ?? 0));
}

/**
 * Whether a run is expected to gain less by a clone than the runtime's start takes, going by the decision model and by the
 * last run under the runtime on the same way to a clone, with what it waited for its session. Only for methods that go by the
 * run's input: what others will be called with isn't known yet, so they may gain all of it, and only earlier runs can tell.
 */
export function gainsNothing(notes: StartNotes, start: Start, decider: ExpectedCosts): boolean {
  const last = notes.runs.findLast((run) => run.way === start.way && run.conditions !== undefined);
  if ((notes.skipped ?? 0) >= TRY_EVERY) return false;
  const startMs = nextStartMs(notes);
  if (last?.startMs === undefined || startMs === undefined) return startsPlainly(notes, start);
  // What the clone has of the run's files isn't known before there is a session: it may be all.
  decider.setConditions(last.conditions, 0);
  const gainMs = expectedGain(start, decider);
  if (gainMs === undefined) return startsPlainly(notes, start);
  return gainMs < START_MARGIN * (startMs + nextOpeningMs(notes, start.way));
}

/** What the runtime's next start will take, going by all ways to clones: what else the device does only ever adds to it. */
function nextStartMs({ runs }: StartNotes): number | undefined {
  return nextOf(runs.flatMap(({ startMs }) => startMs ?? []), LATER_START_SHARE);
}

/** How long the next run will wait for a session. One that stayed may not have waited for it. */
function nextOpeningMs({ runs }: StartNotes, way: string): number {
  const ofWay = runs.filter((run) => run.way === way);
  const opened = ofWay.filter(({ stayed }) => stayed !== true).flatMap(({ openingMs }) => openingMs ?? []);
  return nextOf(opened, LATER_OPENING_SHARE) ?? ofWay.at(-1)?.openingMs ?? 0;
}

/** The least of what was seen; of the very first only a share. */
function nextOf(seen: readonly number[], laterShare: number): number | undefined {
  return seen.length === 0 ? undefined : seen.length === 1 ? laterShare * seen[0]! : Math.min(...seen);
}

/** What a run is expected to gain by a clone before the runtime's start is taken off; undefined if that isn't known. */
export function expectedGain({ features }: Start, decider: ExpectedCosts): number | undefined {
  const { methods } = decider.toJSON();
  let gainMs: number | undefined;
  for (const [method, { ofRun, refused, role }] of Object.entries(methods)) {
    if (ofRun !== true || refused || role === "home") continue;
    const { migrate, hereMs, thereMs, reason } = decider.decide(method as MethodId, features, true);
    if (reason === "time not known yet") return undefined;
    // Those that are there for what had to stay gain no more than what they are part of.
    const others = Object.values(methods).some((other) => other.ofRun !== true && other.role !== "elsewhere");
    const gain = migrate ? hereMs - thereMs : others ? hereMs : 0;
    gainMs = Math.max(gainMs ?? 0, gain);
  }
  return gainMs;
}

/**
 * What a run that lost by its migrations would save if it were made again: it taught what it was wrong about, and what an app's
 * very first migration ships it needn't ship again. `notes` are of the runs before.
 */
export function savedAgain(notes: StartNotes, run: RunNote, decider: ExpectedCosts): number {
  if (run.startMs === undefined || run.conditions === undefined) return run.savedMs;
  const gainMs = expectedGain(run, decider);
  if (gainMs === undefined) return run.savedMs;
  const { runs } = started(notes, run);
  return Math.max(run.savedMs, gainMs - nextStartMs({ runs })! - nextOpeningMs({ runs }, run.way));
}

/** How long a run on such an input takes here without a clone; undefined if nothing says so. */
export function aloneMs(
  { alone = [] }: StartNotes,
  { features }: Start,
  model: SizeModel,
): number | undefined {
  if (alone.length === 0) return undefined;
  for (const { features, ms } of alone) model.add(features, { y: ms });
  return model.inProportion(features, RUN_BYTES);
}

/**
 * Whether all that a clone may do of a run takes less than the runtime's start: then none, whatever its link, pays that back. The
 * start is this device's, so any way to a clone tells of it, and until the app has shown it, other apps do (`usualMs`).
 */
export function isShort(notes: StartNotes, start: Start, model: SizeModel, usualMs?: () => number): boolean {
  const startMs = nextStartMs(notes) ?? usualMs?.();
  if (startMs === undefined) return false;
  const ms = aloneMs(notes, start, model);
  const mostMs = START_MARGIN * startMs + (notes.unseenMs ?? 0);
  return ms !== undefined && ms < mostMs && grownMs(notes, start, model) < mostMs;
}

/**
 * What the longest run would take if its time went with whatever of the input has grown most and never varied so far, so that `model`
 * can't know; 0 if nothing has.
 */
function grownMs({ alone = [] }: StartNotes, { features }: Start, model: SizeModel): number {
  const growth = features.map((value, i) =>
    model.varies(i) ? 0 : value / Math.max(0, ...alone.map((note) => note.features[i] ?? 0))
  );
  const largest = Math.max(...growth.filter((times) => times > 1));
  return largest > 1 ? largest * Math.max(...alone.map(({ ms }) => ms)) : 0;
}

/** The notes with what a run took without a clone, or would have. */
export function ranAlone(
  notes: StartNotes,
  { features }: Start,
  { ms, ...more }: Omit<AloneNote, "features">,
): StartNotes {
  const others = (notes.alone ?? []).filter((note) => String(note.features) !== String(features));
  return { ...notes, alone: [...others, { features, ms: Math.max(0, ms), ...more }].slice(-KEPT) };
}

/** The notes when the decision model has been told what runs took that started plainly; undefined if it knew. */
export function told(notes: StartNotes, decider: Pick<Decider, "ranAlone">): StartNotes | undefined {
  const { alone = [], unseenMs = 0 } = notes;
  if (!alone.some(({ untold }) => untold)) return undefined;
  for (const { features, ms, untold } of alone) {
    if (untold === true) decider.ranAlone(features, Math.max(0, ms - unseenMs));
  }
  return { ...notes, alone: alone.map(({ untold: _, ...note }) => note) };
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
  // What stayed did so by a decision model that knew less.
  const lasting = others.filter(({ way, stayed }) => way !== run.way || stayed !== true || run.savedMs < 0);
  const ofWay = lasting.filter(({ way }) => way === run.way);
  const oldest = ofWay.length >= KEPT ? ofWay[0] : undefined;
  return { ...notes, runs: [...lasting.filter((note) => note !== oldest), run], skipped: 0 };
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
