import type { ValueAccess } from "../access.ts";
import type { Inlet, LateValue, Properties } from "../inlet.ts";
import { getDescriptor, getPrototypeOf, newPromise, ownKeys, promiseThen } from "../intrinsics.ts";
import type { Outlet } from "../outlet.ts";
import { PacketError } from "../packet_error.ts";
import { applyProperties, checkProperties } from "../properties.ts";
import { REFUSALS, type Why } from "../refusals.ts";
import { shield, unshield } from "../shield.ts";
import type { Kind } from "./kind.ts";

interface PromiseShell {
  readonly rejected: boolean;
  readonly value: LateValue;
}

/** Settled promises: what they came to never changes. */
export const promise: Kind<Promise<unknown>, PromiseShell, Properties> = {
  name: "Promise",
  writeShell(node, out: Outlet) {
    const { state, value } = out.values.promiseOutcome!(node)!;
    out.w.byte(state === "rejected" ? 1 : 0);
    out.value(value);
  },
  writeContent(node, out: Outlet) {
    out.properties(node, ownKeys(node));
  },
  readShell: (inlet: Inlet) => ({ rejected: inlet.byte() === 1, value: inlet.lateValue() }),
  needs: ({ value }) => value.mid === 0 ? [] : [value.mid],
  create({ rejected, value }, inlet) {
    const settled = inlet.settle(value);
    if (!rejected && hasThen(settled, inlet.values)) throw new PacketError("a promise's value has a then");
    const made = new newPromise((resolve, reject) => rejected ? reject(settled) : resolve(settled));
    if (rejected) markHandled(made);
    return made;
  },
  readContent: (inlet: Inlet) => inlet.properties(),
  check(node, content, inlet) {
    checkProperties(node, ownKeys(node), content, inlet);
  },
  fill(node, content, inlet) {
    applyProperties(node, ownKeys(node), content, inlet);
  },
};

/** Why a promise can't travel, if it can't. */
export function whyNotPromise(node: object, values: ValueAccess): Why | undefined {
  const outcome = values.promiseOutcome?.(node);
  if (outcome === undefined || outcome.state === "pending") return REFUSALS.pendingPromise;
  return outcome.state === "fulfilled" && hasThen(outcome.value, values) ? REFUSALS.thenable : undefined;
}

/** Resolving with such a value would run its code. */
function hasThen(value: unknown, values: ValueAccess): boolean {
  if (typeof value !== "function" && (typeof value !== "object" || value === null)) return false;
  for (let at: object | null = value; at !== null; at = getPrototypeOf(at)) {
    if (values.brandOf(at) === "proxy") return true;
    if (getDescriptor(at, "then") !== undefined) return true;
  }
  return false;
}

/** That nobody hears of the rejection is for the side to report on which the promise was born. */
function markHandled(made: Promise<unknown>): void {
  const shielded = shield(made, "constructor", undefined);
  promiseThen(made, undefined, () => {});
  unshield(made, "constructor", shielded);
}

/** Begins something that awaits a promise at once, whatever the program put on it or its class. */
export function awaiting<T>(promise: Promise<unknown>, begin: () => T): T {
  const shielded = shield(promise, "constructor", newPromise);
  try {
    return begin();
  } finally {
    unshield(promise, "constructor", shielded);
  }
}
