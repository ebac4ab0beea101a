import type { Connection } from "@libp2p/interface";
import { streamChannel, timed } from "../channel/mod.ts";
import { FIRST_MEASURE_TIMEOUT_MS, LINK_PROTOCOL, LinkMeter, type LinkSpec } from "../link/mod.ts";
import { LINK_AGE_MS, MAX_KNOWN_PEERS } from "./constants.ts";
import type { KnownPeer, PeerInfo } from "./info_messages.ts";
import { askInfo } from "./info_protocol.ts";

/** A peer that a trusted one told of. */
export interface ToldPeer extends KnownPeer {
  /** Names of those who told. */
  readonly by: readonly string[];
}

/** What this peer has learnt of others while it runs: links as measured, and whom they know. */
export class PeerBook {
  readonly #links = new Map<string, { link: LinkSpec; at: number }>();
  readonly #told = new Map<string, readonly KnownPeer[]>();
  readonly #names = new Map<string, string>();
  /** False: links are only learnt from sessions. */
  readonly probes: boolean;

  constructor({ probes }: { readonly probes: boolean }) {
    this.probes = probes;
  }

  /** The link to a peer as last measured, and how many milliseconds ago. */
  link(peer: string): { readonly link: LinkSpec; readonly ageMs: number } | undefined {
    const known = this.#links.get(peer);
    return known && { link: known.link, ageMs: performance.now() - known.at };
  }

  measured(peer: string, link: LinkSpec): void {
    this.#links.set(peer, { link, at: performance.now() });
  }

  /** The link of a connection: as measured lately, else measured now; undefined if it can't be. */
  async linkOf(connection: Connection): Promise<LinkSpec | undefined> {
    const peer = connection.remotePeer.toString();
    const known = this.link(peer);
    if (known !== undefined && (known.ageMs < LINK_AGE_MS || !this.probes)) return known.link;
    if (!this.probes) return undefined;
    try {
      const meter = new LinkMeter(streamChannel(await connection.newStream(LINK_PROTOCOL)));
      try {
        this.measured(peer, await timed(FIRST_MEASURE_TIMEOUT_MS, (signal) => meter.first(signal)));
      } finally {
        meter.close();
      }
    } catch {
      // What was known is better than nothing.
    }
    return this.#links.get(peer)?.link;
  }

  /** What a trusted peer says of itself. @throws {Error} if it doesn't. */
  async ask(connection: Connection): Promise<PeerInfo> {
    const info = await askInfo(connection);
    const peer = connection.remotePeer.toString();
    this.#told.set(peer, info.knows.slice(0, MAX_KNOWN_PEERS));
    this.#names.set(peer, info.name);
    return info;
  }

  /** Where others say that a peer is. */
  addressesOf(peer: string): string[] {
    return [...this.#told.values()].flat().filter((known) => known.peer === peer).flatMap(({ addresses }) =>
      addresses
    );
  }

  /** All peers that trusted ones told of. */
  told(): ToldPeer[] {
    const all = [...this.#told].flatMap(([by, known]) =>
      known.map((one) => ({ ...one, by: this.#names.get(by)! }))
    );
    return [...Map.groupBy(all, ({ peer }) => peer).values()].map((same) => ({
      ...same[0]!,
      addresses: [...new Set(same.flatMap(({ addresses }) => addresses))],
      by: same.map(({ by }) => by),
    }));
  }

  forget(peer: string): void {
    this.#links.delete(peer);
    this.#told.delete(peer);
    this.#names.delete(peer);
  }
}
