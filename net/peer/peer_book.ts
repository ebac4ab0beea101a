import type { Connection } from "@libp2p/interface";
import { streamChannel, timed } from "../channel/mod.ts";
import { FIRST_MEASURE_TIMEOUT_MS, LINK_PROTOCOL, type LinkFigures, LinkMeter } from "../link/mod.ts";
import { LINK_AGE_MS, MAX_KNOWN_PEERS, SHOWN_LINK_AGE_MS, SHOWN_LINK_AGE_SHARE } from "./constants.ts";
import type { KnownPeer, PeerInfo } from "./info_messages.ts";
import { askInfo } from "./info_protocol.ts";

/** A peer that a trusted one told of. */
export interface ToldPeer extends KnownPeer {
  /** Names of those who told. */
  readonly by: readonly string[];
}

/** What this peer has learnt of others while it runs: links as measured, and whom they know. */
export class PeerBook {
  readonly #links = new Map<string, { figures: LinkFigures; at: number; tookMs?: number }>();
  readonly #meters = new Map<string, LinkMeter>();
  readonly #told = new Map<string, readonly KnownPeer[]>();
  readonly #names = new Map<string, string>();
  /** False: links are only learnt from sessions. */
  readonly probes: boolean;

  constructor({ probes }: { readonly probes: boolean }) {
    this.probes = probes;
  }

  /** The link to a peer as last measured: by a session's meter, while one is open. */
  link(peer: string): LinkFigures | undefined {
    const figures = this.#meters.get(peer)?.figures();
    if (figures !== undefined) return figures;
    const known = this.#links.get(peer);
    return known && { ...known.figures, ageMs: known.figures.ageMs + performance.now() - known.at };
  }

  /** A session measures the link to a peer from now on. */
  follow(peer: string, meter: LinkMeter): () => void {
    this.#meters.set(peer, meter);
    return () => {
      const last = meter.figures();
      if (last !== undefined) this.#links.set(peer, { figures: last, at: performance.now() });
      if (this.#meters.get(peer) === meter) this.#meters.delete(peer);
    };
  }

  /** The link of a connection: as measured lately, else measured now; undefined if it can't be. `isShown`: to a person who looks. */
  async linkOf(
    connection: Connection,
    { isShown = false }: { readonly isShown?: boolean } = {},
  ): Promise<LinkFigures | undefined> {
    const peer = connection.remotePeer.toString();
    const known = this.link(peer);
    const tookMs = this.#links.get(peer)?.tookMs ?? 0;
    const oldestMs = isShown ? Math.max(SHOWN_LINK_AGE_MS, SHOWN_LINK_AGE_SHARE * tookMs) : LINK_AGE_MS;
    const isMeasured = this.#meters.has(peer) || known !== undefined && known.ageMs < oldestMs;
    if (known !== undefined && isMeasured || !this.probes) return known;
    await this.#measure(connection);
    return this.link(peer);
  }

  /** Does nothing where it can't: what was known is better than nothing. */
  async #measure(connection: Connection): Promise<void> {
    const start = performance.now();
    try {
      const meter = new LinkMeter(streamChannel(await connection.newStream(LINK_PROTOCOL)));
      try {
        await timed(FIRST_MEASURE_TIMEOUT_MS, (signal) => meter.first(signal));
        const at = performance.now();
        this.#links.set(connection.remotePeer.toString(), {
          figures: meter.figures()!,
          at,
          tookMs: at - start,
        });
      } finally {
        meter.close();
      }
    } catch {
      // It went, or is too slow to be measured in time.
    }
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
    this.#meters.delete(peer);
    this.#told.delete(peer);
    this.#names.delete(peer);
  }
}
