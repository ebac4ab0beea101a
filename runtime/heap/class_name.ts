import { getDescriptor, getPrototypeOf, hasOwn } from "./intrinsics.ts";
import { BindingCell, type Node } from "./node.ts";

/** A node's class for people: its constructor's name as far as data properties tell, else the kind's name. */
export function className(node: Node, kind: string): string {
  if (typeof node === "symbol" || node instanceof BindingCell || kind === "scope" || kind === "absent") {
    return kind;
  }
  if (typeof node === "function" || kind === "built-in") return kind;
  const prototype = getPrototypeOf(node);
  if (prototype === null) return kind;
  const constructor = dataOf(prototype, "constructor");
  const name = typeof constructor === "function" ? dataOf(constructor, "name") : undefined;
  return typeof name === "string" && name !== "" ? name : kind;
}

function dataOf(object: object, key: string): unknown {
  const descriptor = getDescriptor(object, key);
  return descriptor !== undefined && hasOwn(descriptor, "value") ? descriptor.value : undefined;
}
