import { deepStrictEqual, equal } from "node:assert/strict";
import { lockHome, openHome, peerIdOf } from "../home/mod.ts";
import { SPAWNED_HOME_PREFIX } from "./constants.ts";
import { clearStaleClones } from "./stale_clones.ts";
import { guestFolders } from "./stale_guests.ts";

/** A home as a killed clone leaves it, whose lock was made so long ago. */
async function leave(
  dir: string,
  name: string,
  { lockAgeMs }: { readonly lockAgeMs?: number },
): Promise<string> {
  const home = await openHome(`${dir}/${SPAWNED_HOME_PREFIX}${name}`);
  const id = await peerIdOf(home);
  await Deno.mkdir(home.path("content"));
  if (lockAgeMs === undefined) return id;
  const { release } = await lockHome(home);
  release();
  const at = new Date(Date.now() - lockAgeMs);
  await Deno.utime(home.path("peer.lock"), at, at);
  return id;
}

Deno.test("clearStaleClones() removes homes that nobody serves, with their guests' folders, and nothing else", async () => {
  const dir = await Deno.makeTempDir();
  const hour = 3_600_000;
  try {
    const id = await leave(dir, "dead", { lockAgeMs: hour });
    const { dir: temporary, prefix } = guestFolders(id);
    const guest = await Deno.makeTempDir({ dir: temporary, prefix });
    await leave(dir, "young", { lockAgeMs: 1_000 });
    await leave(dir, "starting", {});
    await leave(dir, "serving", { lockAgeMs: hour });
    await leave(dir, "named-by-a-person", { lockAgeMs: hour });
    await leave(`${dir}/elsewhere`, "linked", { lockAgeMs: hour });
    await Deno.symlink(`${dir}/elsewhere/${SPAWNED_HOME_PREFIX}linked`, `${dir}/${SPAWNED_HOME_PREFIX}link`);
    const served = await lockHome(await openHome(`${dir}/${SPAWNED_HOME_PREFIX}serving`));
    equal(await clearStaleClones(dir), 1);
    served.release();
    const left = [...Deno.readDirSync(dir)].map(({ name }) => name.replace(SPAWNED_HOME_PREFIX, ""));
    deepStrictEqual(left.toSorted(), [
      "elsewhere",
      "link",
      "named-by-a-person",
      "serving",
      "starting",
      "young",
    ]);
    await Deno.lstat(`${dir}/elsewhere/${SPAWNED_HOME_PREFIX}linked/key`);
    equal(await Deno.stat(guest).catch(() => "gone"), "gone");
    equal(await clearStaleClones(dir), 1);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test({
  name: "clearStaleClones() leaves another user's homes alone",
  ignore: Deno.uid() !== 0,
  async fn() {
    const dir = await Deno.makeTempDir();
    try {
      await leave(dir, "theirs", { lockAgeMs: 3_600_000 });
      await Deno.chown(`${dir}/${SPAWNED_HOME_PREFIX}theirs`, 12_345, 12_345);
      equal(await clearStaleClones(dir), 0);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});

Deno.test("clearStaleClones() does nothing where nothing can be listed", async () => {
  equal(await clearStaleClones("/nowhere"), 0);
});
