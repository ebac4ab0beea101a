/**
 * What spawned clones leave that were killed: their homes, which nobody else ever uses.
 *
 * A home is removed only by who got its lock, which a living clone holds; one too young to have been locked is left alone.
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lockHome, openHome, peerIdOf } from "../home/mod.ts";
import { SPAWNED_HOME_PREFIX } from "./constants.ts";
import { clearStaleGuests } from "./stale_guests.ts";

const SPAWNED_HOME = new RegExp(`^${SPAWNED_HOME_PREFIX}[0-9a-zA-Z]+$`);
/** Between a lock file's making and its locking; a machine may sleep there. */
const YOUNG_MS = 60_000;
/** A clone makes its lock within seconds; one that had no time to is given a day. */
const UNLOCKED_MS = 24 * 3_600_000;

/** Removes homes of this user's spawned clones that don't live any more, with what their guests left; how many there were. */
export async function clearStaleClones(dir: string = tmpdir()): Promise<number> {
  let cleared = 0;
  try {
    for await (const { name } of Deno.readDir(dir)) {
      if (SPAWNED_HOME.test(name) && await clear(join(dir, name)).catch(() => false)) cleared++;
    }
  } catch {
    // A folder that can't be listed has nothing that could be removed.
  }
  return cleared;
}

async function clear(folder: string): Promise<boolean> {
  const { isDirectory, uid, mtime } = await Deno.lstat(folder);
  if (!isDirectory || uid !== Deno.uid()) return false;
  const lock = await Deno.lstat(join(folder, "peer.lock")).catch(() => undefined);
  const ageMs = Date.now() - Number((lock ?? { mtime }).mtime ?? Infinity);
  if (ageMs < (lock === undefined ? UNLOCKED_MS : YOUNG_MS)) return false;
  const home = await openHome(folder);
  const { release } = await lockHome(home);
  try {
    await clearStaleGuests(await peerIdOf(home));
    await Deno.remove(folder, { recursive: true });
    return true;
  } finally {
    release();
  }
}
