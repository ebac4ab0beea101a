import type { Inlet, Properties } from "../inlet.ts";
import { newWeakMap, newWeakSet, ownKeys } from "../intrinsics.ts";
import type { Outlet } from "../outlet.ts";
import { applyProperties, checkProperties } from "../properties.ts";
import type { Kind } from "./kind.ts";

/** WeakMaps. Each entry is a node of its own, see {@linkcode WeakEntry}. */
export const weakMap = weakKind("WeakMap", () => new newWeakMap());
/** WeakSets, in the same way. */
export const weakSet = weakKind("WeakSet", () => new newWeakSet());

function weakKind(name: string, create: () => object): Kind<object, void, Properties> {
  return {
    name,
    writeShell() {},
    writeContent(node, out: Outlet) {
      out.properties(node, ownKeys(node));
    },
    readShell() {},
    create,
    readContent: (inlet: Inlet) => inlet.properties(),
    check(node, content, inlet) {
      checkProperties(node, ownKeys(node), content, inlet);
    },
    fill(node, content, inlet) {
      applyProperties(node, ownKeys(node), content, inlet);
    },
  };
}
