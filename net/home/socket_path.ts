import { folderOf } from "../../runtime/paths/mod.ts";
import { HOME_MODE, MAX_SOCKET_PATH_BYTES } from "./constants.ts";
import { type Home, writePrivateFile } from "./home.ts";

const NAME = "peer.sock";
const ELSEWHERE = "peer.sock.path";

/**
 * Where a home's peer listens for local processes, made free of a dead peer's leftovers.
 *
 * It is `peer.sock` in the home, or in a private temporary folder (named in `peer.sock.path`) where the home's
 * own path is too long for a socket.
 */
export async function prepareSocketPath(home: Home): Promise<string> {
  await removeSocketPath(home);
  const path = home.path(NAME);
  if (new TextEncoder().encode(path).length <= MAX_SOCKET_PATH_BYTES) return path;
  const folder = await Deno.makeTempDir({ prefix: "cc-" });
  await Deno.chmod(folder, HOME_MODE);
  await writePrivateFile(home.path(ELSEWHERE), folder);
  return `${folder}/${NAME}`;
}

/** The path where a running peer of this home listens. */
export async function socketPathOf(home: Pick<Home, "path">): Promise<string> {
  const elsewhere = await Deno.readTextFile(home.path(ELSEWHERE)).catch(() => undefined);
  return elsewhere === undefined ? home.path(NAME) : `${elsewhere}/${NAME}`;
}

/** Removes the socket and what was made for it. */
export async function removeSocketPath(home: Home): Promise<void> {
  const path = await socketPathOf(home);
  await Deno.remove(path).catch(() => {});
  if (path === home.path(NAME)) return;
  await Deno.remove(folderOf(path)).catch(() => {});
  await Deno.remove(home.path(ELSEWHERE)).catch(() => {});
}
