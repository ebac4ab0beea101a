import type { ModuleKey } from "../access.ts";
import type { Inlet } from "../inlet.ts";
import { objectIs } from "../intrinsics.ts";
import type { BindingCell } from "../node.ts";
import { HOLE, type Outlet } from "../outlet.ts";
import { PacketError } from "../packet_error.ts";
import type { Kind } from "./kind.ts";

interface BindingShell {
  readonly module: ModuleKey;
  readonly index: number;
}

/** Module-level and global bindings that captured code refers to. */
export const binding: Kind<BindingCell, BindingShell, unknown> = {
  name: "binding",
  writeShell({ ref }, out: Outlet) {
    out.text(ref.module);
    out.w.varint(ref.index);
  },
  writeContent({ ref }, out: Outlet) {
    out.value(out.code.readBinding(ref));
  },
  readShell: (inlet: Inlet) => ({ module: inlet.module(), index: inlet.varint() }),
  create: ({ module, index }, inlet) => inlet.state.cell(module, index),
  readContent(inlet: Inlet) {
    const value = inlet.slot();
    if (value === HOLE) throw new PacketError("a binding holds no value");
    return value;
  },
  check() {},
  fill({ ref }, value, inlet) {
    if (!objectIs(inlet.code.readBinding(ref), value)) inlet.code.writeBinding(ref, value);
  },
};
