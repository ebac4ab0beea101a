/** Limits the CPU time of processes and their descendants through Linux control groups, version 1 or 2. */

/**
 * The shortest time the kernel lets a group run per period. Periods are as short as that allows (factor × 1 ms), so that
 * a slow device answers late by milliseconds, as one does, and not by the default period's tenths of a second.
 */
const QUOTA_US = 1_000;
/** The longest period that the kernel takes, hence the largest factor. */
const MAX_FACTOR = 1_000;
/** How long to wait for killed processes to leave a group. */
const EMPTY_TIMEOUT_MS = 5_000;
/** How groups' names start; the id of the process that made the group follows. */
const PREFIX = "slow-device-";

/** Where a control group lies and how it is told its quota. */
interface Hierarchy {
  readonly folder: string;
  setFactor(group: string, factor: number): void;
}

/** A group of processes that together get 1/factor of one CPU. Owns the group: disposing kills what is left in it. */
export class CpuQuota implements AsyncDisposable {
  readonly #hierarchy: Hierarchy;
  readonly #group: string;

  /** The group's folder. */
  get folder(): string {
    return this.#group;
  }

  /** @throws {Error} if this system doesn't let us; says why. */
  constructor() {
    const hierarchy = findHierarchy();
    if (typeof hierarchy === "string") throw new Error(`Cannot limit CPU time: ${hierarchy}`);
    this.#hierarchy = hierarchy;
    removeAbandoned(hierarchy.folder);
    this.#group = Deno.makeTempDirSync({ dir: hierarchy.folder, prefix: `${PREFIX}${Deno.pid}-` });
  }

  /** Why this system doesn't let us limit CPU time, or undefined if it does. */
  static unavailable(): string | undefined {
    try {
      const hierarchy = findHierarchy();
      if (typeof hierarchy === "string") return hierarchy;
      Deno.removeSync(Deno.makeTempDirSync({ dir: hierarchy.folder, prefix: `${PREFIX}${Deno.pid}-` }));
      return undefined;
    } catch (error) {
      return `no control group can be made (${(error as Error).message})`;
    }
  }

  /** Lets the group have 1/factor of one CPU; 1 lifts the limit. */
  setFactor(factor: number): void {
    if (!(factor >= 1 && factor <= MAX_FACTOR)) {
      throw new RangeError(`Cannot slow down ${factor} times: give 1 to ${MAX_FACTOR}`);
    }
    this.#hierarchy.setFactor(this.#group, factor);
  }

  /** The command that runs `command` inside the group, from its first instruction on. */
  wrap(command: readonly string[]): string[] {
    return ["sh", "-c", 'echo $$ > "$0" && exec "$@"', `${this.#group}/cgroup.procs`, ...command];
  }

  /** Ids of the processes in the group. */
  pids(): number[] {
    return Deno.readTextFileSync(`${this.#group}/cgroup.procs`).split("\n").filter(Boolean).map(Number);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.setFactor(1); // or what is killed takes factor times as long to go
    const deadline = Date.now() + EMPTY_TIMEOUT_MS;
    for (let pids = this.pids(); pids.length > 0 && Date.now() < deadline; pids = this.pids()) {
      for (const pid of pids) killIfThere(pid);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await removeGroup(this.#group, deadline);
  }
}

function killIfThere(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** The kernel refuses to remove a group for a moment after its last process ended. */
async function removeGroup(group: string, deadline: number): Promise<void> {
  for (;;) {
    try {
      return Deno.removeSync(group);
    } catch (error) {
      if (Date.now() >= deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/** Removes groups whose maker was killed before it could. */
function removeAbandoned(folder: string): void {
  for (const { name } of Deno.readDirSync(folder)) {
    if (!name.startsWith(PREFIX)) continue;
    const maker = parseInt(name.slice(PREFIX.length));
    try {
      Deno.statSync(`/proc/${maker}`);
    } catch {
      try {
        Deno.removeSync(`${folder}/${name}`);
      } catch { /* something still runs in it */ }
    }
  }
}

function findHierarchy(): Hierarchy | string {
  if (Deno.build.os !== "linux") return "control groups exist on Linux only";
  const mounts = Deno.readTextFileSync("/proc/mounts").split("\n").map((line) => line.split(" "));
  const version1 = mounts.find(([, , type, options]) =>
    type === "cgroup" && options!.split(",").includes("cpu")
  );
  if (version1) return { folder: version1[1]!, setFactor: setFactorVersion1 };
  const version2 = mounts.find(([, , type]) => type === "cgroup2");
  if (version2 === undefined) return "no control group hierarchy is mounted";
  try {
    Deno.writeTextFileSync(`${version2[1]}/cgroup.subtree_control`, "+cpu");
  } catch (error) {
    return `the control group's CPU controller cannot be switched on (${(error as Error).message})`;
  }
  return { folder: version2[1]!, setFactor: setFactorVersion2 };
}

function setFactorVersion1(group: string, factor: number): void {
  Deno.writeTextFileSync(`${group}/cpu.cfs_quota_us`, "-1");
  if (factor === 1) return;
  Deno.writeTextFileSync(`${group}/cpu.cfs_period_us`, String(Math.round(QUOTA_US * factor)));
  Deno.writeTextFileSync(`${group}/cpu.cfs_quota_us`, String(QUOTA_US));
}

function setFactorVersion2(group: string, factor: number): void {
  const limit = factor === 1 ? "max 100000" : `${QUOTA_US} ${Math.round(QUOTA_US * factor)}`;
  Deno.writeTextFileSync(`${group}/cpu.max`, limit);
}
