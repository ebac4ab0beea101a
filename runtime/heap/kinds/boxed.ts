import type { Inlet, LateValue, Properties } from "../inlet.ts";
import {
  bigintValue,
  booleanValue,
  numberValue,
  ownKeys,
  stringValue,
  symbolValue,
  toObject,
} from "../intrinsics.ts";
import type { Outlet } from "../outlet.ts";
import { PacketError } from "../packet_error.ts";
import { applyProperties, checkProperties } from "../properties.ts";
import type { Kind } from "./kind.ts";

/** Boxed primitives. */
export const boxed: Kind<object, LateValue, Properties> = {
  name: "boxed",
  writeShell(node, out: Outlet) {
    out.value(primitiveOf(node));
  },
  writeContent(node, out: Outlet) {
    out.properties(node, otherKeys(node));
  },
  readShell: (inlet: Inlet) => inlet.lateValue(),
  needs: (shell) => shell.mid === 0 ? [] : [shell.mid],
  create(shell, inlet) {
    const value = inlet.settle(shell);
    const type = typeof value;
    if (value === null || type === "object" || type === "function" || type === "undefined") {
      throw new PacketError("a box holds no primitive");
    }
    return toObject(value);
  },
  readContent: (inlet: Inlet) => inlet.properties(),
  check(node, content, inlet) {
    checkProperties(node, otherKeys(node), content, inlet);
  },
  fill(node, content, inlet) {
    applyProperties(node, otherKeys(node), content, inlet);
  },
};

const READERS: readonly ((node: any) => unknown)[] = [
  numberValue,
  stringValue,
  booleanValue,
  bigintValue,
  symbolValue,
];

/** What the box holds, by its internal slot. */
function primitiveOf(node: object): unknown {
  for (let i = 0; i < READERS.length; i++) {
    try {
      return READERS[i]!(node);
    } catch {
      // Another type's slot: the next reader's turn.
    }
  }
  throw new TypeError("Cannot capture a boxed value: no primitive is in it");
}

/** Own keys without the characters and length that a boxed string has by nature. */
function otherKeys(node: object): PropertyKey[] {
  const primitive = primitiveOf(node);
  const keys = ownKeys(node);
  let from = 0;
  if (typeof primitive === "string") from = primitive.length;
  const others: PropertyKey[] = [];
  for (let i = from; i < keys.length; i++) {
    if (typeof primitive === "string" && keys[i] === "length") continue;
    others[others.length] = keys[i]!;
  }
  return others;
}
