/**
 * What connects machines: peers, trust, discovery, links, content.
 *
 * @module
 */
export { defaultHome, type Home, HomeBusyError, openHome, peerIdOf, socketPathOf } from "./home/mod.ts";
export { type LinkSpec, NAMED_LINKS, parseLink } from "./link/mod.ts";
export {
  type AppSession,
  type AttachedPeer,
  attachPeer,
  connectLocal,
  type LocalClient,
  type LocalSocket,
  type MigrationRow,
  type Peer,
  type PeerOptions,
  type PeerRow,
  type PeerStatus,
  spawnClone,
  type SpawnedClone,
  type SpawnOptions,
  startPeer,
} from "./peer/mod.ts";
export {
  openTrustStore,
  type PairingOffer,
  parseCode,
  type TrustedPeer,
  type TrustStore,
} from "./trust/mod.ts";
