/**
 * Notices what a method leaves behind: microtasks, timers, a rejection that nobody handles. At the device it would go on
 * after the method's caller, which a clone can't do for it.
 */
import { createHook } from "node:async_hooks";
import process from "node:process";
import { defineProperty, getOwnPropertyDescriptor } from "./intrinsics.ts";

/** What the engine offers for promises: called when one is made, and before a reaction of one runs. */
type SetPromiseHooks = (
  init: (promise: object) => void,
  before: (promise: object) => void,
  after: undefined,
  resolve: undefined,
) => void;

const LATER = "it leaves work for after its return";

/** Watches one invocation at a time. */
export class Leftovers {
  #made = new WeakSet<object>();
  #count = 0;
  /** Whether timers or ticks wait. */
  readonly #waiting: () => boolean;
  /** Calls of `queueMicrotask` that wait. */
  #queued = 0;
  #watching = false;
  #left: string | undefined;
  readonly #turn: () => Promise<void>;
  /** The engine's `queueMicrotask`, and what stands for it from now on. */
  readonly queueMicrotask = globalThis.queueMicrotask;
  readonly stand: typeof queueMicrotask;

  /** Made before any app code runs: what it uses of the global object is then still the engine's. */
  constructor() {
    const { setTimeout } = globalThis;
    this.#turn = () => new Promise((resolve) => setTimeout(resolve, 0));
    // deno-lint-ignore no-explicit-any
    const core = (Deno as any)[(Deno as any).internal]?.core;
    const { getActiveResourcesInfo } = process;
    const ticks = new Set<number>();
    createHook({
      init: (id, type) => void (type === "TickObject" && ticks.add(id)),
      before: (id) => void ticks.delete(id),
    }).enable();
    this.#waiting = () =>
      // While ticks run it says that some wait, also when the last one does.
      core?.hasTickScheduled?.() === true && ticks.size > 0 ||
      getActiveResourcesInfo().some((name) => name === "Timeout" || name === "Immediate");
    const hook: SetPromiseHooks | undefined = core?.setPromiseHooks;
    hook?.(
      (promise) => {
        if (!this.#watching) return;
        this.#count++;
        this.#made.add(promise);
      },
      (promise) => {
        if (!this.#watching && this.#made.has(promise)) this.#left ??= LATER;
      },
      undefined,
      undefined,
    );
    this.stand = {
      queueMicrotask: (callback: VoidFunction): void => {
        if (typeof callback !== "function") return (0, this.queueMicrotask)(callback);
        this.#queued++;
        (0, this.queueMicrotask)(() => {
          this.#queued--;
          callback();
        });
      },
    }.queueMicrotask;
    defineProperty(globalThis, "queueMicrotask", {
      ...getOwnPropertyDescriptor(globalThis, "queueMicrotask"),
      value: this.stand,
    });
    addEventListener("unhandledrejection", (event) => {
      event.preventDefault();
      this.#left ??= "it leaves a rejected promise that nobody handles";
    });
  }

  /** An invocation begins. */
  begin(): void {
    this.#made = new WeakSet();
    this.#count = this.#queued = 0;
    this.#left = undefined;
    this.#watching = true;
  }

  /** The invocation has ended: what it left, or undefined. Without promises nothing is waited for. */
  end(): Promise<string | undefined> {
    // Before the promise of an async function counts as one of the method's.
    this.#watching = false;
    return this.#settle();
  }

  async #settle(): Promise<string | undefined> {
    if (this.#queued > 0 || this.#waiting()) return LATER;
    if (this.#count === 0) return undefined;
    await undefined;
    if (this.#left === undefined) await this.#turn();
    return this.#left ?? (this.#waiting() ? LATER : undefined);
  }
}
