import { openContentStore } from "../files/mod.ts";
import type { Home } from "../home/mod.ts";
import { openTrustStore } from "../trust/mod.ts";

/**
 * Trusts a peer no more and wipes what it sent, for a home that no peer serves now; false if it was not trusted. Where one
 * runs, it must do so itself: `Peer.untrust`.
 */
export async function revoke(home: Home, peer: string): Promise<boolean> {
  const removed = await (await openTrustStore(home)).remove(peer);
  if (removed) await (await openContentStore(home.path("content"))).wipe(peer);
  return removed;
}
