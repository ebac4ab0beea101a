/**
 * What connects machines: peers, trust, discovery, links, content.
 *
 * An app speaks to its peer over a Unix socket: a {@linkcode SessionRequest} of the runtime first, then frames.
 *
 * ```ts ignore
 * const peer = await attachPeer(); // the running one, else one in this process
 * const app = await Deno.connect({ transport: "unix", path: peer.socketPath });
 * await app.write(encodeJsonFrame(HOP_CONTROL, { op: "session", clones: ["auto"], ...who }));
 * ```
 *
 * @module
 */
export {
  defaultHome,
  type Home,
  HomeBusyError,
  keyOfPeer,
  openHome,
  peerIdOf,
  peerOfKey,
  socketPathOf,
} from "./home/mod.ts";
export { type ControlChannel, type Message } from "./channel/mod.ts";
export {
  FileClient,
  hashesOf,
  indexName,
  type PushProgress,
  type PushResult,
  pushTree,
  readTreeIndex,
  type TreeIndex,
  writeTreeIndex,
} from "./files/mod.ts";
export { type LinkSpec, NAMED_LINKS, parseLink } from "./link/mod.ts";
export {
  type AppSession,
  type AttachedPeer,
  attachPeer,
  connectLocal,
  type LocalClient,
  type LocalSocket,
  type MigrationRow,
  type NewcomerLimits,
  Newcomers,
  type Peer,
  type PeerOptions,
  type PeerRow,
  type PeerStatus,
  revoke,
  spawnClone,
  type SpawnedClone,
  type SpawnOptions,
  startPeer,
} from "./peer/mod.ts";
export {
  type Grants,
  grantsOf,
  type Limits,
  openTrustStore,
  type PairingOffer,
  parseCode,
  parseLimits,
  type TrustedPeer,
  type TrustStore,
} from "./trust/mod.ts";
