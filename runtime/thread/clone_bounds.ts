import { MAX_FRAME_BYTES } from "./constants.ts";
import { shownText } from "./shown_text.ts";
import { max, min } from "./intrinsics.ts";

/** What a clone may make its device keep or do; SECURITY.md says against what. */
export interface CloneBounds {
  /** An answer's bytes when unpacked; a peer may say that its machine holds less. */
  readonly returnBytes: number;
  /** A message's JSON: once it is read it takes twenty times as much. */
  readonly headBytes: number;
  /** Questions whose answers aren't with the peer yet. */
  readonly questions: number;
  /** The same for requests for content. */
  readonly contents: number;
  /** Whether a message that comes out of turn ends the session. */
  readonly inTurn: boolean;
  /** What it says, as a person may be shown it. */
  shown(text: string): string;
}

export const DEFAULT_BOUNDS: CloneBounds = {
  returnBytes: MAX_FRAME_BYTES,
  headBytes: 32 * 1024 * 1024,
  // A guest waits for each answer; but the next question may be heard of before this process hears that the answer left.
  questions: 4,
  contents: 2048,
  inTurn: true,
  shown: shownText,
};

/** A capture that takes less than this is shipped whatever was expected: the machine may have had other things to do. */
const CAPTURE_LEAST_MS = 250;

/** A thread is away no longer than this many times what its method was expected to take here … */
const AWAY_FACTOR = 20;
/** … but may take this long, or this where migrations like it are known well: a machine that was asleep for a while is no lost one. */
const AWAY_LEAST_MS = 60_000;
const AWAY_KNOWN_LEAST_MS = 10_000;
/** … and this long where nothing was expected: what a clone grants a migration if its owner says nothing. */
const AWAY_UNKNOWN_MS = 24 * 3_600_000;

/**
 * How long a thread may be away. `hereMs`: what its method was expected to take here, 0 if nothing was; `longestMs`: what it takes
 * at most, if migrations like it are known well.
 */
export function longestAwayMs(hereMs: number, longestMs?: number): number {
  const most = hereMs > 0 ? max(AWAY_LEAST_MS, AWAY_FACTOR * hereMs) : AWAY_UNKNOWN_MS;
  return longestMs === undefined ? most : min(most, max(AWAY_KNOWN_LEAST_MS, longestMs));
}

/** Questions may take this long whatever was expected … */
const ASKING_LEAST_MS = 2000;
/** … or this many times what the method was expected to take here: more is lost by going on than by running it here after all. */
const ASKING_FACTOR = 2;

/** How long a guest may wait for its device in one migration; undefined where nothing was expected of it here (0). */
export function longestAskingMs(hereMs: number): number | undefined {
  return hereMs > 0 ? max(ASKING_LEAST_MS, ASKING_FACTOR * hereMs) : undefined;
}

/**
 * Whether a capture took longer than all that migrations of the method can save in this run (`stakeMs`, undefined if nobody
 * knows): its answer takes the device about as long again, so what is lost by going on is more than what is lost already.
 */
export function outweighs(captureMs: number, stakeMs: number | undefined): boolean {
  return stakeMs !== undefined && captureMs > max(CAPTURE_LEAST_MS, stakeMs);
}
