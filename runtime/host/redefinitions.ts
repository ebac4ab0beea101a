/**
 * Notes on which objects a guest's code defines properties, or which it freezes: all others have only properties as
 * assignment makes them, so they can be compared by reading.
 */
import { types } from "node:util";
import { defineProperty, mustDefine, SafeMap, SafeSet } from "../heap/intrinsics.ts";
import { forEach, itemsOf } from "../heap/lists.ts";

const { apply, ownKeys, getOwnPropertyDescriptor } = Reflect;

const WRAPPED: readonly (readonly [object, string])[] = [
  [Object, "defineProperty"],
  [Object, "defineProperties"],
  [Object, "freeze"],
  [Object, "seal"],
  [Reflect, "defineProperty"],
  [Object.prototype, "__defineGetter__"],
  [Object.prototype, "__defineSetter__"],
  [Error, "captureStackTrace"],
];

/** More than this are held alive for too little. */
const MAX_NOTED = 50_000;

export class Redefinitions {
  /** What stands for the built-in functions, and what they stand for. */
  readonly stands = new SafeMap<Function, Function>();
  #objects = new SafeSet<object>();
  /** Something was done through a proxy, who knows to which object, or to too many. */
  #unknown = false;

  constructor() {
    forEach(WRAPPED, ({ 0: holder, 1: name }) => {
      this.#wrap(holder, name);
    });
  }

  /** Told of each object before something is defined on it; of undefined if it may be any. */
  onDefinition: ((target: object | undefined) => void) | undefined;

  /** What was noted since the last time; undefined if that isn't all. */
  take(): readonly object[] | undefined {
    const objects = this.#objects;
    const unknown = this.#unknown;
    this.#objects = new SafeSet();
    return unknown ? undefined : itemsOf(objects);
  }

  #wrap(holder: object, name: string): void {
    const descriptor = getOwnPropertyDescriptor(holder, name);
    const original: unknown = descriptor?.value;
    if (typeof original !== "function") return;
    const note = (target: unknown) => this.#note(target);
    const onThis = holder === Object.prototype;
    const stand = {
      [name](this: unknown, ...args: unknown[]): unknown {
        note(onThis ? this : args[0]);
        // Its own frame isn't the program's.
        if (name === "captureStackTrace" && args[1] === undefined) args[1] = stand;
        return apply(original, this, args);
      },
    }[name]!;
    forEach(ownKeys(original), (key) => {
      defineProperty(stand, key, getOwnPropertyDescriptor(original, key)!);
    });
    this.stands.set(stand, original);
    mustDefine(holder, name, { ...descriptor, value: stand });
  }

  #note(target: unknown): void {
    if (typeof target !== "object" && typeof target !== "function" || target === null) return;
    this.onDefinition?.(target);
    if (types.isProxy(target) || this.#objects.size > MAX_NOTED) {
      this.#unknown = true;
      this.#objects.clear();
      this.onDefinition?.(undefined);
    } else if (!this.#unknown) this.#objects.add(target);
  }
}
