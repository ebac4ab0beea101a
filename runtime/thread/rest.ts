import { exceeds, raise } from "../features/features.ts";
import { min } from "./intrinsics.ts";

/** Of a program's time, deciding that the invocations of one method stay may take this share. */
const DECIDING_SHARE = 0.01;
/** Then the link, or what is known of the clone, may have changed. */
const MAX_REST_MS = 100;
/** A look at the clock takes longer than all else of an invocation that rests: where they follow closely, one goes for many. */
const MAX_STRIDE = 32;
/** So long may the invocations between two looks take, if they go on as before. */
const STRIDE_MS = 0.5;

/**
 * When a migration point isn't asked about: after a decision to stay, invocations with no larger arguments stay as well, for as
 * long as bounds what deciding takes of the program's time.
 */
export class Rest {
  readonly #now: () => number;
  readonly #most: number[] = [];
  #untilMs = 0;
  #passed = 0;
  /** So many of a stride pass before the next look at the clock. */
  #unlooked = 0;
  #stride = 1;
  #lookedMs = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A decision to stay for these arguments, which took so long, goes for what is like them too. */
  begin(args: ArrayLike<unknown>, tookMs: number): void {
    this.#untilMs = this.#now() + min(MAX_REST_MS, tookMs / DECIDING_SHARE);
    raise(this.#most, args);
  }

  /** Whether an invocation stays without a decision. */
  covers(args: ArrayLike<unknown>): boolean {
    if (this.#unlooked === 0 && !this.#look() || exceeds(args, this.#most)) return false;
    this.#unlooked--;
    this.#passed++;
    return true;
  }

  /** How many have stayed so since this was asked last. */
  takePassed(): number {
    const passed = this.#passed;
    this.#passed = 0;
    return passed;
  }

  #look(): boolean {
    const nowMs = this.#now();
    if (nowMs >= this.#untilMs) return false;
    this.#stride = nowMs - this.#lookedMs > STRIDE_MS ? 1 : min(MAX_STRIDE, 2 * this.#stride);
    this.#unlooked = this.#stride;
    this.#lookedMs = nowMs;
    return true;
  }
}
