import type { Connection } from "@libp2p/interface";
import { timed } from "../channel/mod.ts";
import { addressOf, type Finder } from "../discovery/mod.ts";
import type { LinkFigures } from "../link/mod.ts";
import type { TrustedPeer, TrustStore } from "../trust/mod.ts";
import { PEERS_PING_MS, SHOWN_LINK_AGE_MS } from "./constants.ts";
import type { Host } from "./host.ts";
import { unfit } from "./info_messages.ts";
import type { PeerRow } from "./options.ts";
import type { PeerBook } from "./peer_book.ts";

/** What rows about other peers are made from. */
export interface PeerListParts {
  readonly host: Host;
  readonly finder: Finder;
  readonly trust: TrustStore;
  readonly book: PeerBook;
  /** This machine's speed, as in `net/link`. */
  unitsPerMs(): number;
}

/** Trusted peers as they are now, and untrusted ones that were seen near by or that trusted ones told of. */
export async function listPeers(parts: PeerListParts): Promise<PeerRow[]> {
  const { finder, trust, book, host } = parts;
  const trusted = await Promise.all(trust.list().map((peer) => trustedRow(parts, peer)));
  const own = host.peerId.toString();
  const strange = (peer: string) => peer !== own && !trust.has(peer);
  const told = book.told().filter(({ peer }) => strange(peer));
  const near = finder.seen().filter((peer) => strange(peer) && !told.some((one) => one.peer === peer));
  return [
    ...trusted,
    ...told.map(({ peer, name, addresses, by }): PeerRow => ({
      peer,
      name,
      trusted: false,
      connected: false,
      knownBy: by,
      ...(addresses[0] !== undefined && { address: addresses[0] }),
    })),
    ...near.map((peer): PeerRow => ({ peer, name: "", trusted: false, connected: false })),
  ];
}

async function trustedRow(parts: PeerListParts, peer: TrustedPeer): Promise<PeerRow> {
  const row = { peer: peer.peer, name: peer.name, trusted: true, grants: parts.trust.grants(peer.peer) };
  let connection: Connection;
  try {
    connection = await parts.finder.connectPeer(peer);
  } catch (error) {
    return { ...row, connected: false, problem: (error as Error).message };
  }
  const address = addressOf(connection);
  const reached = { ...row, connected: true, address, addressKind: kindOf(address) };
  try {
    const { ping } = parts.host.services;
    const rttMs = await timed(PEERS_PING_MS, (signal) => ping.ping(connection.remotePeer, { signal }));
    return { ...reached, rttMs, ...await about(parts, connection) };
  } catch (error) {
    return { ...reached, problem: (error as Error).message };
  }
}

async function about({ book, unitsPerMs }: PeerListParts, connection: Connection): Promise<Partial<PeerRow>> {
  const info = await book.ask(connection);
  const measured = await book.linkOf(connection, { isShown: true });
  const problem = unfit(info, { deno: Deno.version.deno });
  const { cores, load, power, batteryPercent, capabilities, free, deno, storedBytes, now } = info;
  return {
    speed: info.unitsPerMs / unitsPerMs(),
    ...{ cores, load, power, capabilities, free, deno, storedBytes },
    ...(batteryPercent !== undefined && { batteryPercent }),
    grantsThere: info.grants,
    clockAheadMs: now - Date.now(),
    ...(measured && linkPart(measured)),
    ...(problem !== undefined && { problem }),
  };
}

function linkPart({ link, spread, ageMs }: LinkFigures): Partial<PeerRow> {
  const { rttMs, ...bandwidth } = link;
  return {
    ...bandwidth,
    ...(ageMs < SHOWN_LINK_AGE_MS && { rttMs }),
    linkSpread: spread,
    linkAgeMs: Math.round(ageMs),
  };
}

/** In a word: how a peer is reached. */
function kindOf(address: string): string {
  const way = /\/wss?\b|\/tls\/ws\b/.test(address) ? "websockets" : "tcp";
  if (/^\/ip4\/127\.|^\/ip6\/::1\//.test(address)) return `${way}, this machine`;
  const near = /^\/ip4\/(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.)|^\/ip6\/f[cde]/.test(address);
  return `${way}, ${near ? "local network" : "internet"}`;
}
