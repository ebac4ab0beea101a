import { type ControlChannel, timed } from "../channel/mod.ts";
import {
  ATTEMPT_TIMEOUT_MS,
  CODE_LIFETIME_MS,
  MAX_ATTEMPTS_PER_MINUTE,
  MAX_WRONG_TRIES,
} from "./constants.ts";
import {
  initiatePairing,
  newCode,
  noCode,
  PairingError,
  parseCode,
  refusePairing,
  respondPairing,
  tooMany,
} from "./pairing.ts";
import type { TrustStore } from "./trust_store.ts";

/** Who was paired. */
export interface Paired {
  readonly peer: string;
  readonly name: string;
}

/** A code while it can be used. */
export interface PairingOffer {
  readonly code: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** Resolves when someone used it. @throws {PairingError} when it died unused. */
  readonly done: Promise<Paired>;
  cancel(): void;
}

interface Offer extends PairingOffer {
  wrong: number;
  readonly settle: PromiseWithResolvers<Paired>;
}

/** Time as the desk sees it, milliseconds since 1970. */
export type Clock = () => number;

/** What a {@linkcode PairingDesk} works with. */
export interface DeskOptions {
  readonly trust: TrustStore;
  readonly ownPeer: string;
  readonly ownName: string;
  readonly clock?: Clock;
  /** In place of the usual limits on guessing, for tests that show what these are for. */
  readonly guesses?: { readonly aCode: number; readonly aMinute: number };
}

/**
 * Where codes are shown and typed.
 *
 * One code at a time: a new one kills the one before. A code dies when used, after two minutes and after three wrong
 * tries. All attempts together are limited per minute, so that new codes can't be worn down.
 */
export class PairingDesk {
  readonly #options: DeskOptions;
  readonly #clock: Clock;
  #offer: Offer | undefined;
  #attempts: number[] = [];

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
  }

  /** Shows a code. */
  offer(): PairingOffer {
    this.#die(new PairingError("no-code", "Cannot pair: a newer code was asked for"));
    const settle = Promise.withResolvers<Paired>();
    settle.promise.catch(() => {});
    const timer = setTimeout(() => this.#die(expired()), CODE_LIFETIME_MS);
    Deno.unrefTimer(timer);
    settle.promise.finally(() => clearTimeout(timer)).catch(() => {});
    const expiresAt = this.#clock() + CODE_LIFETIME_MS;
    const cancel = () => this.#die(new PairingError("no-code", "Cannot pair: it was cancelled"));
    this.#offer = { code: newCode(), expiresAt, done: settle.promise, cancel, wrong: 0, settle };
    return this.#offer;
  }

  /** Serves one attempt of `peer` and closes the channel; never rejects. */
  async respond(control: ControlChannel, peer: string): Promise<void> {
    try {
      await this.#respond(control, peer);
    } catch (error) {
      const refusal = error instanceof PairingError ? error : new PairingError("protocol", "Cannot pair");
      refusePairing(control, refusal);
    }
    await control.channel.close();
  }

  /**
   * Types a code at the peer behind the channel; both trust each other when it resolves.
   *
   * @throws {PairingError} if the code is wrong, dead or malformed.
   */
  async join(
    control: ControlChannel,
    other: { peer: string; code: string; address: string },
  ): Promise<Paired> {
    const digits = parseCode(other.code);
    if (digits === undefined) {
      throw new PairingError("wrong-code", "Cannot pair: a code has six digits (123-456)");
    }
    const { trust, ownPeer, ownName } = this.#options;
    const name = await timed(ATTEMPT_TIMEOUT_MS, (signal) =>
      initiatePairing(control, {
        code: digits,
        sides: { initiator: ownPeer, responder: other.peer, ownName },
        signal,
      }));
    await trust.add({ peer: other.peer, name, addresses: [other.address] });
    await control.channel.close();
    return { peer: other.peer, name };
  }

  /** Ends the offer, if any. */
  close(): void {
    this.#die(new PairingError("no-code", "Cannot pair: the peer stops"));
  }

  async #respond(control: ControlChannel, peer: string): Promise<void> {
    const offer = this.#admit();
    const { trust, ownPeer, ownName } = this.#options;
    try {
      const { name, accept } = await timed(ATTEMPT_TIMEOUT_MS, (signal) =>
        respondPairing(control, {
          code: parseCode(offer.code)!,
          sides: { initiator: peer, responder: ownPeer, ownName },
          signal,
        }));
      // The code may have died, or been used by another attempt, while this one went on.
      if (this.#offer !== offer) throw noCode();
      this.#offer = undefined;
      await trust.add({ peer, name });
      accept();
      offer.settle.resolve({ peer, name });
    } catch (error) {
      if (error instanceof PairingError && error.code === "wrong-code") this.#countWrong(offer);
      throw error;
    }
  }

  /** Counts an attempt at the code that is shown. @throws {PairingError} */
  #admit(): Offer {
    const now = this.#clock();
    if (this.#offer !== undefined && now >= this.#offer.expiresAt) this.#die(expired());
    // Without a code there is nothing to guess, and who tries all day keeps nobody from pairing later.
    if (this.#offer === undefined) throw noCode();
    // A clock that was set back would hold the limit for as long.
    this.#attempts = this.#attempts.filter((at) => Math.abs(now - at) < 60_000);
    const most = this.#options.guesses?.aMinute ?? MAX_ATTEMPTS_PER_MINUTE;
    if (this.#attempts.length >= most) throw tooMany();
    this.#attempts.push(now);
    return this.#offer;
  }

  #countWrong(offer: { wrong: number }): void {
    offer.wrong++;
    if (offer === this.#offer && offer.wrong >= (this.#options.guesses?.aCode ?? MAX_WRONG_TRIES)) {
      this.#die(
        new PairingError("wrong-code", "Cannot pair: three wrong codes were typed; ask for a new code"),
      );
    }
  }

  #die(reason: PairingError): void {
    const offer = this.#offer;
    this.#offer = undefined;
    offer?.settle.reject(reason);
  }
}

function expired(): PairingError {
  return new PairingError(
    "no-code",
    "Cannot pair: the code was not used within two minutes; run `pair` again",
  );
}
