import type { Connection } from "@libp2p/interface";
import type { Finder } from "../discovery/mod.ts";
import type { CloneSession } from "./session_client.ts";

/** Clones that `auto` tries before it gives up. */
const MAX_AUTO_TRIES = 4;

/**
 * Opens a session at the first wanted clone that takes it: addresses in their order, `auto` for the paired peers, whoever
 * answers first.
 *
 * @throws {Error} with every clone's reason.
 */
export async function openFirst(
  finder: Finder,
  clones: readonly string[],
  open: (connection: Connection) => Promise<CloneSession>,
): Promise<CloneSession> {
  const reasons: string[] = [];
  for (const clone of clones) {
    try {
      if (clone === "auto") return await openAuto(finder, open);
      return await open(await finder.connectTo(clone));
    } catch (error) {
      reasons.push((error as Error).message);
    }
  }
  throw new Error(reasons.join("; "));
}

async function openAuto(
  finder: Finder,
  open: (c: Connection) => Promise<CloneSession>,
): Promise<CloneSession> {
  const tried = new Set<string>();
  const reasons: string[] = [];
  while (tried.size < MAX_AUTO_TRIES) {
    let connection: Connection;
    try {
      connection = await finder.connectAny(tried);
    } catch (error) {
      throw new Error([...reasons, ...(reasons.length > 0 ? [] : [(error as Error).message])].join("; "));
    }
    tried.add(connection.remotePeer.toString());
    try {
      return await open(connection);
    } catch (error) {
      reasons.push((error as Error).message);
    }
  }
  throw new Error(reasons.join("; "));
}
