import type { Inlet } from "../inlet.ts";
import { newProxy } from "../intrinsics.ts";
import type { Outlet } from "../outlet.ts";
import { PacketError } from "../packet_error.ts";
import type { Kind } from "./kind.ts";

interface ProxyShell {
  readonly target: number;
  readonly handler: number;
}

/** Proxies: target and handler, no trap asked. */
export const proxy: Kind<object, ProxyShell, void> = {
  name: "Proxy",
  writeShell(node, out: Outlet) {
    if (!out.fresh) return;
    const { 0: target, 1: handler } = out.values.proxyParts!(node)!;
    out.node(target);
    out.node(handler);
  },
  writeContent(node, out: Outlet) {
    const parts = out.values.proxyParts!(node);
    if (parts === undefined) throw new TypeError("Cannot capture a Proxy: it was revoked");
    out.reach(parts[0]);
    out.reach(parts[1]);
  },
  readShell: (inlet: Inlet) => ({ target: inlet.mid(), handler: inlet.mid() }),
  needs: ({ target, handler }) => [target, handler],
  create({ target, handler }, inlet) {
    const made = new newProxy(inlet.liveObject(target), inlet.liveObject(handler));
    if (inlet.state.find(made) !== undefined) throw new PacketError("a proxy is known already");
    return made;
  },
  readContent() {},
  check() {},
  fill() {},
};
