import type { Libp2p, PeerId } from "@libp2p/interface";
import { MAX_KNOWN_STRANGERS } from "./constants.ts";

/**
 * Has libp2p forget who isn't trusted, but for the last ones: it keeps for hours what everybody told who connected once, or was told of
 * on the local network, and an id costs nothing.
 */
export function forgetStrangers(
  host: Pick<Libp2p, "addEventListener" | "getConnections" | "peerStore">,
  isTrusted: (peer: string) => boolean,
): void {
  /** Latest last. */
  const known = new Map<string, PeerId>();
  host.addEventListener("peer:update", ({ detail: { peer: { id } } }) => {
    const name = id.toString();
    known.delete(name);
    if (isTrusted(name)) return;
    known.set(name, id);
    if (known.size <= MAX_KNOWN_STRANGERS) return;
    // Connections are bounded as well; what is known of who has one is still needed.
    const [first, stranger] = [...known].find(([, one]) => host.getConnections(one).length === 0) ?? [];
    if (first === undefined) return;
    known.delete(first);
    if (!isTrusted(first)) host.peerStore.delete(stranger!).catch(() => {});
  });
}
