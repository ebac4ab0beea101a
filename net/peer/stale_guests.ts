/**
 * What guests leave whose peer was killed together with their watchdog (a killed container, the end of memory): folders, and processes
 * that compute on.
 *
 * A home serves one peer at a time and has a key of its own, so what bears that peer's mark when it starts is nobody's any more.
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signalGroup } from "./guest.ts";

/** Where guests' folders are, and how those of this peer begin. */
export function guestFolders(peer: string): { readonly dir: string; readonly prefix: string } {
  return { dir: tmpdir(), prefix: `clonecloud-guest-${peer.slice(-12)}-` };
}

/** Ends and removes what is left of this peer's earlier guests; how many there were. Whoever calls it has the home's lock. */
export async function clearStaleGuests(peer: string): Promise<number> {
  const { dir, prefix } = guestFolders(peer);
  const stale: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(dir)) {
      if (isDirectory && name.startsWith(prefix)) stale.push(await Deno.realPath(join(dir, name)));
    }
    if (stale.length > 0) endThoseIn(new Set(stale));
  } catch {
    // A folder that can't be listed; what was found is removed all the same.
  }
  for (const folder of stale) await Deno.remove(folder, { recursive: true }).catch(() => {});
  return stale.length;
}

/** Ends guests by the folder that they run in; only Linux tells it without a further program. */
function endThoseIn(folders: ReadonlySet<string>): void {
  if (Deno.build.os !== "linux") return;
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (folders.has(Deno.readLinkSync(`/proc/${name}/cwd`))) signalGroup(Number(name), "SIGKILL");
    } catch {
      // It is gone, or another user's.
    }
  }
}
