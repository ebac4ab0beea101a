import type { Inlet, Properties } from "../inlet.ts";
import { defineProperty, getDescriptor, newError, ownKeys, SafeWeakSet } from "../intrinsics.ts";
import type { Outlet } from "../outlet.ts";
import { applyProperties, checkProperties } from "../properties.ts";
import type { Kind } from "./kind.ts";

/** Errors of any class: all they have is own properties, `stack` among them. */
export const error: Kind<Error, void, Properties> = {
  name: "Error",
  writeShell() {},
  writeContent(node, out: Outlet) {
    out.properties(node, ownKeys(node));
  },
  readShell() {},
  create() {
    const error = bareError();
    made.add(error);
    fresh[fresh.length] = error;
    return error;
  },
  readContent: (inlet: Inlet) => inlet.properties(),
  check(node, content, inlet) {
    checkProperties(node, ownKeys(node), content, inlet);
  },
  fill(node, content, inlet) {
    applyProperties(node, ownKeys(node), content, inlet);
  },
};

const made = new SafeWeakSet<object>();

/** Whether a packet brought this error: then the engine knows no frames of it. */
export function isMadeError(value: unknown): value is Error {
  return typeof value === "object" && value !== null && made.has(value);
}

let fresh: Error[] = [];

/** The errors that packets brought since this was called last. */
export function takeFreshErrors(): readonly Error[] {
  const taken = fresh;
  fresh = [];
  return taken;
}

/** An error that knows no frames of this side: an engine that reports it then shows the `stack` that it is given. */
function bareError(): Error {
  const limit = getDescriptor(newError, "stackTraceLimit");
  if (limit?.writable !== true) return new newError();
  defineProperty(newError, "stackTraceLimit", { value: 0 });
  try {
    return new newError();
  } finally {
    defineProperty(newError, "stackTraceLimit", { value: limit.value });
  }
}
