import type { ModuleKey } from "../access.ts";
import type { Inlet } from "../inlet.ts";
import type { Outlet } from "../outlet.ts";
import { PacketError } from "../packet_error.ts";
import { described } from "./described.ts";
import {
  checkFunctionContent,
  fillFunctionContent,
  type FunctionContent,
  readFreshFunctionContent,
  readFunctionContent,
  writeAsMade,
  writeFunctionContent,
} from "./function_properties.ts";
import type { Kind } from "./kind.ts";

interface ClosureShell {
  readonly module: ModuleKey;
  readonly site: number;
  /** MIDs. */
  readonly scopes: readonly number[];
  /** MID, 0 for none. */
  readonly home: number;
}

/** Functions of rewritten code, whatever their syntax, that are neither classes nor members of one. */
export const closure: Kind<Function, ClosureShell, FunctionContent> = {
  name: "function",
  writeShell(node, out: Outlet) {
    const { module, site, scopes, home } = described(out.code, node, "closure");
    out.text(module);
    out.w.varint(site);
    out.scopes(scopes);
    out.optionalNode(home);
    out.site(module, site);
  },
  writeContent(node, out: Outlet) {
    const { module, site } = described(out.code, node, "closure");
    const defaults = out.code.defaults(module, site);
    if (!writeAsMade(node, defaults, out)) writeFunctionContent(node, defaults, out);
  },
  readShell: (inlet: Inlet) => ({
    module: inlet.module(),
    site: inlet.varint(),
    scopes: inlet.mids(),
    home: inlet.mid(),
  }),
  needs({ scopes, home }) {
    if (home === 0) return scopes;
    const mids = [home];
    for (let i = 0; i < scopes.length; i++) mids[i + 1] = scopes[i]!;
    return mids;
  },
  create({ module, site, scopes, home }, inlet) {
    const handles = inlet.liveScopes(scopes);
    const fn = inlet.code.createClosure(module, site, handles, home === 0 ? null : inlet.liveObject(home));
    if (typeof fn !== "function") throw new PacketError("a site makes no function");
    return fn;
  },
  readContent: readFunctionContent,
  readInto: (node, _, inlet) => readFreshFunctionContent(node, inlet),
  check(node, content, inlet) {
    const { module, site } = described(inlet.code, node, "closure");
    checkFunctionContent(node, inlet.code.defaults(module, site), { content, inlet });
  },
  fill(node, content, inlet) {
    const { module, site } = described(inlet.code, node, "closure");
    fillFunctionContent(node, inlet.code.defaults(module, site), { content, inlet });
  },
};
