/**
 * What a peer takes that has nothing to do, beside its spare guest: `deno run -A bench/idle_peer.ts [SECONDS]` (default: 60).
 * Resident memory as Linux counts it, shared files included; processor time as a share of one core.
 */
import { DemoPeer } from "./demo_peer.ts";

const MOD = new URL("../mod.ts", import.meta.url).href;
/** Ticks of `/proc/PID/stat`, milliseconds. */
const TICK_MS = 10;
/** Its start is over by then: nothing but timers runs. */
const SETTLE_MS = 30_000;

function cpuMs(pid: number): number {
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ")[1]!.split(" ");
  return TICK_MS * (Number(fields[11]) + Number(fields[12]));
}

function residentMb(pid: number): number {
  const kib = Number(/VmRSS:\s+(\d+)/.exec(Deno.readTextFileSync(`/proc/${pid}/status`))![1]);
  return Math.round(kib * 1024 / 1e6);
}

function guestOf(pid: number): number | undefined {
  const children = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).trim().split(" ").map(Number);
  return children.find((child) => Deno.readTextFileSync(`/proc/${child}/cmdline`).includes("guest_entry"));
}

const seconds = Number(Deno.args[0] ?? 60);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const home = Deno.makeTempDirSync({ prefix: "clonecloud-idle-" });
try {
  await using peer = await DemoPeer.start(MOD, { home });
  const { pid } = peer;
  await pause(SETTLE_MS);
  const before = cpuMs(pid);
  await pause(seconds * 1000);
  const guest = guestOf(pid);
  console.log(JSON.stringify({
    peer_mb: residentMb(pid),
    peer_cpu_percent: Math.round((cpuMs(pid) - before) / seconds) / 10,
    ...(guest !== undefined && { spare_guest_mb: residentMb(guest) }),
    seconds,
  }));
} finally {
  Deno.removeSync(home, { recursive: true });
}
Deno.exit(0);
