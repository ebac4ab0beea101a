import { ACCESSOR } from "../constants.ts";
import type { Inlet } from "../inlet.ts";
import { defineProperty, deleteProperty, getDescriptor } from "../intrinsics.ts";
import { attributeBits, type Outlet, SYMBOL_KEY } from "../outlet.ts";
import { MissingBuiltinError, PacketError } from "../packet_error.ts";
import { pathOf } from "../path.ts";
import { descriptorOf } from "../properties.ts";
import { Refusal } from "../refusal.ts";
import { REFUSALS } from "../refusals.ts";
import type { Kind } from "./kind.ts";

/** In a change's attribute byte: the property was removed. */
const REMOVED = 64;

/** A property that isn't as the language has it. */
interface Change {
  readonly key: PropertyKey;
  /** Undefined if it was removed. */
  readonly descriptor: PropertyDescriptor | undefined;
}

/** Built-in functions, prototypes and namespaces: named, never sent; only what a program changed of them travels. */
export const builtin: Kind<object, string, readonly Change[]> = {
  name: "built-in",
  writeShell(node, out: Outlet) {
    out.text(out.values.nameOfBuiltin(node)!);
  },
  writeContent(node, out: Outlet) {
    const start = out.w.at;
    const keys = changedKeys(node, out);
    out.w.varint(keys.length);
    for (let i = 0; i < keys.length; i++) writeChange(node, keys[i]!, out);
    if (out.options.side === "device" || keys.length === 0 && out.at >= out.firstNew) return;
    if (out.at >= out.firstNew || !out.state.kept.matches(out.at, out.w.bytes, start, out.w.at)) {
      throw new Refusal(pathOf(out, out.at), REFUSALS.changedBuiltin);
    }
  },
  readShell: (inlet: Inlet) => inlet.text(),
  create(name, inlet) {
    const value = inlet.values.builtinByName(name);
    if (value === undefined || typeof value === "symbol") {
      throw new MissingBuiltinError(name);
    }
    return inlet.named(value, name);
  },
  readContent(inlet: Inlet) {
    const changes: Change[] = [];
    for (let i = 0, count = inlet.count(); i < count; i++) changes[i] = readChange(inlet);
    return changes;
  },
  check(_, changes, inlet) {
    if (inlet.side === "device" && changes.length > 0) throw new PacketError("it changes a built-in");
  },
  fill(node, changes, inlet) {
    inlet.values.resetBuiltin?.(node, changes.length > 0);
    for (let i = 0; i < changes.length; i++) {
      const { key, descriptor } = changes[i]!;
      if (descriptor === undefined) deleteProperty(node, key);
      else defineProperty(node, key, descriptor);
    }
  },
};

function changedKeys(node: object, { changedBuiltins, values }: Outlet): readonly PropertyKey[] {
  let changed = changedBuiltins === undefined;
  for (let i = 0; !changed && i < changedBuiltins!.length; i++) changed = changedBuiltins![i] === node;
  return changed ? values.changedKeys?.(node) ?? [] : [];
}

function writeChange(node: object, key: PropertyKey, out: Outlet): void {
  const descriptor = getDescriptor(node, key);
  const bits = descriptor === undefined ? REMOVED : attributeBits(descriptor);
  out.w.byte(bits | (typeof key === "symbol" ? SYMBOL_KEY : 0));
  if (typeof key === "symbol") out.node(key);
  else out.text(key as string);
  if (descriptor === undefined) return;
  if ((bits & ACCESSOR) !== 0) {
    out.value(descriptor.get);
    out.value(descriptor.set);
  } else out.value(descriptor.value);
}

function readChange(inlet: Inlet): Change {
  const bits = inlet.byte();
  const key = (bits & SYMBOL_KEY) !== 0 ? inlet.liveValue(inlet.mid()) : inlet.text();
  if (typeof key === "object") throw new PacketError("a key isn't a symbol");
  if ((bits & REMOVED) !== 0) return { key, descriptor: undefined };
  const values = [inlet.value()];
  if ((bits & ACCESSOR) !== 0) values[1] = inlet.value();
  return { key, descriptor: descriptorOf(bits, values, 0) };
}
