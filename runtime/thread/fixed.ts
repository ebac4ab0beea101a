/**
 * Whether anybody could change what a method reaches while the promise that it returns is pending. Where its caller goes on before
 * that is settled, a clone's answer counts only if nobody can.
 */
import { type BindingCell, KIND, type Node, type SessionHeap } from "../heap/mod.ts";
import type { ScopeHandle } from "../heap/access.ts";
import { every, listOf } from "../heap/lists.ts";
import type { SiteEntry } from "../rewrite/mod.ts";
import type { CodeRegistry } from "./code_registry.ts";
import { getOwnPropertyDescriptor, SafeSet } from "./intrinsics.ts";
import type { Invocation } from "./invocation_roots.ts";

/** What nothing can be put in another's place of, but by changing what it is made of. */
const FIXED_KINDS = new SafeSet<number>([
  ...[
    KIND.closure,
    KIND.class,
    KIND.member,
    KIND.bound,
    KIND.builtin,
    KIND.symbol,
    KIND.promise,
    KIND.absent,
  ],
]);

/** A first look, before anything is captured: the method is given nothing but plain values. */
export function mayBeFixed({ self, args }: Pick<Invocation, "self" | "args">, { owner }: SiteEntry): boolean {
  const isPlain = (value: unknown) =>
    (typeof value !== "object" || value === null) && typeof value !== "function";
  return every(listOf(args), isPlain) && (owner === undefined || isPlain(self));
}

/** Whether it holds for all that was captured; `list` is the runtime's own list of arguments. */
export function isFixed(heap: SessionHeap, registry: CodeRegistry, list: unknown): boolean {
  return heap.everyReached((node: Node, kind) => {
    if (kind === KIND.plain) return isPrototype(node as object);
    if (kind === KIND.scope || kind === KIND.binding) {
      return registry.isConstant(node as BindingCell | ScopeHandle);
    }
    return node === list || FIXED_KINDS.has(kind);
  });
}

/** The object that instances of a function's inherit from. */
function isPrototype(object: object): boolean {
  const maker = getOwnPropertyDescriptor(object, "constructor")?.value;
  return typeof maker === "function" && getOwnPropertyDescriptor(maker, "prototype")?.value === object;
}
