/**
 * What one side knows of a session.
 *
 * 1. A node's MID is its number in packets, on both sides. Index = MID − origin.
 * 2. Texts, shapes and MIDs are numbered in packet order, so both sides number alike without talking about it.
 * 3. Between migrations the device finds nodes by their ids only, weakly once it has relaxed: `nodes` is emptied after
 *    each merge. The clone holds them until the device starts over.
 */
import type { ModuleKey } from "./access.ts";
import { SafeMap, SafeWeakMap, symbolKeyFor } from "./intrinsics.ts";
import { KeptRecords } from "./kept_records.ts";
import { BindingCell, type Node } from "./node.ts";
import { ShapeTable } from "./shape.ts";
import { TextTable } from "./text_table.ts";

/** How a node fared in the migration that is out, or in the last one. */
export type RowState = "migrated" | "new" | "changed" | "unchanged" | "named" | "dead";

export class SessionState {
  /** The MID of index 0. */
  readonly origin: number;
  readonly texts = new TextTable();
  readonly shapes = new ShapeTable();
  readonly kept = new KeptRecords();
  /** By index. */
  readonly kinds: number[] = [];
  nodes: (Node | undefined)[] = [];
  readonly cids: (number | null)[] = [];
  readonly states: (RowState | undefined)[] = [];
  /** Index of the node through which a node was first reached, or −1 − (number of its root). */
  readonly parents: number[] = [];
  /** By index, the capture that last reached the node. */
  readonly epochs: number[] = [];
  /** Indexes of the migration that is out: all that the clone was sent or named. */
  current: number[] = [];
  /** Counts captures. */
  epoch = 0;
  /** Strong ids are several times as fast as weak ones; {@linkcode relax} makes them weak. */
  #ids = new SafeMap<WeakKey, number>();
  #weakIds: SafeWeakMap<WeakKey, number> | undefined;
  /** `Symbol.for` symbols can't be weak. */
  readonly #registered = new SafeMap<symbol, number>();
  readonly #cells = new SafeMap<ModuleKey, SafeMap<number, BindingCell>>();

  constructor(origin: number) {
    this.origin = origin;
  }

  /** How many nodes have an id. */
  get size(): number {
    return this.kinds.length;
  }

  /** The node's index, or undefined if this session doesn't know it. */
  find(node: Node): number | undefined {
    if (typeof node === "symbol" && symbolKeyFor(node) !== undefined) return this.#registered.get(node);
    return this.#ids.get(node) ?? this.#weakIds?.get(node);
  }

  /** How many nodes are held by their ids. */
  get held(): number {
    return this.#ids.size;
  }

  /** Lets go of all nodes: from now on their ids are found only as long as somebody else holds them. */
  relax(): void {
    const weak = this.#weakIds ??= new SafeWeakMap();
    this.#ids.forEach((index, node) => weak.set(node, index));
    this.#ids = new SafeMap();
    this.nodes = [];
  }

  /** Gives a node the next index. */
  add(node: Node, kind: number): number {
    const index = this.announce(kind);
    this.bind(index, node);
    return index;
  }

  /** Takes the next index for a node that is yet to be made. */
  announce(kind: number): number {
    const index = this.kinds.length;
    this.kinds[index] = kind;
    this.cids[index] = null;
    this.states[index] = undefined;
    this.parents[index] = -1;
    this.epochs[index] = 0;
    this.nodes[index] = undefined;
    return index;
  }

  /** Says which node an index means. */
  bind(index: number, node: Node): void {
    this.nodes[index] = node;
    if (typeof node === "symbol" && symbolKeyFor(node) !== undefined) this.#registered.set(node, index);
    else this.#ids.set(node, index);
  }

  /** The cell that stands for a binding. */
  cell(module: ModuleKey, index: number): BindingCell {
    let cells = this.#cells.get(module);
    if (cells === undefined) this.#cells.set(module, cells = new SafeMap());
    let cell = cells.get(index);
    if (cell === undefined) cells.set(index, cell = new BindingCell({ module, index }));
    return cell;
  }
}
