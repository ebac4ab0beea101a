import type { Inlet } from "../inlet.ts";
import type { Outlet } from "../outlet.ts";
import { PacketError } from "../packet_error.ts";
import type { Kind } from "./kind.ts";

/** Built-in functions, prototypes and namespaces: named, never sent. */
export const builtin: Kind<object, string, void> = {
  name: "built-in",
  writeShell(node, out: Outlet) {
    out.text(out.values.nameOfBuiltin(node)!);
  },
  writeContent() {},
  readShell: (inlet: Inlet) => inlet.text(),
  create(name, inlet) {
    const value = inlet.values.builtinByName(name);
    if (value === undefined || typeof value === "symbol") {
      throw new PacketError(`there is no built-in ${name}`);
    }
    return value;
  },
  readContent() {},
  check() {},
  fill() {},
};
