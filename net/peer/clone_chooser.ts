import type { Connection } from "@libp2p/interface";
import type { Finder } from "../discovery/mod.ts";
import type { TrustStore } from "../trust/mod.ts";
import { type Candidate, explainRanking, rank, type Ranked } from "./clone_ranking.ts";
import { CHOICE_GRACE_MS, MAX_AUTO_TRIES, NEXT_ADDRESS_MS } from "./constants.ts";
import { inTurn } from "./in_turn.ts";
import type { PeerInfo } from "./info_messages.ts";
import type { PeerBook } from "./peer_book.ts";
import type { CloneSession } from "./session_client.ts";

/** A clone that answered, and over what. */
export interface Reached extends Candidate {
  readonly connection: Connection;
}

/** What a {@linkcode CloneChooser} works with. */
export interface ChooserParts {
  readonly finder: Finder;
  readonly trust: TrustStore;
  readonly book: PeerBook;
  /** This machine's speed, as in `net/link`. */
  unitsPerMs(): number;
}

/** Opens a session over a connection; `why` says for people what made it this one. */
type Open = (connection: Connection, why: string) => Promise<CloneSession>;

/** Finds the clone that a session is best opened at. */
export class CloneChooser {
  readonly #parts: ChooserParts;

  constructor(parts: ChooserParts) {
    this.#parts = parts;
  }

  /**
   * Opens a session at the first wanted clone that takes it: addresses in their order, `auto` for the best of the paired
   * peers. An address that doesn't answer soon isn't waited for: the next is dialled as well.
   *
   * @throws {Error} with every clone's reason.
   */
  async open(clones: readonly string[], open: Open): Promise<CloneSession> {
    const reasons: string[] = [];
    const ways = clones.map((clone) => async (): Promise<() => Promise<CloneSession>> => {
      if (clone === "auto") return () => this.#openAuto(open);
      const connection = await this.#parts.finder.connectTo(clone);
      return () => open(connection, "it was asked for");
    });
    for await (const way of inTurn(ways, NEXT_ADDRESS_MS)) {
      try {
        if (way.status === "rejected") throw way.reason;
        return await way.value();
      } catch (error) {
        reasons.push((error as Error).message);
      }
    }
    throw new Error(reasons.join("; "));
  }

  /** Clones as they promise now, best first; those that don't answer are left out. */
  async compare(): Promise<Ranked<Reached>[]> {
    const found: Reached[] = [];
    await Promise.allSettled(
      this.#parts.trust.list().map(async (peer) => {
        found.push(await this.#ask(await this.#parts.finder.connectPeer(peer)));
      }),
    );
    return this.rank(found);
  }

  /** Orders what was found by what it promises. */
  rank(found: readonly Reached[]): Ranked<Reached>[] {
    return rank(found, { unitsPerMs: this.#parts.unitsPerMs(), deno: Deno.version.deno });
  }

  async #openAuto(open: Open): Promise<CloneSession> {
    const trusted = this.#parts.trust.list();
    // With no choice there is nothing to ask: it says itself if it can't.
    if (trusted.length < 2) {
      return await open(await this.#parts.finder.connectAny(new Set()), "the only paired peer");
    }
    const { found, reasons } = await this.#reach();
    const ranked = this.rank(found);
    const usable = ranked.filter(({ seconds }) => seconds < Infinity);
    if (usable.length === 0) {
      throw new Error(
        [...ranked.map(({ candidate, why }) => `${candidate.info.name}: ${why}`), ...reasons].join("; "),
      );
    }
    for (const { candidate } of usable.slice(0, MAX_AUTO_TRIES)) {
      try {
        return await open(candidate.connection, explainRanking(ranked));
      } catch (error) {
        reasons.push((error as Error).message);
      }
    }
    throw new Error(reasons.join("; "));
  }

  /** Asks all paired peers; who answers much later than the first isn't waited for. @throws {Error} if none answers. */
  async #reach(): Promise<{ found: Reached[]; reasons: string[] }> {
    const [found, reasons]: [Reached[], string[]] = [[], []];
    const { promise: enough, resolve } = Promise.withResolvers<void>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const all = Promise.all(
      this.#parts.trust.list().map(async (peer) => {
        try {
          found.push(await this.#ask(await this.#parts.finder.connectPeer(peer)));
          timer ??= setTimeout(resolve, CHOICE_GRACE_MS);
        } catch (error) {
          reasons.push((error as Error).message);
        }
      }),
    );
    await Promise.race([all, enough]);
    clearTimeout(timer);
    return { found: [...found], reasons };
  }

  async #ask(connection: Connection): Promise<Reached> {
    const info: PeerInfo = await this.#parts.book.ask(connection);
    const link = await this.#parts.book.linkOf(connection);
    return { peer: connection.remotePeer.toString(), info, link, connection };
  }
}
