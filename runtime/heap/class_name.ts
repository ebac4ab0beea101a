import { getDescriptor, getPrototypeOf, hasOwn, SafeSet } from "./intrinsics.ts";
import type { Node } from "./node.ts";

const NAMED_BY_KIND = new SafeSet<string>();
NAMED_BY_KIND.add("binding");
NAMED_BY_KIND.add("scope");
NAMED_BY_KIND.add("absent");
NAMED_BY_KIND.add("built-in");
NAMED_BY_KIND.add("weak entry");
NAMED_BY_KIND.add("Proxy");

/** A node's class for people: its constructor's name as far as data properties tell, else the kind's name. */
export function className(node: Node, kind: string, isProxy: (value: object) => boolean): string {
  if (typeof node !== "object" || NAMED_BY_KIND.has(kind)) return kind;
  const prototype = getPrototypeOf(node);
  if (prototype === null) return kind;
  if (isProxy(prototype)) return kind;
  const constructor = dataOf(prototype, "constructor");
  const name = typeof constructor === "function" && !isProxy(constructor)
    ? dataOf(constructor, "name")
    : undefined;
  return typeof name === "string" && name !== "" ? name : kind;
}

function dataOf(object: object, key: string): unknown {
  const descriptor = getDescriptor(object, key);
  return descriptor !== undefined && hasOwn(descriptor, "value") ? descriptor.value : undefined;
}
