import type { ModuleKey } from "../access.ts";
import type { Inlet, LateValue } from "../inlet.ts";
import { FunctionPrototype, getDescriptor, getPrototypeOf, ObjectPrototype } from "../intrinsics.ts";
import { KIND } from "../node.ts";
import type { Outlet } from "../outlet.ts";
import { PacketError } from "../packet_error.ts";
import { pathOf } from "../path.ts";
import { Refusal } from "../refusal.ts";
import { REFUSALS } from "../refusals.ts";
import { described } from "./described.ts";
import {
  checkFunctionContent,
  fillFunctionContent,
  type FunctionContent,
  readFunctionContent,
  writeFunctionContent,
} from "./function_properties.ts";
import type { Kind } from "./kind.ts";

interface ClassShell {
  readonly module: ModuleKey;
  readonly site: number;
  readonly scopes: readonly number[];
  readonly derived: boolean;
  /** MID of the prototype object: it comes into being with the class. */
  readonly prototype: number;
  readonly keys: readonly LateValue[];
  /** MID of the class around whose private names it uses; 0 for none. */
  readonly home: number;
}

/** Classes of rewritten code. Members come with them; heritage is their [[Prototype]]s. */
export const classKind: Kind<Function, ClassShell, FunctionContent> = {
  name: "class",
  writeShell(node, out: Outlet) {
    const { module, site, scopes, keys, home } = described(out.code, node, "class");
    const prototype = getDescriptor(node, "prototype")!.value as object;
    const known = out.state.find(prototype);
    if (out.fresh && known !== undefined && known < out.firstNew) {
      throw new Refusal(pathOf(out, out.at), REFUSALS.prototypeAhead);
    }
    out.text(module);
    out.w.varint(site);
    out.scopes(scopes);
    out.w.byte(isDerived(node, prototype) ? 1 : 0);
    out.node(prototype, KIND.plain);
    out.w.varint(keys.length);
    for (let i = 0; i < keys.length; i++) out.value(keys[i]);
    out.optionalNode(home);
    out.site(module, site);
  },
  writeContent(node, out: Outlet) {
    const { module, site } = described(out.code, node, "class");
    writeFunctionContent(node, out.code.defaults(module, site), out);
  },
  readShell(inlet: Inlet) {
    const module = inlet.module();
    const site = inlet.varint();
    const scopes = inlet.mids();
    const derived = inlet.byte() === 1;
    const prototype = inlet.mid();
    const keys: LateValue[] = [];
    for (let i = 0, count = inlet.count(); i < count; i++) keys[i] = inlet.lateValue();
    return { module, site, scopes, derived, prototype, keys, home: inlet.mid() };
  },
  needs(shell) {
    const mids: number[] = [];
    for (let i = 0; i < shell.scopes.length; i++) mids[i] = shell.scopes[i]!;
    for (let i = 0; i < shell.keys.length; i++) mids[mids.length] = shell.keys[i]!.mid;
    if (shell.home !== 0) mids[mids.length] = shell.home;
    return mids;
  },
  create(shell, inlet) {
    const keys: PropertyKey[] = [];
    for (let i = 0; i < shell.keys.length; i++) keys[i] = propertyKey(inlet.settle(shell.keys[i]!));
    const scopes = inlet.liveScopes(shell.scopes);
    const { module, site, derived } = shell;
    const home = shell.home === 0 ? null : inlet.liveObject(shell.home);
    const made = inlet.code.createClass(module, site, scopes, { keys, derived, home });
    inlet.bind(shell.prototype, getDescriptor(made, "prototype")!.value, KIND.plain);
    return made;
  },
  readContent: readFunctionContent,
  check(node, content, inlet) {
    const { module, site } = described(inlet.code, node, "class");
    checkFunctionContent(node, inlet.code.defaults(module, site), { content, inlet });
  },
  fill(node, content, inlet) {
    const { module, site } = described(inlet.code, node, "class");
    fillFunctionContent(node, inlet.code.defaults(module, site), { content, inlet });
  },
};

function isDerived(node: Function, prototype: object): boolean {
  return getPrototypeOf(node) !== FunctionPrototype || getPrototypeOf(prototype) !== ObjectPrototype;
}

function propertyKey(value: unknown): PropertyKey {
  if (typeof value === "string" || typeof value === "number" || typeof value === "symbol") return value;
  throw new PacketError("a class's computed key is no key");
}
