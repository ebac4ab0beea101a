import type { Values } from "../host/values.ts";
import { listOf } from "../heap/lists.ts";
import type { CodeRegistry } from "./code_registry.ts";
import { getOwnPropertyDescriptor, getPrototypeOf, ownKeys, SafeSet } from "./intrinsics.ts";
import type { Accessor } from "./scope_handles.ts";

interface Known {
  readonly registry: CodeRegistry;
  readonly values: Values;
}

/** A method by the site that makes it. */
interface Method {
  readonly module: string;
  readonly site: number;
}

/** An invocation at its migration point. */
export interface Invocation {
  readonly self: unknown;
  readonly args: ArrayLike<unknown>;
  /** Reads what a closure captured. */
  readonly accessor: Accessor | undefined;
}

/** The method, `this` and the list of arguments; undefined if the method can't be found from its object. */
export function invocationRoots(
  known: Known,
  { module, site }: Method,
  { self, args, accessor }: Invocation,
): unknown[] | undefined {
  const { registry } = known;
  const entry = registry.tableOf(module).sites[site]!;
  const fn = entry.owner !== undefined
    ? memberOn(known, { module, site }, self)
    : registry.standIn(module, site, accessor);
  return fn === undefined ? undefined : [fn, self, listOf(args)];
}

/** The class member that was called, found where the call found it: on the object's own chain. */
function memberOn(
  { registry, values }: Known,
  { module, site }: Method,
  self: unknown,
): Function | undefined {
  if ((typeof self !== "object" || self === null) && typeof self !== "function") return undefined;
  const isProxy = (value: object) => values.brandOf(value) === "proxy";
  const chain = new SafeSet<object>();
  for (let at: object | null = self; at !== null && !isProxy(at); at = getPrototypeOf(at)) {
    chain.add(at);
    const names = ownKeys(at);
    for (let i = 0; i < names.length; i++) {
      const descriptor = getOwnPropertyDescriptor(at, names[i]!)!;
      const fns = [descriptor.value, descriptor.get, descriptor.set];
      for (let k = 0; k < fns.length; k++) {
        const fn = fns[k]!;
        if (typeof fn !== "function" || isProxy(fn)) continue;
        const made = registry.siteOf(fn);
        if (made?.module === module && made.site === site) return fn;
      }
    }
  }
  return registry.memberAlong(chain, module, site);
}
