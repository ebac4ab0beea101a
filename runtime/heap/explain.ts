import { KINDS } from "./kinds/table.ts";
import { KIND } from "./node.ts";
import type { Outlet } from "./outlet.ts";
import { className } from "./class_name.ts";
import { pathOf } from "./path.ts";
import { described } from "./kinds/described.ts";
import { SafeMap } from "./intrinsics.ts";

/** One line of an explanation. */
export interface ByteShare {
  readonly name: string;
  readonly bytes: number;
  readonly objects: number;
}

/** Where a packet's bytes come from. */
export interface Explanation {
  readonly packetBytes: number;
  /** Largest first. */
  readonly byRoot: readonly ByteShare[];
  /** The roots' own properties and what they first lead to. */
  readonly byPath: readonly ByteShare[];
  readonly byClass: readonly ByteShare[];
  readonly byModule: readonly ByteShare[];
  /** Why an object travelled: the shortest path to it from a root, or undefined if it didn't. */
  why(node: object | symbol): string | undefined;
  /** Of each captured node by MID: bytes of its contents in the packet, and the node through which it was reached. */
  origins(): Map<number, Origin>;
}

/** How a node got into a packet. */
export interface Origin {
  /** 0 if the other side has it as it is. */
  readonly bytes: number;
  /** MID of the node through which it was first reached; null if a root is the node itself. */
  readonly parent: number | null;
}

interface ExplainSource {
  readonly source: Outlet;
  readonly packetBytes: number;
  readonly bytesOf: (index: number) => number;
}

class Tally {
  readonly #shares = new SafeMap<string, { name: string; bytes: number; objects: number }>();

  add(name: string, bytes: number): void {
    let share = this.#shares.get(name);
    if (share === undefined) this.#shares.set(name, share = { name, bytes: 0, objects: 0 });
    share.bytes += bytes;
    share.objects++;
  }

  list(): readonly ByteShare[] {
    const list: ByteShare[] = [];
    this.#shares.forEach((share) => list[list.length] = share);
    return list.sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
  }
}

/** Attributes a capture's bytes. */
export function explain({ source, packetBytes, bytesOf }: ExplainSource): Explanation {
  const byRoot = new Tally(), byPath = new Tally(), byClass = new Tally(), byModule = new Tally();
  const { queue, state } = source;
  const isProxy = (value: object) => source.values.brandOf(value) === "proxy";
  for (let i = 0; i < queue.length; i++) {
    const index = queue[i]!;
    const bytes = bytesOf(index);
    if (bytes === 0) continue;
    const top = topOf(source, index);
    byRoot.add(source.options.rootNames[top.root] ?? `roots[${top.root}]`, bytes);
    byPath.add(pathOf(source, top.child), bytes);
    byClass.add(className(state.nodes[index]!, KINDS[state.kinds[index]!]!.name, isProxy), bytes);
    const module = moduleOf(source, index);
    if (module !== undefined) byModule.add(module, bytes);
  }
  const why = (node: object | symbol) => {
    const index = state.find(node);
    return index === undefined || state.epochs[index] === 0 ? undefined : pathOf(source, index);
  };
  return {
    packetBytes,
    byRoot: byRoot.list(),
    byPath: byPath.list(),
    byClass: byClass.list(),
    byModule: byModule.list(),
    why,
    origins: () => origins(source, bytesOf),
  };
}

function origins({ queue, state }: Outlet, bytesOf: (index: number) => number): Map<number, Origin> {
  const found = new SafeMap<number, Origin>();
  for (let i = 0; i < queue.length; i++) {
    const index = queue[i]!;
    const parent = state.parents[index]!;
    found.set(state.origin + index, {
      bytes: bytesOf(index),
      parent: parent < 0 ? null : state.origin + parent,
    });
  }
  return found;
}

/** The root that led to a node, and the node one step below it (or the root's own). */
function topOf({ state }: Outlet, index: number): { readonly root: number; readonly child: number } {
  let child = index;
  let parent = state.parents[index]!;
  let below = index;
  while (parent >= 0) {
    below = child;
    child = parent;
    parent = state.parents[child]!;
  }
  return { root: -1 - parent, child: below };
}

function moduleOf(source: Outlet, index: number): string | undefined {
  const node = source.state.nodes[index];
  switch (source.state.kinds[index]) {
    case KIND.scope:
      return (node as { module: string }).module;
    case KIND.binding:
      return (node as { ref: { module: string } }).ref.module;
    case KIND.closure:
      return described(source.code, node as Function, "closure").module;
    case KIND.class:
      return described(source.code, node as Function, "class").module;
    default:
      return undefined;
  }
}
