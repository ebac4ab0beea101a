import type { LinkSpec } from "../link/mod.ts";
import {
  CREDIT_LEAST_BYTES,
  CREDIT_MOST_BYTES,
  CREDIT_MS,
  LEAST_PIECE_BYTES,
  PIECE_SHARE,
} from "./constants.ts";

/**
 * How much of one session may be under way at once, so that what others send over the same connection doesn't wait behind it:
 * what the link carries in a round trip and a moment more. libp2p alone would let a megabyte queue up, 20 s of a slow link.
 *
 * The other side tells what it took. The moment more makes up for a bandwidth that is measured too low.
 */
export class Credit {
  readonly #link: () => LinkSpec | undefined;
  /** Bytes that may be under way now: as the link was when the other side last told something. */
  #limit: number;
  #underWay = 0;
  #room: PromiseWithResolvers<void> | undefined;

  constructor(link: () => LinkSpec | undefined) {
    this.#link = link;
    this.#limit = this.#current();
  }

  /** Bytes that may be sent at once, so that a piece of another session finds a place between. */
  get pieceBytes(): number {
    return Math.max(LEAST_PIECE_BYTES, Math.floor(PIECE_SHARE * this.#limit));
  }

  /** Bytes were sent; a promise if the next ones must wait. */
  sent(bytes: number): Promise<void> | void {
    this.#underWay += bytes;
    if (this.#underWay < this.#limit) return;
    return (this.#room ??= Promise.withResolvers<void>()).promise;
  }

  /** The other side took bytes. */
  taken(bytes: number): void {
    this.#underWay = Math.max(0, this.#underWay - bytes);
    this.#limit = this.#current();
    if (this.#underWay < this.#limit) this.end();
  }

  /** Nobody has to wait any more. */
  end(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }

  #current(): number {
    const link = this.#link();
    if (link === undefined) return CREDIT_LEAST_BYTES;
    const bytes = link.upBytesPerSecond * (link.rttMs + CREDIT_MS) / 1000;
    return Math.max(CREDIT_LEAST_BYTES, Math.min(CREDIT_MOST_BYTES, bytes));
  }
}
