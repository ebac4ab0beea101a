import type { Inlet, Properties } from "../inlet.ts";
import { ownKeys } from "../intrinsics.ts";
import type { Outlet } from "../outlet.ts";
import { applyProperties, checkProperties } from "../properties.ts";
import type { Kind } from "./kind.ts";

/** Objects without internal slots: literals, class instances, prototype objects. */
export const plain: Kind<object, void, Properties> = {
  name: "object",
  writeShell() {},
  writeContent(node, out: Outlet) {
    out.properties(node, ownKeys(node));
  },
  readShell() {},
  create: () => ({}),
  readContent: (inlet: Inlet) => inlet.properties(),
  check(node, content, inlet) {
    checkProperties(node, ownKeys(node), content, inlet);
  },
  fill(node, content, inlet) {
    applyProperties(node, ownKeys(node), content, inlet);
  },
};
