import type { Inlet } from "../inlet.ts";
import type { Outlet } from "../outlet.ts";
import { PacketError } from "../packet_error.ts";
import type { CodeAccess } from "../access.ts";
import { described } from "./described.ts";
import {
  checkFunctionContent,
  fillFunctionContent,
  type FunctionContent,
  type FunctionDefaults,
  readFreshFunctionContent,
  readFunctionContent,
  writeFunctionContent,
} from "./function_properties.ts";
import type { Kind } from "./kind.ts";

interface MemberShell {
  readonly owner: number;
  readonly site: number;
}

/** Methods and accessors of a class: they come with it. */
export const member: Kind<Function, MemberShell, FunctionContent> = {
  name: "method",
  writeShell(node, out: Outlet) {
    const { owner, site } = described(out.code, node, "member");
    out.node(owner);
    out.w.varint(site);
  },
  writeContent(node, out: Outlet) {
    writeFunctionContent(node, defaultsOf(out.code, node), out);
  },
  readShell: (inlet: Inlet) => ({ owner: inlet.mid(), site: inlet.varint() }),
  needs: (shell) => [shell.owner],
  create({ owner, site }, inlet) {
    const made = inlet.code.memberOf(inlet.liveClass(owner), site);
    if (made === undefined) throw new PacketError("a class has no such member");
    return made;
  },
  readContent: readFunctionContent,
  readInto: (node, _, inlet) => readFreshFunctionContent(node, inlet),
  check(node, content, inlet) {
    checkFunctionContent(node, defaultsOf(inlet.code, node), { content, inlet });
  },
  fill(node, content, inlet) {
    fillFunctionContent(node, defaultsOf(inlet.code, node), { content, inlet });
  },
};

function defaultsOf(code: CodeAccess, node: Function): FunctionDefaults {
  const { owner, site } = described(code, node, "member");
  return code.defaults(described(code, owner, "class").module, site);
}
