/**
 * What one side knows of a session.
 *
 * 1. A node's MID is its number in packets, on both sides. Index = MID − origin.
 * 2. Texts, shapes and MIDs are numbered in packet order, so both sides number alike without talking about it.
 * 3. On the device `nodes` holds those of the migration that is out. Between migrations their ids find them, weakly once
 *    it has relaxed; until then `previous` has those of the last migration. The clone holds all until the device starts
 *    over.
 */
import type { ModuleKey } from "./access.ts";
import {
  bytesSet,
  getOrInsert,
  newInt32Array,
  newUint8Array,
  SafeMap,
  SafeWeakMap,
  symbolKeyFor,
  typedArrayLength,
  typedArraySet,
} from "./intrinsics.ts";
import type { Standing } from "./iterator_place.ts";
import { KeptRecords } from "./kept_records.ts";
import { BindingCell, KIND, type Node, WeakEntry } from "./node.ts";
import { Offsets, roomFor } from "./offsets.ts";
import { ShapeTable } from "./shape.ts";
import { Tails } from "./tails.ts";
import { TextTable } from "./text_table.ts";

/** How a node fared in the migration that is out, or in the last one. */
export type RowState = "migrated" | "new" | "changed" | "unchanged" | "named" | "dead";

/** Row states as {@linkcode SessionState.states} holds them; 0 is none. */
export const ROW = { migrated: 1, new: 2, changed: 3, unchanged: 4, named: 5, dead: 6 } as const;
export const ROW_NAMES: readonly (RowState | undefined)[] = [
  undefined,
  "migrated",
  "new",
  "changed",
  "unchanged",
  "named",
  "dead",
];

export class SessionState {
  /** The MID of index 0. */
  readonly origin: number;
  readonly texts = new TextTable();
  readonly shapes = new ShapeTable();
  readonly kept = new KeptRecords();
  /** By index, where Map and Set iterators stand. */
  readonly standings = new SafeMap<number, Standing>();
  /** What was added to Maps and Sets: at the clone to all, on the device to those with iterators that the clone has. */
  readonly tails = new Tails();
  /** How many nodes have an index. What follows is by index; the columns have room beyond. */
  size = 0;
  /** Of the columns. */
  #room = FIRST_ROOM;
  nodes: (Node | undefined)[] = [];
  /** Device: {@linkcode nodes} of the last migration, for comparing without looking anything up. */
  previous: readonly (Node | undefined)[] = [];
  kinds: Uint8Array = new newUint8Array(FIRST_ROOM);
  /** 0 or nothing for none. Has room for all nodes only once {@linkcode reserveCids} has made it. */
  cids: Int32Array = new newInt32Array(0);
  states: Uint8Array = new newUint8Array(FIRST_ROOM);
  /** Index of the node through which a node was first reached, or −1 − (number of its root). */
  parents: Int32Array = new newInt32Array(FIRST_ROOM);
  /** The capture that last reached the node. */
  epochs: Int32Array = new newInt32Array(FIRST_ROOM);
  /** Clone: nodes on which the program defined properties. */
  readonly redefined: true[] = [];
  /** Indexes of the migration that is out: all that the clone was sent or named. */
  current = new Offsets();
  /** Built-ins that the last capture found changed. */
  changedBuiltins: readonly object[] = [];
  /** Counts captures. */
  epoch = 0;
  /**
   * Strong ids are several times as fast as weak ones; {@linkcode relax} makes them weak. A table of our own, by hashes of
   * what objects hold, takes a fifth less time once it is optimised, but a third more until then, and gains nothing where
   * many hold the same.
   */
  #ids = new SafeMap<WeakKey, number>();
  #weakIds: SafeWeakMap<WeakKey, number> | undefined;
  /** `Symbol.for` symbols can't be weak. */
  readonly #registered = new SafeMap<symbol, number>();
  readonly #cells = new SafeMap<ModuleKey, SafeMap<number, BindingCell>>();
  /** By holder and key; an entry dies with either. */
  readonly #weakEntries = new SafeWeakMap<object, SafeWeakMap<WeakKey, WeakEntry>>();

  /** Nodes of indexes from here on may not be in {@linkcode #ids} yet. */
  #pendingFrom = 0;
  /** The first index beyond them. */
  #pendingTo = 0;
  /** How often they were looked through one by one. */
  #searches = 0;

  readonly #builtins = new SafeMap<number, Node>();

  constructor(origin: number) {
    this.origin = origin;
  }

  /** The node's index, or undefined if this session doesn't know it. */
  find(node: Node): number | undefined {
    if (isRegistered(node)) return this.#registered.get(node);
    const known = this.#ids.get(node) ?? this.#weakIds?.get(node);
    return known === undefined && this.#pendingTo > this.#pendingFrom ? this.#search(node) : known;
  }

  /** Like {@linkcode find}, for nodes that {@linkcode bind} didn't put off. */
  findEntered(node: Node): number | undefined {
    return isRegistered(node) ? this.#registered.get(node) : this.#ids.get(node) ?? this.#weakIds?.get(node);
  }

  /** A few nodes are found faster one by one than by entering all that arrived. */
  #search(node: Node): number | undefined {
    if (++this.#searches > MAX_SEARCHES) {
      for (let i = this.#pendingFrom; i < this.#pendingTo; i++) {
        const pending = this.nodes[i];
        if (pending !== undefined) this.#enter(i, pending);
      }
      this.#pendingFrom = this.#pendingTo;
      this.#searches = 0;
      return this.#ids.get(node);
    }
    for (let i = this.#pendingFrom; i < this.#pendingTo; i++) {
      if (this.nodes[i] !== node) continue;
      this.#enter(i, node);
      return i;
    }
    return undefined;
  }

  /** The node's index; the next one, {@linkcode size}, if it had none: then {@linkcode announce} must follow. */
  claim(node: Node): number {
    const pending = this.#pendingTo > this.#pendingFrom;
    if (pending || this.#weakIds !== undefined || getOrInsert === undefined || isRegistered(node)) {
      const index = this.find(node);
      if (index !== undefined) return index;
      this.#enter(this.size, node);
      return this.size;
    }
    return getOrInsert(this.#ids, node, this.size);
  }

  /** Gives a node the next index instead of the one it has; {@linkcode announce} must follow. */
  rename(node: Node): void {
    this.#weakIds?.delete(node);
    this.#enter(this.size, node);
  }

  /**
   * A built-in object or a symbol that an earlier migration named: what the other side makes may refer to it at any time.
   */
  builtin(index: number): Node | undefined {
    return this.#builtins.get(index);
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
    this.previous = [];
  }

  /** Takes the next index, for a node that may be yet to be made. */
  announce(kind: number, node: Node | undefined): number {
    const index = this.size++;
    if (index >= this.#room) this.#grow(roomFor(index));
    this.kinds[index] = kind;
    this.parents[index] = -1;
    this.nodes[index] = node;
    if (node !== undefined) this.#keepIfBuiltin(index, node);
    return index;
  }

  /** Makes room for so many nodes more. */
  reserve(count: number): void {
    if (this.size + count > this.#room) this.#grow(this.size + count);
  }

  /** Makes room for the CIDs of all nodes; a device needs them only once a packet comes home. */
  reserveCids(): Int32Array {
    if (typedArrayLength(this.cids) < this.size) this.cids = grownInts(this.cids, this.#room);
    return this.cids;
  }

  /** Says which node an announced index means. `later` puts off what it takes to find it by identity. */
  bind(index: number, node: Node, later = false): void {
    this.nodes[index] = node;
    this.#keepIfBuiltin(index, node);
    if (!later) return this.#enter(index, node);
    if (this.#pendingTo === this.#pendingFrom) this.#pendingFrom = this.#pendingTo = index;
    if (index < this.#pendingFrom) this.#pendingFrom = index;
    if (index >= this.#pendingTo) this.#pendingTo = index + 1;
  }

  #keepIfBuiltin(index: number, node: Node): void {
    const kind = this.kinds[index];
    if (kind === KIND.builtin || kind === KIND.symbol) this.#builtins.set(index, node);
  }

  #enter(index: number, node: Node): void {
    if (isRegistered(node)) this.#registered.set(node, index);
    else this.#ids.set(node, index);
  }

  #grow(room: number): void {
    this.#room = room;
    this.kinds = grownBytes(this.kinds, room);
    this.states = grownBytes(this.states, room);
    this.parents = grownInts(this.parents, room);
    this.epochs = grownInts(this.epochs, room);
  }

  /** The cell that stands for a binding. */
  cell(module: ModuleKey, index: number): BindingCell {
    let cells = this.#cells.get(module);
    if (cells === undefined) this.#cells.set(module, cells = new SafeMap());
    let cell = cells.get(index);
    if (cell === undefined) cells.set(index, cell = new BindingCell({ module, index }));
    return cell;
  }

  /** What stands for the entry of a weak collection, whether there is one or not. */
  weakEntry(holder: object, key: WeakKey): WeakEntry {
    let entries = this.#weakEntries.get(holder);
    if (entries === undefined) this.#weakEntries.set(holder, entries = new SafeWeakMap());
    let entry = entries.get(key);
    if (entry === undefined) entries.set(key, entry = new WeakEntry(holder, key));
    return entry;
  }

  /** Whether an entry is or was known. */
  knowsWeakEntry(holder: object, key: WeakKey): boolean {
    return this.#weakEntries.get(holder)?.has(key) === true;
  }
}

const FIRST_ROOM = 256;
/** Looking through 100,000 nodes takes some 0.1 ms, entering them 20 ms. */
const MAX_SEARCHES = 32;

function isRegistered(node: Node): node is symbol {
  return typeof node === "symbol" && symbolKeyFor(node) !== undefined;
}

function grownBytes(column: Uint8Array, room: number): Uint8Array {
  const grown = new newUint8Array(room);
  bytesSet(grown, column, 0);
  return grown;
}

function grownInts(column: Int32Array, room: number): Int32Array {
  const grown = new newInt32Array(room);
  typedArraySet(grown, column);
  return grown;
}
