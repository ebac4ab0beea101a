/** How much of a core this process gets, where its system holds it back: what a stopwatch alone can't tell from a busy machine. */

/** Reads a file of the system. @throws if there is none. */
type Read = (path: string) => string;

const readText: Read = (path) => Deno.readTextFileSync(path);

/** Watches from now on; the returned function tells this thread's share of a core in the milliseconds that passed since. */
export function watchShare(read: Read = readText): (elapsedMs: number) => number {
  const quota = quotaShare(read);
  const before = threadTimes(read);
  // Under a quota some systems count a thread that is held back as stopped, others as waiting: the quota itself says it better.
  return (elapsedMs) => quota < 1 ? quota : unstoppedShare(elapsedMs, before, threadTimes(read));
}

/** Cores that the control groups of this process allow it, at most 1; 1 where there are none (Linux has them). */
export function quotaShare(read: Read = readText): number {
  let share = 1;
  for (const { folder, group } of groupsOf(read)) {
    const parts = group.split("/").filter(Boolean);
    // Each group above counts too. In a container the path may be the host's: then only the mount's own is there.
    for (let depth = parts.length; depth >= 0; depth--) {
      const quota = quotaOf(read, [folder, ...parts.slice(0, depth)].join("/"));
      if (quota !== undefined) share = Math.min(share, quota);
    }
  }
  return share;
}

/** A thread's own times so far, milliseconds; undefined where the system doesn't tell them. */
interface ThreadTimes {
  /** It computed. */
  readonly runMs: number;
  /** It could have, but others did. */
  readonly waitedMs: number;
}

/** This thread's. */
export function threadTimes(read: Read = readText): ThreadTimes | undefined {
  try {
    const [run, waited] = read("/proc/thread-self/schedstat").split(" ").map(Number);
    return run! > 0 ? { runMs: run! / 1e6, waitedMs: waited! / 1e6 } : undefined;
  } catch {
    return undefined;
  }
}

/** Share of a time in which the thread was not stopped by a signal: it neither computed nor waited for its turn then. */
export function unstoppedShare(elapsedMs: number, before?: ThreadTimes, after?: ThreadTimes): number {
  if (before === undefined || after === undefined || elapsedMs <= 0) return 1;
  const own = after.runMs - before.runMs + after.waitedMs - before.waitedMs;
  return Math.min(1, Math.max(own, 0) / elapsedMs);
}

/** Where this process's groups lie: for version 1 the one of the CPU controller, for version 2 the only one. */
function groupsOf(read: Read): { folder: string; group: string }[] {
  try {
    const mounts = read("/proc/mounts").split("\n").map((line) => line.split(" "));
    const folderOf = (type: string, option?: string) =>
      mounts.find((mount) =>
        mount[2] === type && (option === undefined || mount[3]?.split(",").includes(option))
      )?.[1];
    return read("/proc/self/cgroup").split("\n").flatMap((line) => {
      const [, controllers, group] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
      if (group === undefined) return [];
      const folder = controllers === ""
        ? folderOf("cgroup2")
        : controllers!.split(",").includes("cpu")
        ? folderOf("cgroup", "cpu")
        : undefined;
      return folder === undefined ? [] : [{ folder, group }];
    });
  } catch {
    return [];
  }
}

/** Cores that one group allows; undefined if it sets no limit. */
function quotaOf(read: Read, folder: string): number | undefined {
  const numbers = (file: string) => {
    try {
      return read(`${folder}/${file}`).trim().split(" ").map(Number);
    } catch {
      return [];
    }
  };
  const [max, maxPeriod] = numbers("cpu.max");
  const [quota, period] = [
    max ?? numbers("cpu.cfs_quota_us")[0],
    maxPeriod ?? numbers("cpu.cfs_period_us")[0],
  ];
  return quota! > 0 && period! > 0 ? quota! / period! : undefined;
}
