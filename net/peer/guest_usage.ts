/** What a guest has used. */
export interface Usage {
  /** CPU time since it started, milliseconds. */
  readonly cpuMs: number;
  /** Memory that it holds now, bytes. */
  readonly bytes: number;
  /** What it has written to disks since it started, bytes; 0 where the system doesn't tell. */
  readonly writtenBytes: number;
  /** Whether its main thread runs, or would if it had a core. */
  readonly runnable: boolean;
}

/** Linux counts CPU time in these, whatever the kernel's own clock. */
const TICKS_PER_SECOND = 100;

/** What processes use now; those that are gone are left out. */
export async function readUsage(pids: readonly number[]): Promise<Map<number, Usage>> {
  if (Deno.build.os === "linux") return readProc(pids);
  return pids.length === 0 || Deno.build.os === "windows" ? new Map() : await readPs(pids);
}

/** Synchronous: a read of `/proc` takes some ten microseconds and never waits. */
function readProc(pids: readonly number[]): Map<number, Usage> {
  const found = new Map<number, Usage>();
  for (const pid of pids) {
    try {
      // The name in brackets may hold anything; what follows it are numbers.
      const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ").at(-1)!.split(" ");
      const ticks = Number(fields[11]) + Number(fields[12]);
      // In KiB, unlike the pages of `stat`, whose size differs between machines.
      const resident = /^VmRSS:\s*(\d+)/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1] ?? 0;
      found.set(pid, {
        cpuMs: ticks * 1000 / TICKS_PER_SECOND,
        bytes: Number(resident) * 1024,
        writtenBytes: writtenBytes(pid),
        runnable: fields[0] === "R",
      });
    } catch {
      // It is gone.
    }
  }
  return found;
}

/** Pages of files that it made dirty; some kernels don't count them. */
function writtenBytes(pid: number): number {
  try {
    return Number(/^write_bytes: (\d+)/m.exec(Deno.readTextFileSync(`/proc/${pid}/io`))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

async function readPs(pids: readonly number[]): Promise<Map<number, Usage>> {
  const found = new Map<number, Usage>();
  try {
    const args = ["-o", "pid=,rss=,state=,time=", "-p", pids.join(",")];
    const { stdout } = await new Deno.Command("ps", { args, stderr: "null" }).output();
    for (const line of new TextDecoder().decode(stdout).trim().split("\n")) {
      const [pid, kib, state, time] = line.trim().split(/\s+/);
      const cpuMs = (time ?? "").split(/[-:]/).reduce((sum, part) => sum * 60 + Number(part), 0) * 1000;
      if (time === undefined) continue;
      found.set(Number(pid), {
        cpuMs,
        bytes: Number(kib) * 1024,
        writtenBytes: 0,
        runnable: state!.startsWith("R"),
      });
    }
  } catch {
    // No `ps` here: such a system has only the kernel's limits.
  }
  return found;
}
