import type { HostParts } from "../access.ts";
import type { Inlet, LateValue, Properties } from "../inlet.ts";
import { ownKeys, SafeSet } from "../intrinsics.ts";
import type { Outlet } from "../outlet.ts";
import { PacketError } from "../packet_error.ts";
import { applyProperties, checkProperties } from "../properties.ts";
import type { Kind } from "./kind.ts";

interface HostShell {
  readonly type: string;
  readonly fixed: readonly LateValue[];
}

interface HostContent {
  readonly state: readonly unknown[];
  readonly properties: Properties;
}

/** Objects of the host that plain values describe: `URL`, `Headers`, `Intl.NumberFormat`. */
export const host: Kind<object, HostShell, HostContent> = {
  name: "host object",
  writeShell(node, out: Outlet) {
    if (!out.fresh) return;
    const { type, fixed } = partsOf(node, out);
    out.text(type);
    out.w.varint(fixed.length);
    for (let i = 0; i < fixed.length; i++) out.value(fixed[i]);
  },
  writeContent(node, out: Outlet) {
    const parts = partsOf(node, out);
    out.w.varint(parts.state.length);
    for (let i = 0; i < parts.state.length; i++) out.value(parts.state[i]);
    out.properties(node, programKeys(node, parts));
  },
  readShell(inlet: Inlet) {
    const type = inlet.text();
    const fixed: LateValue[] = [];
    for (let i = 0, count = inlet.count(); i < count; i++) fixed[i] = inlet.lateValue();
    return { type, fixed };
  },
  needs({ fixed }) {
    const mids: number[] = [];
    for (let i = 0; i < fixed.length; i++) mids[i] = fixed[i]!.mid;
    return mids;
  },
  create({ type, fixed }, inlet) {
    const parts: unknown[] = [];
    for (let i = 0; i < fixed.length; i++) parts[i] = inlet.settle(fixed[i]!);
    try {
      return inlet.values.makeHost!(type, parts);
    } catch (cause) {
      throw new PacketError(`no ${type} can be made`, { cause });
    }
  },
  readContent(inlet: Inlet) {
    const state: unknown[] = [];
    for (let i = 0, count = inlet.count(); i < count; i++) state[i] = inlet.value();
    return { state, properties: inlet.properties() };
  },
  check(node, { state, properties }, inlet) {
    const parts = partsOf(node, inlet);
    checkState(parts, state, inlet);
    checkProperties(node, programKeys(node, parts), properties, inlet);
  },
  fill(node, { state, properties }, inlet) {
    const parts = partsOf(node, inlet);
    if (!sameState(parts.state, state)) inlet.values.fillHost!(node, state);
    applyProperties(node, programKeys(node, parts), properties, inlet);
  },
};

function partsOf(node: object, { values }: { readonly values: Outlet["values"] }): HostParts {
  const parts = values.hostParts?.(node);
  if (parts === undefined) throw new TypeError("Cannot capture a host object: it holds what can't be said");
  return parts;
}

/** Tries the state on an object that nobody has: the real one is only filled once the whole packet is sound. */
function checkState({ type, fixed, state }: HostParts, wanted: readonly unknown[], { values }: Inlet): void {
  if (sameState(state, wanted)) return;
  try {
    values.fillHost!(values.makeHost!(type, fixed), wanted);
  } catch (cause) {
    throw new PacketError(`a ${type} can't have such a state`, { cause });
  }
}

function sameState(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function programKeys(node: object, { ownKeys: hosts }: HostParts): PropertyKey[] {
  const its = new SafeSet<PropertyKey>();
  for (let i = 0; i < hosts.length; i++) its.add(hosts[i]!);
  const keys: PropertyKey[] = [];
  const all = ownKeys(node);
  for (let i = 0; i < all.length; i++) if (!its.has(all[i]!)) keys[keys.length] = all[i]!;
  return keys;
}
