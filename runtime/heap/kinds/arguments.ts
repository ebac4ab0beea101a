import type { Inlet, Properties } from "../inlet.ts";
import { createArguments, getDescriptor, hasOwn, ownKeys } from "../intrinsics.ts";
import type { Outlet } from "../outlet.ts";
import { applyProperties, checkProperties } from "../properties.ts";
import type { Kind } from "./kind.ts";

/** Arguments objects. Their link to a sloppy function's parameters doesn't outlive the call, so it doesn't travel. */
export const argumentsKind: Kind<object, boolean, Properties> = {
  name: "arguments",
  writeShell(node, out: Outlet) {
    out.w.byte(isSloppy(node) ? 1 : 0);
  },
  writeContent(node, out: Outlet) {
    out.properties(node, otherKeys(node));
  },
  readShell: (inlet: Inlet) => inlet.byte() === 1,
  create: (sloppy) => createArguments(sloppy),
  readContent: (inlet: Inlet) => inlet.properties(),
  check(node, content, inlet) {
    checkProperties(node, otherKeys(node), content, inlet);
  },
  fill(node, content, inlet) {
    applyProperties(node, otherKeys(node), content, inlet);
  },
};

/** Strict ones have a `callee` that throws and can't be removed. */
function isSloppy(node: object): boolean {
  const callee = getDescriptor(node, "callee");
  return callee === undefined || callee.configurable === true || hasOwn(callee, "value");
}

function otherKeys(node: object): PropertyKey[] {
  const keys = ownKeys(node);
  const sloppy = isSloppy(node);
  const others: PropertyKey[] = [];
  for (let i = 0; i < keys.length; i++) {
    if (sloppy || keys[i] !== "callee") others[others.length] = keys[i]!;
  }
  return others;
}
