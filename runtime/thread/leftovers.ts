/**
 * Notices what a method leaves behind: microtasks, timers, a rejection that nobody handles. At the device it would go on
 * after the method's caller, which a clone can't do for it.
 *
 * Ticks are Node's own here (the program's are counted with its microtasks): streams that close, above all. They come to
 * their end after the state at the method's return was captured. Whoever waits for that sees to it that none of the
 * program's code is entered, and that nothing changes meanwhile that the device would see: then it is the same to the
 * device when, and where, that happened.
 */
import { createHook } from "node:async_hooks";
import process from "node:process";
import { mustDefine } from "../heap/intrinsics.ts";
import { some } from "../heap/lists.ts";
import { apply, getOwnPropertyDescriptor, SafeMap, SafeSet, SafeWeakSet } from "./intrinsics.ts";

/** What the engine offers for promises: called when one is made, and before a reaction of one runs. */
type SetPromiseHooks = (
  init: (promise: object) => void,
  before: (promise: object) => void,
  after: undefined,
  resolve: undefined,
) => void;

export const LATER = "it leaves work for after its return";

/** What a method has left behind. */
export interface Leftover {
  readonly reason: string;
  /** In words, and the methods that led to it, as far as they are known. */
  readonly what: string;
  readonly through: readonly string[] | undefined;
}

const TICK = "a tick that runs after its return";
/** What waits, by its kind in `async_hooks`. Not `Immediate`: of those Deno doesn't tell when they have run. */
const WAITING = new Map([
  ["Timeout", "a timer that runs after its return"],
  ["TickObject", TICK],
]);
const MICROTASK = "a microtask that runs after its return",
  REACTION = "a promise's reaction after its return";

/** Things that wait of which it is known who made them: looking at the stack takes longer than making a timer. */
const MOST_MAKERS = 4;

/** Turns of the event loop in which what is left must come to its end: streams that close take two or three. */
const MOST_TURNS = 50;

/** Watches one invocation at a time. */
export class Leftovers {
  #made = new SafeWeakSet<object>();
  #count = 0;
  /** Whether timers wait. */
  readonly timersWait: () => boolean;
  /** Whether ticks wait. */
  readonly ticksWait: () => boolean;
  /** Calls of `queueMicrotask` and `nextTick` that wait. */
  #queued = 0;
  /** The number of the last one: the engine's are above zero. */
  #lastQueued = 0;
  #watching = false;
  /** Whether ticks have run since the invocation ended. */
  #ran = false;
  #left: Leftover | undefined;
  /** Reactions of promises that have run. */
  ran = 0;
  /** What was made by this invocation and may wait, by its number: what it is, and whose. */
  readonly #makers = new SafeMap<number, Pick<Leftover, "what" | "through">>();
  readonly #turn: () => Promise<void>;
  /** The engine's `queueMicrotask`, and what stands for it from now on. */
  readonly queueMicrotask = globalThis.queueMicrotask;
  readonly stand: typeof queueMicrotask;
  /** What stands for the program's `process.nextTick`. */
  readonly nextTick: typeof process.nextTick;

  /**
   * Made before any app code runs: what it uses of the global object is then still the engine's. `methodsToHere`: methods on the
   * stack, from the one that migrated.
   */
  constructor(methodsToHere: () => readonly string[]) {
    const { setTimeout } = globalThis;
    // Two: a timer that is due by then runs before its turn of the event loop tells of rejected promises.
    this.#turn = () => new Promise((resolve) => setTimeout(() => setTimeout(resolve, 0), 0));
    // deno-lint-ignore no-explicit-any
    const core = (Deno as any)[(Deno as any).internal]?.core;
    const { getActiveResourcesInfo } = process;
    const ticks = new SafeSet<number>();
    const makes = (id: number, what: string) => {
      if (this.#watching && this.#makers.size < MOST_MAKERS) {
        this.#makers.set(id, { what, through: methodsToHere() });
      }
    };
    createHook({
      init: (id, type) => {
        const what = WAITING.get(type);
        if (what === undefined) return;
        if (type === "TickObject") ticks.add(id);
        makes(id, what);
      },
      before: (id) => {
        if (!ticks.delete(id)) return;
        this.#makers.delete(id);
        this.#ran = true;
      },
      destroy: (id) => void this.#makers.delete(id),
    }).enable();
    this.timersWait = () =>
      some(getActiveResourcesInfo() as string[], (name) => name === "Timeout" || name === "Immediate");
    // While ticks run it says that some wait, also when the last one does.
    this.ticksWait = () => core?.hasTickScheduled?.() === true && ticks.size > 0;
    const hook: SetPromiseHooks | undefined = core?.setPromiseHooks;
    hook?.(
      (promise) => {
        if (!this.#watching) return;
        this.#count++;
        this.#made.add(promise);
      },
      (promise) => {
        this.ran++;
        if (!this.#watching && this.#made.has(promise)) this.#left ??= leftover(LATER, REACTION);
      },
      undefined,
      undefined,
    );
    this.stand = {
      queueMicrotask: (callback: VoidFunction): void => {
        if (typeof callback !== "function") return (0, this.queueMicrotask)(callback);
        this.#queued++;
        const id = --this.#lastQueued;
        makes(id, MICROTASK);
        (0, this.queueMicrotask)(() => {
          this.#runs(id);
          callback();
        });
      },
    }.queueMicrotask;
    const { nextTick } = process;
    this.nextTick = this.#tickStand(nextTick, (id) => makes(id, TICK));
    mustDefine(globalThis, "queueMicrotask", {
      ...getOwnPropertyDescriptor(globalThis, "queueMicrotask"),
      value: this.stand,
    });
    addEventListener("unhandledrejection", (event) => {
      event.preventDefault();
      this.#left ??= leftover(
        "it leaves a rejected promise that nobody handles",
        "a rejected promise that nobody handles",
      );
    });
  }

  /** Looks like the engine's own, name included. */
  #tickStand(nextTick: typeof process.nextTick, makes: (id: number) => void): typeof process.nextTick {
    return {
      nextTick: (callback: (...given: unknown[]) => void, ...args: unknown[]) => {
        if (typeof callback !== "function") return nextTick(callback);
        this.#queued++;
        const id = --this.#lastQueued;
        nextTick((...given: unknown[]) => {
          this.#runs(id);
          apply(callback, undefined, given);
        }, ...args);
        makes(id);
      },
    }.nextTick;
  }

  /** Something that was queued runs. */
  #runs(id: number): void {
    this.#queued--;
    this.ran++;
    this.#makers.delete(id);
  }

  /** An invocation begins. */
  begin(): void {
    this.#made = new SafeWeakSet();
    this.#count = this.#queued = 0;
    this.#makers.clear();
    this.#left = undefined;
    this.#watching = true;
  }

  /** The invocation has ended: what it left that can't come to its end here, or undefined. */
  end(): Leftover | undefined {
    // Before the promise of an async function counts as one of the method's.
    this.#watching = this.#ran = false;
    return this.#queued > 0 || this.timersWait() ? this.#waits() : undefined;
  }

  /** Waits until nothing is left. Whether ticks ran meanwhile, or what there is that can't come to its end. */
  async settle(): Promise<boolean | Leftover> {
    for (let turns = 0; turns < MOST_TURNS; turns++) {
      const ticks = this.ticksWait();
      if (!ticks && this.#count === 0) return this.#ran;
      await undefined;
      if (this.#left === undefined) await this.#turn();
      if (this.#left !== undefined) return this.#left;
      if (this.timersWait()) return this.#waits();
      if (!ticks && !this.ticksWait()) return this.#ran;
    }
    return this.#waits();
  }

  /** The first thing that waits. */
  #waits(): Leftover {
    let first: Pick<Leftover, "what" | "through"> | undefined;
    this.#makers.forEach((maker) => first ??= maker);
    return leftover(LATER, first?.what ?? "work for after its return", first?.through);
  }
}

function leftover(reason: string, what: string, through?: readonly string[]): Leftover {
  return { reason, what, through };
}
