import type { BindingRef } from "../access.ts";
import type { Inlet } from "../inlet.ts";
import { KIND } from "../node.ts";
import type { Outlet } from "../outlet.ts";
import { PacketError } from "../packet_error.ts";
import type { Kind } from "./kind.ts";

/** Module namespace objects: named by an import that holds them; the bindings that they show travel. */
export const namespace: Kind<object, BindingRef, void> = {
  name: "module namespace",
  writeShell(node, out: Outlet) {
    if (!out.fresh) return;
    const ref = out.code.namespaceRef!(node)!;
    out.text(ref.module);
    out.w.varint(ref.index);
    out.module(ref.module);
  },
  writeContent(node, out: Outlet) {
    const refs = out.code.namespaceBindings!(out.code.namespaceRef!(node)!);
    for (let i = 0; i < refs.length; i++) {
      out.reach(out.state.cell(refs[i]!.module, refs[i]!.index), KIND.binding);
    }
  },
  readShell: (inlet: Inlet) => ({ module: inlet.module(), index: inlet.varint() }),
  create(ref, inlet) {
    const made = inlet.code.namespaceOf?.(ref);
    if (typeof made !== "object") throw new PacketError("a module imports no namespace there");
    return inlet.named(made, "a module's namespace");
  },
  readContent() {},
  check() {},
  fill() {},
};
