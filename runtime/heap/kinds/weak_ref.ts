import type { Inlet, Properties } from "../inlet.ts";
import { newWeakRef, ownKeys, symbolKeyFor, weakRefDeref } from "../intrinsics.ts";
import type { Outlet } from "../outlet.ts";
import { PacketError } from "../packet_error.ts";
import { pathOf } from "../path.ts";
import { applyProperties, checkProperties } from "../properties.ts";
import { Refusal } from "../refusal.ts";
import { REFUSALS } from "../refusals.ts";
import type { Kind } from "./kind.ts";

/** WeakRefs whose target lives; it travels with them, and lives as long as the session knows it. */
export const weakRef: Kind<WeakRef<WeakKey>, number, Properties> = {
  name: "WeakRef",
  writeShell(node, out: Outlet) {
    if (!out.fresh) return;
    const target = weakRefDeref(node);
    if (target === undefined) throw new Refusal(pathOf(out, out.at), REFUSALS.emptyRef);
    out.node(target as object);
  },
  writeContent(node, out: Outlet) {
    const target = weakRefDeref(node);
    if (!out.fresh && target !== undefined) out.reach(target as object);
    out.properties(node, ownKeys(node));
  },
  readShell: (inlet: Inlet) => inlet.mid(),
  needs: (target) => [target],
  create(shell, inlet) {
    const target = inlet.liveValue(shell);
    if (typeof target === "symbol" && symbolKeyFor(target) !== undefined) {
      throw new PacketError("a registered symbol can't be held weakly");
    }
    return new newWeakRef(target as WeakKey);
  },
  readContent: (inlet: Inlet) => inlet.properties(),
  check(node, content, inlet) {
    checkProperties(node, ownKeys(node), content, inlet);
  },
  fill(node, content, inlet) {
    applyProperties(node, ownKeys(node), content, inlet);
  },
};
