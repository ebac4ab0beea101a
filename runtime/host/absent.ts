import { defineProperty } from "../heap/intrinsics.ts";
import type { Abandon } from "./guest_files.ts";

const CUSTOM_INSPECT = Symbol.for("Deno.customInspect");

/** Stands at the clone for what couldn't travel. Whatever touches it abandons the migration: the device runs the method. */
export function absentMaker(
  abandon: Abandon,
): (what: string, path: string, callable: boolean) => object {
  return (what, path, callable) => untouchable(() => abandon(`it touches ${what}`, { path, what }), callable);
}

/** An object, or a function if it is `callable`, that does nothing but say when anything is done with it. */
export function untouchable(touched: () => never, callable = false): object {
  const handler: ProxyHandler<object> = {
    apply: touched,
    construct: touched,
    defineProperty: touched,
    deleteProperty: touched,
    get: touched,
    getOwnPropertyDescriptor: touched,
    getPrototypeOf: touched,
    has: touched,
    isExtensible: touched,
    ownKeys: touched,
    preventExtensions: touched,
    set: touched,
    setPrototypeOf: touched,
  };
  // What prints a proxy's target instead of asking it still gets here.
  const target = callable ? function () {} : {};
  defineProperty(target, CUSTOM_INSPECT, { value: touched });
  return new Proxy(target, handler);
}
