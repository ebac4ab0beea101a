import type { Spread } from "./bandwidth.ts";
import { BURST_MS, LEAST_BURSTS } from "./constants.ts";

/** A piece of a train: when it came, and the bytes behind the first piece with it. */
export interface Arrival {
  readonly at: number;
  readonly bytes: number;
}

/**
 * How a train arrived. A process that doesn't run now and then sees pieces late, never early, and several at once: of those the
 * last was least late. So the pace is the median of the slopes between the last ones of bursts (Theil and Sen's), which a pause
 * of either machine moves little.
 */
export function spreadOf(train: readonly Arrival[]): Spread {
  const ends = train.filter(({ at }, i) => i + 1 === train.length || train[i + 1]!.at - at >= BURST_MS);
  const { at, bytes } = train.at(-1)!;
  const slopes: number[] = [];
  ends.forEach((a, i) => ends.slice(i + 1).forEach((b) => slopes.push((b.bytes - a.bytes) / (b.at - a.at))));
  // Few bursts: all there is are the first piece and the last.
  if (ends.length < LEAST_BURSTS) return { bytes, ms: at - train[0]!.at };
  slopes.sort((a, b) => a - b);
  return { bytes, ms: bytes / slopes[slopes.length >> 1]! };
}
