/** What a migration point hands to its method. */
import process from "node:process";
import { apply, getOwnPropertyDescriptor, PromiseCtor, promiseThen } from "./intrinsics.ts";
import type { Settled } from "./protocol.ts";

/**
 * What a method at its migration point does: returns `v`; or, if it is asynchronous and there is a `p`, what that comes to says so
 * later. Undefined: it runs here.
 */
export type Outcome = { readonly v: unknown; readonly p: Promise<Outcome> | undefined } | undefined;

/** How an invocation ended at its clone. */
export interface Ended {
  readonly outcome: "return" | "throw";
  readonly value: unknown;
}

/** @throws what the method threw */
export function asReturned(ended: Ended | undefined): Outcome {
  if (ended?.outcome === "throw") throw ended.value;
  return ended && { v: ended.value, p: undefined };
}

/** Likewise where the method returned a promise that was settled already. */
export function asSettled(ended: Ended | undefined): Outcome {
  if (ended === undefined) return undefined;
  const { outcome, value } = ended;
  const v = new PromiseCtor((resolve, reject) => outcome === "throw" ? reject(value) : resolve(value));
  return { v, p: undefined };
}

/** Promises something that only a later turn of the event loop brings. */
export type Turn = () => Promise<unknown>;

/** How a method is called once more. */
export interface Again {
  readonly call: Function;
  before(): void;
  after(): void;
}

/** A promise of a method's that is to be settled. */
export interface Settling {
  readonly settled: Settled;
  readonly turn: Turn;
  readonly end: () => Ended | undefined;
}

/**
 * Promises what has ended when the clone's promise was settled; if nothing has by then, the method is called, by the engine: no frame
 * of ours is below it. What is asked for by `end` is as if whoever waits for this promise stood below it.
 */
export function whenSettled(
  { settled, turn, end }: Settling,
  again: Again,
): Promise<unknown> {
  return promiseThen(passed(before(settled), turn), () => {
    const ended = end();
    if (ended === undefined) {
      soon(again.before);
      const called = soon(again.call);
      soon(again.after);
      return called;
    }
    if (ended.outcome === "throw") throw ended.value;
    return ended.value;
  });
}

/** Likewise for an asynchronous method, which takes a round of its own to go on. */
export function asyncWhenSettled({ settled, turn, end }: Settling): Outcome {
  const earlier = before(settled);
  const ended = () => asReturned(end());
  if (earlier !== 0) {
    return { v: undefined, p: promiseThen(passed(before(earlier), turn), ended) as Promise<Outcome> };
  }
  const now = ended();
  return now && { v: undefined, p: new PromiseCtor((resolve) => resolve(now)) };
}

/** A round less. */
function before(settled: Settled): Settled {
  return typeof settled === "number" ? settled - 1 : settled;
}

/** A promise that is fulfilled then. */
function passed(settled: Settled, turn: Turn): Promise<void> {
  return new PromiseCtor((resolve) => {
    if (settled === "tick") process.nextTick(resolve);
    else if (settled === "turn") promiseThen(turn(), () => resolve());
    else afterRounds(settled, resolve);
  });
}

/** Does something after so many rounds of microtasks. */
function afterRounds(rounds: number, act: () => void): void {
  if (rounds === 0) return act();
  soon(() => afterRounds(rounds - 1, act));
}

/** Does something in the next round of microtasks. */
function soon(act: Function): Promise<unknown> {
  return promiseThen(new PromiseCtor<void>((resolve) => resolve()), act) as Promise<unknown>;
}

const timers = getOwnPropertyDescriptor(globalThis, "setTimeout")!;

/** Promises that the timers that are due have run. Its own is the engine's, loaded only now: much comes with it. */
export function timersRun(): Promise<void> {
  const timer: typeof setTimeout = timers.get === undefined
    ? timers.value!
    : apply(timers.get, globalThis, []);
  return new PromiseCtor((resolve) => timer(resolve, 0));
}
