import type { ModuleKey, ScopeHandle } from "../access.ts";
import type { Inlet } from "../inlet.ts";
import { objectIs } from "../intrinsics.ts";
import { HOLE, type Outlet } from "../outlet.ts";
import { PacketError } from "../packet_error.ts";
import { FILLED, type Kind } from "./kind.ts";

interface ScopeShell {
  readonly module: ModuleKey;
  readonly scope: number;
}

/** Scopes with variables that closures share. */
export const scope: Kind<ScopeHandle, ScopeShell, readonly unknown[]> = {
  name: "scope",
  writeShell(node, out: Outlet) {
    out.text(node.module);
    out.w.varint(node.scope);
    out.scope(node);
  },
  writeContent(node, out: Outlet) {
    out.w.varint(node.size);
    for (let i = 0; i < node.size; i++) out.value(node.read(i));
  },
  readShell: (inlet: Inlet) => ({ module: inlet.module(), scope: inlet.varint() }),
  create: ({ module, scope }, inlet) => inlet.code.createScope(module, scope),
  readContent(inlet: Inlet) {
    const variables: unknown[] = [];
    for (let i = 0, count = inlet.count(); i < count; i++) variables[i] = readVariable(inlet);
    return variables;
  },
  readInto(node, _, inlet) {
    const count = inlet.count();
    if (count !== node.size) throw new PacketError("a scope has another size");
    for (let i = 0; i < count; i++) node.write(i, readVariable(inlet));
    return FILLED;
  },
  check(node, variables) {
    if (variables.length !== node.size) throw new PacketError("a scope has another size");
  },
  fill(node, variables) {
    for (let i = 0; i < variables.length; i++) {
      const wanted = variables[i];
      if (!objectIs(node.read(i), wanted)) node.write(i, wanted);
    }
  },
};

function readVariable(inlet: Inlet): unknown {
  const value = inlet.slot();
  if (value === HOLE) throw new PacketError("a variable holds no value");
  return value;
}
