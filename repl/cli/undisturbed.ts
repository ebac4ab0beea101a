import type { CpuProfile } from "../../analysis/mod.ts";
import type { StartNotes } from "./app_memory.ts";
import type { Report } from "./learning.ts";

// A weak device that runs an app also runs a peer, which does all for the first time in the app's first runs under the runtime. What
// the app's work took is known from what processors worked for it, and from how fast they do where nothing else runs.

/** Which share of such a time would have passed if nothing else had worked on this device; 1 if that isn't known. */
export function undisturbedShare(
  ms: number,
  { cpuMs }: Pick<Report, "cpuMs">,
  { perCpuMs }: Pick<StartNotes, "perCpuMs"> = {},
): number {
  if (cpuMs === undefined || perCpuMs === undefined || !(ms > 0)) return 1;
  return Math.min(1, perCpuMs * cpuMs / ms);
}

/** A run's report whose profile says what would have passed. One that migrated something waited, which is nobody's work. */
export function undisturbed<R extends Pick<Report, "profile" | "cpuMs" | "migrated">>(
  report: R,
  starts: StartNotes | undefined,
): R {
  const { profile, migrated } = report;
  if (profile?.timeDeltas === undefined || Object.keys(migrated).length > 0) return report;
  const share = undisturbedShare((profile.endTime - profile.startTime) / 1000, report, starts);
  return share === 1 ? report : { ...report, profile: scaled(profile, share) };
}

function scaled(profile: CpuProfile, share: number): CpuProfile {
  const { startTime, endTime, timeDeltas = [] } = profile;
  return {
    ...profile,
    endTime: startTime + (endTime - startTime) * share,
    timeDeltas: timeDeltas.map((us) => us * share),
  };
}
