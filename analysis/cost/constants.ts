import type { MigrationOverheads } from "./migration.ts";

/** Version of a decider's model: another one's features may be others. */
export const MODEL_VERSION = 2;

/**
 * What a migration costs besides the link, until this device has measured its own: 100,000 small objects (5.8 MB) take
 * about 170 ms to walk and 70 ms to write or read back here, so 30 to 60 ns a byte; fixed parts are of a warm session.
 */
export const DEFAULT_OVERHEADS: MigrationOverheads = {
  deviceMs: 2,
  cloneMs: 1,
  roundTrips: 1,
  captureMsPerByte: 6e-5,
  instantiateMsPerByte: 4e-5,
  recaptureMsPerByte: 6e-5,
  mergeMsPerByte: 4e-5,
  fixedUpBytes: 512,
  fixedDownBytes: 512,
};

/** Contexts below this share of a run's time are no migration points: below a sampler's noise, and not worth a check. */
export const LIGHT_SHARE = 0.002;

/** State that is assumed for a method whose state was never captured, bytes: large enough not to try light methods. */
export const UNKNOWN_STATE_BYTES = 64 * 1024;

/** A size explains a time if it accounts for this share of its spread: else the mean is used. */
export const MIN_FIT = 0.6;
/** Of two sides that both show how time grows, one whose sizes lie so many times as wide apart is believed: noise tilts the other's line. */
export const WIDER = 2;
/** Over this many points: two that were observed one after the other, the first a little forgotten. */
export const MIN_POINTS = 1.5;
/** … whose sizes lie so far apart at least, as a share of their mean: nearer ones show noise. */
export const MIN_SPREAD = 0.1;
/** Another size is believed instead of a likelier one if it explains so much more of the spread. */
export const CLEARLY_BETTER = 0.02;
/** Its square needs so many points: any two fit both, and far from them a square that isn't one is wrong by far. */
export const MIN_SQUARE_POINTS = 2.5;
/** How much older observations weigh after each new one: about ten matter. */
export const FORGET = 0.9;
/** Points that a profile counts for in a decider at most, so that what the app does now soon outweighs it. */
export const PRIOR_POINTS = 4;
/** A method's choice changes only if the other side wins by this share and this many milliseconds: no flapping on noise. */
export const HYSTERESIS_SHARE = 0.1;
export const HYSTERESIS_MS = 0.5;
/** A method of another region than the present one migrates only if that is predicted to be this many times cheaper. */
export const OUTSIDE_MARGIN = 1.5;
/** A method whose cost at the clone is a guess is tried if its time here is this many times the guess. */
export const EXPLORE_MARGIN = 1.25;
/** A session's first migration ships code and runs ours for the first time: measured, two thirds of a process's start. */
export const COLD_START_SHARE = 0.7;
/**
 * Of what the very first migration of an app costs on top, which brings the clone its code, a later session's first costs this
 * share: 0.2 to 0.45 was measured on devices 4 and 10 times slower than their clone.
 */
export const LATER_COLD_SHARE = 0.3;
/** How much one first migration of a session that cost less on top than was thought changes that: what disturbs it only adds. */
export const LESS_COLD_STEP = 0.6;
/** A method that asked for files so many times as often as that asks for each of them. */
export const ASKS_FOR_EACH = 1.5;
/** One run may correct what an invocation takes here by this factor at most, either way. */
export const MAX_HERE_CORRECTION = 2;
/** A run's bounds for a method that lie no further apart than this are a measurement. */
export const TIGHT_BOUNDS = 1.25;
/** A method that is invoked no more often in a run, on average, goes by the run's input. */
export const ONCE_A_RUN = 1.5;
/** A method with this share of another's time is most of that. */
export const MOST_SHARE = 0.5;
/** Times on one side say how much faster the other is by as much as there are more of them than this. */
export const RATIO_PRIOR_POINTS = 0.5;
/** Of one app a clone is this many times as fast as its speed says at most, or as slow: 0.63 was measured for the virus scan. */
export const MAX_APTNESS = 1.6;
/** Sizes that are so many times each other show, by equal times on two machines, that time doesn't go by size. */
export const FAR_APART = 3;
/** So do so many on one machine, the last ones a little forgotten, whose sizes lie so far apart as a share of their mean. */
export const EQUAL_POINTS = 1.9;
export const EQUAL_SPREAD = 0.3;
/** After a migration that failed, wait this many invocations, then twice as many, … */
export const RETRY_AFTER = 4;
export const RETRY_AFTER_MAX = 4096;
/** How much one outcome changes the correction of predictions. */
export const CORRECTION_STEP = 0.3;
/** What one outcome may change the correction of predictions by: outliers (a stalled link) must not decide for long. */
export const CORRECTION_MIN = 0.25;
export const CORRECTION_MAX = 4;
/** After so many migrations came home, a method's next one is known well enough to be given up … */
export const SURE_RETURNS = 3;
/** … when it takes so many times as long as predicted, by the worst of them; and no sooner than it would have taken here. */
export const SURE_FACTOR = 4;
/** What wrong migrations may cost a run: this share of its time so far; below the floor it is noise. */
export const MAX_LOSS_SHARE = 0.05;
export const LOSS_FLOOR_MS = 20;
/** A run that was idle longer than this share of its work says nothing by its length. */
export const MAX_IDLE_SHARE = 0.05;
/** Invocations of one method that a profiled run migrates at most. */
export const SAMPLED_INVOCATIONS = 8;
// Where the sizes of a run's input stand among an invocation's features.
export { RUN_ARGUMENTS, RUN_BYTES, RUN_NUMBER } from "../../runtime/features/mod.ts";
/** Where those of its own arguments begin. */
export const OWN_FEATURES = 3;
