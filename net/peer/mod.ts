/**
 * The node manager. Loads libp2p only when a peer is started.
 *
 * @module
 */
import type { Peer, PeerOptions } from "./options.ts";

export { type AppSession } from "./app_session.ts";
export { type AttachedPeer, attachPeer } from "./attach.ts";
export type { MigrationRow } from "./migration_log.ts";
export { connectLocal, type LocalClient } from "./local_client.ts";
export { type LocalSocket } from "./local_server.ts";
export { type NewcomerLimits, Newcomers } from "./newcomers.ts";
export type { Peer, PeerOptions, PeerRow, PeerStatus } from "./options.ts";
export { revoke } from "./revoke.ts";
export { spawnClone, type SpawnedClone, type SpawnOptions } from "./spawned_clone.ts";

/**
 * Starts a peer.
 *
 * @throws {HomeBusyError} if another process serves the home; {Error} if it can't listen.
 */
export async function startPeer(options: PeerOptions = {}): Promise<Peer> {
  return await (await import("./peer.ts")).startPeer(options);
}
