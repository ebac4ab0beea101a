/**
 * Which clone is the best for work that isn't known yet: how long each would take for what keeps this device busy for a second,
 * over the link as it is, with its present load, and with the code that it lacks.
 */
import type { LinkSpec } from "../link/mod.ts";
import { TYPICAL_BYTES, TYPICAL_CODE_BYTES, TYPICAL_WORK_MS, UNKNOWN_LINK } from "./constants.ts";
import { type PeerInfo, unfit } from "./info_messages.ts";

/** A clone that was found. */
export interface Candidate {
  readonly peer: string;
  readonly info: PeerInfo;
  /** The link to it as last measured; undefined if it never was. */
  readonly link: LinkSpec | undefined;
}

/** A clone's place. */
export interface Ranked<C extends Candidate = Candidate> {
  readonly candidate: C;
  /** For a second of this device's work; Infinity if it can't be used. */
  readonly seconds: number;
  /** What that consists of, or why it can't be used. */
  readonly why: string;
}

/** Candidates by what they promise, best first. `unitsPerMs` is this device's speed. */
export function rank<C extends Candidate>(
  candidates: readonly C[],
  own: { readonly unitsPerMs: number; readonly deno: string },
): Ranked<C>[] {
  return candidates.map((candidate) => rankOne(candidate, own)).sort((a, b) => a.seconds - b.seconds);
}

/** The whole ranking in one line, for people. */
export function explainRanking(ranked: readonly Ranked[]): string {
  return ranked.map(({ candidate: { info }, seconds, why }) =>
    seconds === Infinity
      ? `${info.name} can't: ${why}`
      : `${info.name} ${seconds.toPrecision(2)} s for a second of this device's work (${why})`
  ).join("; ");
}

function rankOne<C extends Candidate>(
  candidate: C,
  own: { readonly unitsPerMs: number; readonly deno: string },
): Ranked<C> {
  const { info, link = UNKNOWN_LINK } = candidate;
  const reason = unfit(info, own);
  if (reason !== undefined) return { candidate, seconds: Infinity, why: reason };
  const speed = info.unitsPerMs * shareOfCore(info) / own.unitsPerMs;
  const workMs = TYPICAL_WORK_MS / speed;
  const bytesUp = TYPICAL_BYTES + (info.storedBytes > 0 ? 0 : TYPICAL_CODE_BYTES);
  const linkMs = link.rttMs +
    1000 * (bytesUp / link.upBytesPerSecond + TYPICAL_BYTES / link.downBytesPerSecond);
  return {
    candidate,
    seconds: (workMs + linkMs) / 1000,
    why:
      `${speed.toPrecision(2)} times as fast${
        info.load >= info.cores ? ` at a load of ${info.load.toFixed(1)}` : ""
      }, ` +
      `${link.rttMs.toPrecision(2)} ms away${candidate.link === undefined ? " (not measured)" : ""}` +
      `${info.storedBytes > 0 ? ", holds code of this device" : ""}${
        info.power === "battery" ? ", on battery" : ""
      }`,
  };
}

/** How much of a core one more guest would get. */
function shareOfCore({ cores, load, grants }: PeerInfo): number {
  return Math.min(1, cores / (load + 1), grants.cores);
}
