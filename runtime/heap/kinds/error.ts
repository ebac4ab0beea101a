import type { Inlet, Properties } from "../inlet.ts";
import { defineProperty, getDescriptor, newError, ownKeys } from "../intrinsics.ts";
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
  create: bareError,
  readContent: (inlet: Inlet) => inlet.properties(),
  check(node, content, inlet) {
    checkProperties(node, ownKeys(node), content, inlet);
  },
  fill(node, content, inlet) {
    applyProperties(node, ownKeys(node), content, inlet);
  },
};

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
