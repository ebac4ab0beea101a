/** Waits, at a clone, for the promise that a method has returned, while what settles it runs. */
import process from "node:process";
import { awaiting } from "../heap/mod.ts";
import { PromiseCtor } from "./intrinsics.ts";
import type { Leftovers } from "./leftovers.ts";
import type { Settled } from "./protocol.ts";

/** Rounds of microtasks in which nothing but the waiting runs: then none is left that could settle a promise. */
const QUIET_ROUNDS = 4;
/** Rounds that are counted; what takes more isn't told apart from a later turn of the event loop. */
const MOST_ROUNDS = 10_000;
const POLL_MS = 10;
/** So many looks without anything having run: whoever waits for a timer as long had better not stop another machine's thread. */
const MOST_TIMER_POLLS = 10;
/** Nor does anything work for it in the background that takes no processor for so many looks. */
const MOST_POLLS = 100;
/** What is less is the looking's own. */
const WORKING_MICROSECONDS = 500;

const WAITS = "a timer that settles what it returns";
const NOTHING = "a promise that nothing at the clone settles";

/** What isn't settled within reach of the clone. */
export interface Unsettled {
  readonly unsettled: string;
}

/** What waiting needs of its surroundings. */
export interface SettlementParts {
  readonly leftovers: Leftovers;
  readonly isPending: (promise: object) => boolean;
  /** Microseconds of processor time. */
  readonly cpu: () => number;
}

/** Made before any app code runs: what it uses of the global object is then still the engine's. */
export class Settlement {
  readonly #parts: SettlementParts;
  readonly #tick = process.nextTick.bind(process);
  // Not by timers: several that are due at once show in stack traces of what goes on between them.
  readonly #waitAsync = Atomics.waitAsync;
  readonly #notify = Atomics.notify;
  readonly #cell = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

  constructor(parts: SettlementParts) {
    this.#parts = parts;
  }

  isPending(promise: object): boolean {
    return this.#parts.isPending(promise);
  }

  /** When a promise was settled, counted from this call; `mayWait`: in a later turn of the event loop too, as by a timer. */
  async of(promise: Promise<unknown>, mayWait: boolean): Promise<Settled | Unsettled> {
    const { isPending, leftovers } = this.#parts;
    awaiting(promise, () => wait(promise, () => this.#notify(this.#cell, 0)));
    if (!isPending(promise)) return 0;
    const rounds = await this.#rounds(promise);
    if (rounds !== undefined) return rounds;
    while (leftovers.ticksWait()) {
      await new PromiseCtor<void>((resolve) => this.#tick(resolve));
      if (!isPending(promise)) return "tick";
    }
    return await this.#turns(promise, mayWait);
  }

  /** After which round of microtasks it was settled; undefined if it is pending when no more of them wait. */
  async #rounds(promise: object): Promise<Settled | undefined> {
    const { isPending, leftovers } = this.#parts;
    for (let rounds = 1, quiet = 0; quiet < QUIET_ROUNDS; rounds++) {
      const ran = leftovers.ran;
      await undefined;
      if (!isPending(promise)) return rounds <= MOST_ROUNDS ? rounds : "turn";
      quiet = leftovers.ran - ran > 1 ? 0 : quiet + 1;
    }
    return undefined;
  }

  async #turns(promise: object, mayWait: boolean): Promise<Settled | Unsettled> {
    const { isPending, leftovers, cpu } = this.#parts;
    for (let quiet = 0, ran = leftovers.ran, spent = cpu(); isPending(promise);) {
      const onTimer = leftovers.timersWait();
      if (onTimer && (!mayWait || quiet >= MOST_TIMER_POLLS)) return { unsettled: WAITS };
      if (quiet >= MOST_POLLS) return { unsettled: NOTHING };
      await this.#waitAsync(this.#cell, 0, 0, POLL_MS).value;
      const isQuiet = leftovers.ran - ran <= 1 && cpu() - spent < WORKING_MICROSECONDS;
      quiet = isQuiet ? quiet + 1 : 0;
      [ran, spent] = [leftovers.ran, cpu()];
    }
    return "turn";
  }
}

/** Stack traces go on here with the device's frames: whoever waits there. */
async function wait(promise: Promise<unknown>, settled: () => void): Promise<void> {
  try {
    await promise;
  } catch {
    // Whether somebody handles that is for the device to see.
  }
  settled();
}
