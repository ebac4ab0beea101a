import type { Inlet, LateValue, Properties } from "../inlet.ts";
import { apply, functionBind, ownKeys } from "../intrinsics.ts";
import type { Outlet } from "../outlet.ts";
import { applyProperties, checkProperties } from "../properties.ts";
import { shield, unshield } from "../shield.ts";
import { described } from "./described.ts";
import type { Kind } from "./kind.ts";

interface BoundShell {
  readonly target: number;
  readonly thisValue: LateValue;
  readonly args: readonly LateValue[];
}

/** Bound functions. */
export const bound: Kind<Function, BoundShell, Properties> = {
  name: "bound function",
  writeShell(node, out: Outlet) {
    const { target, thisValue, args } = described(out.code, node, "bound");
    out.node(target);
    out.value(thisValue);
    out.w.varint(args.length);
    for (let i = 0; i < args.length; i++) out.value(args[i]);
  },
  writeContent(node, out: Outlet) {
    out.properties(node, ownKeys(node));
  },
  readShell(inlet: Inlet) {
    const target = inlet.mid();
    const thisValue = inlet.lateValue();
    const args: LateValue[] = [];
    for (let i = 0, count = inlet.count(); i < count; i++) args[i] = inlet.lateValue();
    return { target, thisValue, args };
  },
  needs(shell) {
    const mids = [shell.target, shell.thisValue.mid];
    for (let i = 0; i < shell.args.length; i++) mids[mids.length] = shell.args[i]!.mid;
    return mids;
  },
  create(shell, inlet) {
    const target = inlet.liveFunction(shell.target);
    const thisValue = inlet.settle(shell.thisValue);
    const args: unknown[] = [];
    const all = [thisValue];
    for (let i = 0; i < shell.args.length; i++) all[i + 1] = args[i] = inlet.settle(shell.args[i]!);
    const made = bindQuietly(target, all);
    inlet.code.madeBound?.(made, target, thisValue, args);
    return made;
  },
  readContent: (inlet: Inlet) => inlet.properties(),
  check(node, content, inlet) {
    checkProperties(node, ownKeys(node), content, inlet);
  },
  fill(node, content, inlet) {
    applyProperties(node, ownKeys(node), content, inlet);
  },
};

/** Binding reads the target's `length` and `name`: lest that run a program's getters, plain ones stand in meanwhile. */
function bindQuietly(target: Function, args: unknown[]): Function {
  const length = shield(target, "length", 0);
  const name = shield(target, "name", "");
  const made = apply(functionBind, target, args) as Function;
  unshield(target, "length", length);
  unshield(target, "name", name);
  return made;
}
