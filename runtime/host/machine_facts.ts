import type * as NodeOs from "node:os";
import type { GuestReply } from "../thread/protocol.ts";

/** Something that a guest may ask about its device's machine while its thread waits. */
interface MachineFact {
  /** The permission that a program needs to know it. */
  readonly kind?: Deno.SysPermissionDescriptor["kind"];
  /** Left out for what only the app's own process knows. */
  read?(): unknown;
}

/** How the app's own process is asked. */
interface Asked {
  permissionOf(permission: Deno.PermissionDescriptor): Promise<{ readonly state: string }>;
  terminal(): Promise<GuestReply>;
}

const os = () => globalThis.process.getBuiltinModule("node:os") as typeof NodeOs;

/** By the host API that tells it. All are plain values; but for the size of its terminal the same for each process of a machine's user. */
export const MACHINE_FACTS: Readonly<Record<string, MachineFact>> = {
  "Deno.consoleSize": {},
  "Deno.gid": { kind: "gid", read: () => Deno.gid() },
  "Deno.hostname": { kind: "hostname", read: () => Deno.hostname() },
  "Deno.loadavg": { kind: "loadavg", read: () => Deno.loadavg() },
  "Deno.osRelease": { kind: "osRelease", read: () => Deno.osRelease() },
  "Deno.osUptime": { kind: "osUptime", read: () => Deno.osUptime() },
  "Deno.systemMemoryInfo": { kind: "systemMemoryInfo", read: () => Deno.systemMemoryInfo() },
  "Deno.uid": { kind: "uid", read: () => Deno.uid() },
  "node:os.cpus": { kind: "cpus", read: () => os().cpus() },
  "node:os.freemem": { kind: "systemMemoryInfo", read: () => os().freemem() },
  "node:os.hostname": { kind: "hostname", read: () => os().hostname() },
  "node:os.loadavg": { kind: "loadavg", read: () => os().loadavg() },
  "node:os.release": { kind: "osRelease", read: () => os().release() },
  "node:os.totalmem": { kind: "systemMemoryInfo", read: () => os().totalmem() },
  "node:os.uptime": { kind: "osUptime", read: () => os().uptime() },
};

/** A fact as a program with these permissions may know it; where it may not, its own call tells it so. */
export async function machineFact(name: string, { permissionOf, terminal }: Asked): Promise<GuestReply> {
  const fact = Object.hasOwn(MACHINE_FACTS, name) ? MACHINE_FACTS[name]! : undefined;
  if (fact === undefined) return failed("TypeError", "no guest is told that");
  const { kind, read } = fact;
  if (kind !== undefined && (await permissionOf({ name: "sys", kind })).state !== "granted") {
    return failed("NotCapable", `it takes --allow-sys=${kind}`);
  }
  if (read === undefined) return await terminal();
  try {
    return { ok: true, value: read() };
  } catch (error) {
    return failed((error as Error).name, (error as Error).message);
  }
}

function failed(name: string, message: string): GuestReply {
  return { ok: false, error: { name, message } };
}
