import type { Connection } from "@libp2p/interface";
import type { Finder } from "../discovery/mod.ts";
import type { TrustStore } from "../trust/mod.ts";
import { type Candidate, explainRanking, rank, type Ranked } from "./clone_ranking.ts";
import { CHOICE_GRACE_MS, MAX_AUTO_TRIES, NEXT_ADDRESS_MS, NEXT_CLONE_MS } from "./constants.ts";
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

/** One of several tries to get a session. */
export interface Attempt {
  /** Another one is to be tried meanwhile. */
  next(): void;
  /** Aborted when another one has got it. */
  readonly signal: AbortSignal;
}

/** Opens a session over a connection; `why` says for people what made it this one. */
type Open = (connection: Connection, why: string, attempt: Attempt) => Promise<CloneSession>;

/** Finds the clone that a session is best opened at. */
export class CloneChooser {
  readonly #parts: ChooserParts;

  constructor(parts: ChooserParts) {
    this.#parts = parts;
  }

  /**
   * Opens a session at the first wanted clone that takes it: addresses in their order, `auto` for the best of the paired
   * peers. An address that doesn't answer soon isn't waited for, nor a clone where others wait: the next is asked as well, and whoever
   * takes the session first has it.
   *
   * @throws {Error} with every clone's reason.
   */
  async open(clones: readonly string[], open: Open): Promise<CloneSession> {
    return await firstOf(clones.map((clone) => async (attempt) => {
      if (clone === "auto") return await this.#openAuto(open, attempt);
      const late = setTimeout(attempt.next, NEXT_ADDRESS_MS);
      const connection = await this.#parts.finder.connectTo(clone).finally(() => clearTimeout(late));
      return await openSoon(open, { connection, why: "it was asked for", attempt });
    }));
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

  async #openAuto(open: Open, attempt: Attempt): Promise<CloneSession> {
    const trusted = this.#parts.trust.list();
    // With no choice there is nothing to ask: it says itself if it can't.
    if (trusted.length < 2) {
      const connection = await this.#parts.finder.connectAny(new Set());
      return await openSoon(open, { connection, why: "the only paired peer", attempt });
    }
    const { found, reasons } = await this.#reach();
    const ranked = this.rank(found);
    const usable = ranked.filter(({ seconds }) => seconds < Infinity);
    if (usable.length === 0) {
      throw new Error(
        [...ranked.map(({ candidate, why }) => `${candidate.info.name}: ${why}`), ...reasons].join("; "),
      );
    }
    const best = usable.slice(0, MAX_AUTO_TRIES);
    const why = explainRanking(ranked);
    return await firstOf(
      best.map(({ candidate: { connection } }) => (attempt) => openSoon(open, { connection, why, attempt })),
      { attempt, reasons },
    );
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
    const link = (await this.#parts.book.linkOf(connection))?.link;
    return { peer: connection.remotePeer.toString(), info, link, connection };
  }
}

/** Opens a session; if that takes long, another clone is asked as well. */
async function openSoon(
  open: Open,
  { connection, why, attempt }: { connection: Connection; why: string; attempt: Attempt },
): Promise<CloneSession> {
  const late = setTimeout(attempt.next, NEXT_CLONE_MS);
  return await open(connection, why, attempt).finally(() => clearTimeout(late));
}

/**
 * The first session that one of these ways leads to, tried in turn; the other ways are given up. `reasons` are told as well if none
 * does. @throws {Error} with every way's reason.
 */
async function firstOf(
  ways: readonly ((attempt: Attempt) => Promise<CloneSession>)[],
  { attempt: whole, reasons = [] }: { attempt?: Attempt; reasons?: string[] } = {},
): Promise<CloneSession> {
  const settled = new AbortController();
  const signal = whole === undefined ? settled.signal : AbortSignal.any([whole.signal, settled.signal]);
  let won: CloneSession | undefined;
  const starts = ways.map((way, index) => async (next: () => void) => {
    const isLast = index === ways.length - 1;
    const session = await way({ next: isLast && whole !== undefined ? () => whole.next() : next, signal });
    // Two may have been taken at the same time.
    if (won !== undefined || signal.aborted) return giveUp(session);
    return won = session;
  });
  for await (const result of inTurn(starts)) {
    if (result.status === "fulfilled") {
      settled.abort(new Error("another clone has taken the session"));
      return result.value;
    }
    reasons.push((result.reason as Error).message);
  }
  throw new Error(reasons.join("; "));
}

/** @throws {Error} always */
function giveUp({ meter, control }: CloneSession): never {
  const reason = new Error("Another clone has taken the session");
  meter.close();
  control.channel.abort(reason);
  throw reason;
}
