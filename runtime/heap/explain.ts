import { KINDS } from "./kinds/table.ts";
import { KIND } from "./node.ts";
import type { Outlet } from "./outlet.ts";
import type { SessionState } from "./session_state.ts";
import { className } from "./class_name.ts";
import { pathOf } from "./path.ts";
import { described } from "./kinds/described.ts";
import { newInt32Array, SafeMap, sortList } from "./intrinsics.ts";

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
  /** By the module whose code or variable a node is, or leads to it. */
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
    return sortList(list, (a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
  }
}

/** What most of a packet's bytes are, as JSON says it and people read it. */
export interface ByteSummary {
  readonly root: readonly ByteShare[];
  readonly path: readonly ByteShare[];
  readonly class: readonly ByteShare[];
  readonly module: readonly ByteShare[];
}

/** The largest shares of each kind; the others together as one. */
export function summary(explanation: Explanation, lines: number): ByteSummary {
  return {
    root: largest(explanation.byRoot, lines),
    path: largest(explanation.byPath, lines),
    class: largest(explanation.byClass, lines),
    module: largest(explanation.byModule, lines),
  };
}

function largest(shares: readonly ByteShare[], lines: number): ByteShare[] {
  const shown: ByteShare[] = [];
  let bytes = 0, objects = 0;
  for (let i = 0; i < shares.length; i++) {
    if (i < lines) shown[i] = shares[i]!;
    else {
      bytes += shares[i]!.bytes;
      objects += shares[i]!.objects;
    }
  }
  if (objects > 0) shown[lines] = { name: `${shares.length - lines} others`, bytes, objects };
  return shown;
}

/** Attributes a capture's bytes. */
export function explain({ source, packetBytes, bytesOf }: ExplainSource): Explanation {
  const byRoot = new Tally(), byPath = new Tally(), byClass = new Tally(), byModule = new Tally();
  const { queue, state } = source;
  const isProxy = (value: object) => source.values.isProxy(value);
  // A node is reached after what leads to it, so what is known of that is known: chains can be a million long.
  const tops = new newInt32Array(state.size), roots = new newInt32Array(state.size);
  const modules = new newInt32Array(state.size), moduleNames: (string | undefined)[] = [undefined];
  const paths = new SafeMap<number, string>();
  for (let i = 0; i < queue.length; i++) {
    const index = queue.at(i);
    const parent = state.parents[index]!;
    tops[index] = isTop(state, tops, parent) ? index : tops[parent]!;
    roots[index] = parent < 0 ? -1 - parent : roots[parent]!;
    const own = moduleOf(source, index);
    if (parent >= 0) modules[index] = modules[parent]!;
    if (own !== undefined && own !== moduleNames[modules[index]!]) {
      modules[index] = moduleNames.length;
      moduleNames[moduleNames.length] = own;
    }
    const bytes = bytesOf(index);
    if (bytes === 0) continue;
    const top = tops[index]!;
    let path = paths.get(top);
    if (path === undefined) paths.set(top, path = pathOf(source, top));
    byRoot.add(source.options.rootNames[roots[index]!] ?? `roots[${roots[index]}]`, bytes);
    byPath.add(path, bytes);
    byClass.add(className(state.nodes[index]!, KINDS[state.kinds[index]!]!.name, isProxy), bytes);
    const module = moduleNames[modules[index]!];
    if (module !== undefined) byModule.add(source.code.moduleName?.(module) ?? module, bytes);
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

/** Whether what a node leads to is told apart: a root, and the variables of its scopes. */
function isTop({ parents, kinds }: SessionState, tops: Int32Array, parent: number): boolean {
  return parent < 0 || parents[parent]! < 0 || kinds[parent] === KIND.scope && tops[parent] === parent;
}

function origins({ queue, state }: Outlet, bytesOf: (index: number) => number): Map<number, Origin> {
  const found = new SafeMap<number, Origin>();
  for (let i = 0; i < queue.length; i++) {
    const index = queue.at(i);
    const parent = state.parents[index]!;
    found.set(state.origin + index, {
      bytes: bytesOf(index),
      parent: parent < 0 ? null : state.origin + parent,
    });
  }
  return found;
}

/** The module whose code or variable a node is. */
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
