import type { Inlet, Properties } from "../inlet.ts";
import { defineProperty, deleteProperty, getDescriptor, newError, ownKeys } from "../intrinsics.ts";
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
    // Its stack comes with its properties: one of our own would be what the engine shows of an uncaught error.
    const limit = getDescriptor(newError, "stackTraceLimit");
    defineProperty(newError, "stackTraceLimit", {
      value: 0,
      writable: true,
      configurable: true,
      enumerable: true,
    });
    try {
      return new newError();
    } finally {
      if (limit === undefined) deleteProperty(newError, "stackTraceLimit");
      else defineProperty(newError, "stackTraceLimit", limit);
    }
  },
  readContent: (inlet: Inlet) => inlet.properties(),
  check(node, content, inlet) {
    checkProperties(node, ownKeys(node), content, inlet);
  },
  fill(node, content, inlet) {
    applyProperties(node, ownKeys(node), content, inlet);
  },
};
