import type { Registration } from "../access.ts";
import type { Inlet, LateValue, Properties } from "../inlet.ts";
import {
  newFinalizationRegistry,
  objectIs,
  ownKeys,
  registryRegister,
  registryUnregister,
  symbolKeyFor,
} from "../intrinsics.ts";
import type { Outlet } from "../outlet.ts";
import { PacketError } from "../packet_error.ts";
import { applyProperties, checkProperties } from "../properties.ts";
import type { Kind } from "./kind.ts";

const REGISTER = 0;
const UNREGISTER = 1;

interface RegistryContent {
  readonly done: readonly Registration[];
  readonly properties: Properties;
}

/**
 * FinalizationRegistries. What a program sees of one is when its function is called, which is on the device only: there it
 * watches. At the clone stands one that calls nothing; what is registered with it there goes home, and is registered here.
 */
export const registry: Kind<object, LateValue, RegistryContent> = {
  name: "FinalizationRegistry",
  writeShell(node, out: Outlet) {
    // Only the clone has one that the other side lacks the function of.
    out.value(out.fresh ? out.values.cleanupOf?.(node) : undefined);
  },
  writeContent(node, out: Outlet) {
    const done = out.values.registrations?.(node) ?? [];
    out.w.varint(done.length);
    for (let i = 0; i < done.length; i++) {
      const item = done[i]!;
      out.w.byte(item.target === undefined ? UNREGISTER : REGISTER);
      out.value(item.target);
      out.value(item.held);
      out.value(item.token);
    }
    out.properties(node, ownKeys(node));
  },
  readShell: (inlet: Inlet) => inlet.lateValue(),
  needs: (cleanup) => [cleanup.mid],
  create(shell, inlet) {
    const cleanup = inlet.settle(shell);
    if (inlet.side === "clone") return new newFinalizationRegistry(() => {});
    if (typeof cleanup !== "function") throw new PacketError("a FinalizationRegistry has no function");
    return new newFinalizationRegistry(cleanup as (held: unknown) => void);
  },
  readContent(inlet: Inlet) {
    const done: Registration[] = [];
    for (let i = 0, count = inlet.count(); i < count; i++) {
      const registers = inlet.byte() === REGISTER;
      const target = inlet.value() as WeakKey | undefined;
      const held = inlet.value();
      const token = inlet.value() as WeakKey | undefined;
      if (registers ? !isSound(target, held, token) : target !== undefined || !isWeakKey(token)) {
        throw new PacketError("something is registered that can't be");
      }
      done[i] = { target, held, token };
    }
    return { done, properties: inlet.properties() };
  },
  check(node, { properties }, inlet) {
    checkProperties(node, ownKeys(node), properties, inlet);
  },
  fill(node, { done, properties }, inlet) {
    applyProperties(node, ownKeys(node), properties, inlet);
    if (inlet.side === "clone") return;
    for (let i = 0; i < done.length; i++) {
      const { target, held, token } = done[i]!;
      if (target === undefined) registryUnregister(node, token!);
      else registryRegister(node, target, held, token);
    }
  },
};

function isSound(target: unknown, held: unknown, token: unknown): boolean {
  return isWeakKey(target) && !objectIs(target, held) && (token === undefined || isWeakKey(token));
}

function isWeakKey(value: unknown): value is WeakKey {
  if (typeof value === "symbol") return symbolKeyFor(value) === undefined;
  return typeof value === "object" && value !== null || typeof value === "function";
}
