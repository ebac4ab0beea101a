import type { Spread } from "./bandwidth.ts";
import { BUCKET_PACE, BUCKET_SHARE, BURST_MS, LEAST_BURSTS } from "./constants.ts";

/** A piece of a train: when it came, and the bytes behind the first piece with it. */
export interface Arrival {
  readonly at: number;
  readonly bytes: number;
}

/**
 * How a train arrived. A process that doesn't run now and then sees pieces late, never early, and several at once: of those the
 * last was least late. So the pace is the median of the slopes between the last ones of bursts (Theil and Sen's), which a pause
 * of either machine moves little. What a token bucket let through at once, before the link's own pace, counts as the first burst.
 */
export function spreadOf(train: readonly Arrival[]): Spread {
  const ends = train.filter(({ at }, i) => i + 1 === train.length || train[i + 1]!.at - at >= BURST_MS);
  const { at, bytes } = train.at(-1)!;
  const beganAtOnce = ends[0]!.bytes >= BUCKET_SHARE * bytes && ends.length === LEAST_BURSTS - 1;
  // Few bursts: all there is are the first piece and the last.
  if (ends.length < LEAST_BURSTS && !beganAtOnce) return { bytes, ms: at - train[0]!.at };
  while (ends.length >= LEAST_BURSTS && slope(ends[0]!, ends[1]!) > BUCKET_PACE * pace(ends.slice(1))) {
    ends.shift();
  }
  return { bytes, ms: bytes / pace(ends) };
}

/** The median of all slopes, in bytes a millisecond. */
function pace(ends: readonly Arrival[]): number {
  const slopes = ends.flatMap((a, i) => ends.slice(i + 1).map((b) => slope(a, b))).sort((a, b) => a - b);
  return slopes[slopes.length >> 1]!;
}

function slope(a: Arrival, b: Arrival): number {
  return (b.bytes - a.bytes) / (b.at - a.at);
}
