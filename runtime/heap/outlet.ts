/**
 * The writing half of the one walk: turns values into bytes and puts what they refer to in the queue.
 *
 * 1. Breadth first over a work list; nothing recurses.
 * 2. A node's id is given when it is first referred to, so ids rise in the order of the queue.
 * 3. With `checking` set nothing is added to the session: meeting anything new throws {@linkcode Novelty}.
 */
import {
  type CodeAccess,
  type ModuleKey,
  type ScopeHandle,
  UNINITIALISED,
  type ValueAccess,
} from "./access.ts";
import { classify } from "./classify.ts";
import {
  ACCESSOR,
  BLOB_BYTES,
  CONFIGURABLE,
  ENUMERABLE,
  INLINE_INTEGER,
  PLAIN_ATTRIBUTES,
  STACK,
  VALUE,
  WRITABLE,
} from "./constants.ts";
import {
  bigintToString,
  getDescriptor,
  getPrototypeOf,
  hasOwn,
  isExtensible,
  SafeMap,
  SafeSet,
  stackAccessor,
  typedArrayLength,
  typedArrayName,
} from "./intrinsics.ts";
import { type Layout, Layouts } from "./layouts.ts";
import { KIND, type KindNumber, type Node } from "./node.ts";
import { Offsets } from "./offsets.ts";
import { appended, PrivateOwners } from "./private_owners.ts";
import type { Why } from "./refusals.ts";
import type { SessionState } from "./session_state.ts";
import type { Shape, ShapeRoot, Step } from "./shape.ts";
import { slotWriter } from "./slot_code.ts";
import { readStack } from "./stack.ts";
import { sameBytes } from "./reader.ts";
import { Writer } from "./writer.ts";

/** Marks an element that an array lacks. */
export const HOLE: unique symbol = Symbol("hole");

/** Thrown while checking: something is reached that wasn't captured. */
export class Novelty extends Error {}

/** A shape gets code of its own with this many objects: making it takes some 20 µs. */
const WORTH_CODE = 32;

/** What a walk is for. */
export interface OutletOptions {
  readonly side: "device" | "clone";
  readonly values: ValueAccess;
  readonly code: CodeAccess;
  /** Whether what can't travel is left behind as absent where that may be enough. */
  readonly absent: boolean;
  readonly rootNames: readonly string[];
  readonly checking: boolean;
  /** Whether checking is of what came, before anything is captured: all that has an id was met then. */
  readonly arrived?: boolean;
  /** Whether it adds to a migration that is out. */
  readonly supplement?: boolean;
}

/** Code that a packet refers to. */
export interface CodeRefs {
  readonly modules: readonly ModuleKey[];
  readonly sites: readonly { readonly module: ModuleKey; readonly site: number }[];
  readonly scopes: readonly { readonly module: ModuleKey; readonly scope: number }[];
}

export class Outlet {
  /** Where values go now. */
  w = new Writer();
  readonly state: SessionState;
  readonly options: OutletOptions;
  readonly code: CodeAccess;
  readonly values: ValueAccess;
  /** Indexes of all reached nodes, in the order they were reached. */
  readonly queue = new Offsets();
  /** The node being written, or −1 − (number of the root being written). */
  at = -1;
  /** Bytes of the large buffer that was written last, and whether they are news; taken by who asked for the writing. */
  blob: Uint8Array | undefined;
  blobChanged = false;
  /** Whether the node being written is new to the other side. */
  fresh = false;
  /** Absent objects written so far. */
  absents = 0;
  /** Index of the first node that is new to the other side. */
  readonly firstNew: number;
  readonly texts = new Writer();
  newTexts = 0;
  readonly shapes = new Writer();
  newShapes = 0;
  readonly refs = {
    modules: [] as ModuleKey[],
    sites: [] as { module: ModuleKey; site: number }[],
    scopes: [] as { module: ModuleKey; scope: number }[],
  } satisfies CodeRefs;
  /** Why objects stay behind that were met first in this capture. */
  readonly reasons = new SafeMap<object, Why>();
  /** Built-ins that the program has changed, where that was just looked up. */
  changedBuiltins: readonly object[] | undefined;
  readonly #moduleSeen = new SafeSet<ModuleKey>();
  readonly #sites = new SafeMap<ModuleKey, SafeSet<number>>();
  readonly #scopes = new SafeMap<ModuleKey, SafeSet<number>>();
  readonly #walked = new SafeMap<ModuleKey, SafeSet<number>>();
  readonly owners: PrivateOwners;
  readonly #slots: unknown[] = [];
  readonly layouts: Layouts;
  /** By new node, what {@linkcode met} was. */
  readonly #met = new Offsets();
  /** Number of the example that told the kind of the object that was classified last, or 0. */
  met = 0;
  /** Which slot of all shapes holds the reference that is being written; 0 for none. */
  slotNumber = 0;
  /** Of the object that is being written, if its layout was seen before. */
  #known: Layout | undefined;
  /** Of the object whose properties were written last. */
  lastShape: Shape | undefined;
  /** How the array that was written last is made; see kinds/array.ts. */
  lastMold = 0;

  constructor(state: SessionState, options: OutletOptions) {
    this.state = state;
    this.options = options;
    this.code = options.code;
    this.values = options.values;
    this.firstNew = state.size;
    this.layouts = new Layouts(options.values);
    this.owners = new PrivateOwners(options);
  }

  /** Reaches a node; returns its index. */
  reach(node: Node, kind?: number): number {
    const { state } = this;
    if (this.options.checking) return this.#reached(node);
    let index = state.claim(node);
    if (index === state.size) {
      this.met = 0;
      state.announce(kind ?? classify(this, node), node);
      this.#met.push(this.met);
      state.epochs[index] = state.epoch;
      state.parents[index] = this.at;
      this.queue.push(index);
    } else if (state.epochs[index] !== state.epoch) {
      if (state.kinds[index] === KIND.absent) index = this.#stillAbsent(index, node);
      this.reachKnown(index, node);
    }
    return index;
  }

  /** Reaches a node that has this index. */
  reachKnown(index: number, node: Node): void {
    const { state } = this;
    if (state.epochs[index] === state.epoch) return;
    state.epochs[index] = state.epoch;
    state.nodes[index] = node;
    state.parents[index] = this.at;
    this.queue.push(index);
  }

  /** What stayed behind may travel by now, as a promise that was pending: then it starts anew. */
  #stillAbsent(index: number, node: Node): number {
    if (index >= this.firstNew || this.options.side === "clone") return index;
    const kind = classify(this, node);
    // Nothing here moves an iterator that is away, so what was said of it holds.
    if (kind === KIND.absent || kind === KIND.iterator && this.options.supplement === true) return index;
    this.state.rename(node);
    this.#met.push(0);
    return this.state.announce(kind, node);
  }

  #reached(node: Node): number {
    const index = this.state.find(node);
    const isMet = this.options.arrived === true || this.state.epochs[index!] === this.state.epoch;
    if (index === undefined || !isMet) throw new Novelty();
    return index;
  }

  /** Writes a node's MID. */
  node(node: Node, kind?: number): void {
    this.w.varint(this.state.origin + this.reach(node, kind));
  }

  /** Writes a node's MID, or 0 for none; MIDs start at 1. */
  optionalNode(node: Node | null, kind?: number): void {
    if (node === null) this.w.varint(0);
    else this.node(node, kind);
  }

  /** Writes a buffer's bytes, large ones aside: only those that the other side lacks are in the packet. */
  bytes(bytes: Uint8Array): void {
    if (typedArrayLength(bytes) < BLOB_BYTES) return this.w.raw(bytes);
    const kept = this.at >= this.firstNew ? undefined : this.state.kept.blobs.get(this.at);
    this.blob = bytes;
    this.blobChanged = kept === undefined || typedArrayLength(kept) !== typedArrayLength(bytes) ||
      !sameBytes(kept, bytes, { a: 0, b: 0, length: typedArrayLength(bytes) });
  }

  /** Writes the MIDs of scopes. */
  scopes(handles: readonly ScopeHandle[]): void {
    this.w.varint(handles.length);
    for (let i = 0; i < handles.length; i++) this.node(handles[i]!, KIND.scope);
  }

  /** Writes the number of a text that recurs. */
  text(text: string): void {
    this.w.varint(this.#textNumber(text));
  }

  #textNumber(text: string): number {
    const known = this.state.texts.find(text);
    if (known !== undefined) return known;
    if (this.options.checking) throw new Novelty();
    this.texts.string(text);
    this.newTexts++;
    return this.state.texts.add(text);
  }

  /** Writes any value, {@linkcode UNINITIALISED} and {@linkcode HOLE} included. */
  value(value: unknown): void {
    const { w } = this;
    switch (typeof value) {
      case "number":
        return this.#number(value);
      case "string":
        return w.string(value);
      case "boolean":
        return w.byte(value ? VALUE.true : VALUE.false);
      case "undefined":
        return w.byte(VALUE.undefined);
      case "bigint":
        return this.#bigint(value);
      case "symbol":
        if (value === UNINITIALISED) return w.byte(VALUE.uninitialised);
        if (value === HOLE) return w.byte(VALUE.hole);
    }
    if (value === null) return w.byte(VALUE.null);
    w.byte(VALUE.reference);
    this.slotNumber = 0;
    this.node(value as Node);
  }

  /** Writes the value of a shape's slot; all such slots are numbered. */
  slot(value: unknown, number: number): void {
    if (typeof value !== "object" || value === null) return this.value(value);
    this.w.byte(VALUE.reference);
    this.slotNumber = number;
    this.node(value);
  }

  #number(value: number): void {
    const { w } = this;
    const small = value | 0;
    if (small === value) {
      if (small === 0 && 1 / value < 0) return w.byte(VALUE.negativeZero);
      if (small >= 0 && small < 128) return w.byte(INLINE_INTEGER + small);
      w.byte(VALUE.integer);
      return w.varint((small << 1 ^ small >> 31) >>> 0);
    }
    if (value !== value) return w.byte(VALUE.nan);
    w.byte(VALUE.float);
    w.float(value);
  }

  #bigint(value: bigint): void {
    this.w.byte(value < 0n ? VALUE.bigintNegative : VALUE.bigintPositive);
    this.w.string(bigintToString(value < 0n ? -value : value, 16));
  }

  /** Writes what {@linkcode properties} would, if the object's layout is known. */
  knownLayout(object: object): boolean {
    const layout = this.#isNew() ? this.layouts.met(this.#metAt(), object) : this.layouts.find(object);
    this.#known = layout;
    if (layout === undefined) return false;
    const { shape } = layout;
    this.lastShape = shape;
    this.w.varint(shape.number);
    const { owners } = shape.root;
    if (owners.length > 0) this.#privates(object, owners);
    if (shape.write === undefined) {
      const keys = shape.keys as readonly string[];
      if (++shape.uses < WORTH_CODE) {
        for (let i = 0; i < keys.length; i++) this.value((object as Record<string, unknown>)[keys[i]!]);
        return true;
      }
      shape.write = slotWriter(keys, shape.firstSlot);
    }
    shape.write(object, this);
    return true;
  }

  /** Remembers the layout of an object whose properties were just written. `hasSlots` if it has special ones. */
  learnLayout(exemplar: object, shape: Shape, hasSlots = false): void {
    if (this.options.values.sameLayout === undefined) return;
    const carried = this.privateOwners(exemplar);
    const elementsAreSlots = hasSlots && typedArrayName(exemplar) !== undefined;
    const kind = this.state.kinds[this.at] as KindNumber;
    this.layouts.learn({ exemplar, shape, carried, elementsAreSlots, hasSlots }, kind);
  }

  /** Whether the array that is being written has ordinary elements, the usual prototype and nothing else. */
  isOrdinaryArray(array: object): boolean {
    return this.#isNew() ? this.layouts.isOfArrays(this.#metAt()) : this.layouts.isOrdinaryArray(array);
  }

  #isNew(): boolean {
    return this.at >= this.firstNew;
  }

  #metAt(): number {
    return this.#met.at(this.at - this.firstNew);
  }

  /**
   * Writes prototype, extensibility, private fields and these own properties; never runs a getter. `extra` is a class
   * that carries its own (static) private names.
   */
  properties(object: object, keys: readonly PropertyKey[], extra?: Function): Shape {
    const prototype = getPrototypeOf(object);
    let owners = this.owners.of(object);
    if (extra !== undefined) owners = appended(owners, extra);
    const root = this.state.shapes.root(prototype, isExtensible(object), owners);
    const slots = this.#slots;
    let count = 0;
    let step = root.first;
    const attributes: number[] = [];
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      const descriptor = getDescriptor(object, key)!;
      const bits = attributeBits(descriptor);
      step = step.child(key, bits);
      attributes[i] = bits;
      if ((bits & STACK) !== 0) slots[count++] = readStack(object, this.values);
      else if ((bits & ACCESSOR) !== 0) {
        slots[count++] = descriptor.get;
        slots[count++] = descriptor.set;
      } else slots[count++] = descriptor.value;
    }
    const shape = this.#shape(root, step, keys, attributes);
    this.lastShape = shape;
    this.w.varint(shape.number);
    this.#privates(object, owners);
    for (let i = 0; i < count; i++) {
      this.value(slots[i]);
      slots[i] = undefined;
    }
    return shape;
  }

  #shape(root: ShapeRoot, step: Step, keys: readonly PropertyKey[], attributes: readonly number[]): Shape {
    let { shape } = step;
    if (shape === undefined) {
      if (this.options.checking) throw new Novelty();
      shape = this.state.shapes.define(root, step, keys, attributes);
      this.#writeShape(shape);
    }
    this.reachShape(shape);
    return shape;
  }

  /** Reaches what a shape refers to. */
  reachShape(shape: Shape): void {
    if (shape.epoch === this.state.epoch) return;
    shape.epoch = this.state.epoch;
    this.#reachShape(shape);
  }

  #writeShape(shape: Shape): void {
    const { w } = this;
    this.w = this.shapes;
    this.newShapes++;
    const { root, keys } = shape;
    this.optionalNode(root.prototype);
    this.w.byte(root.extensible ? 1 : 0);
    this.w.varint(root.owners.length);
    for (let i = 0; i < root.owners.length; i++) this.node(root.owners[i]!);
    this.w.varint(keys.length);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      this.w.byte(shape.attributes[i]! | (typeof key === "symbol" ? SYMBOL_KEY : 0));
      if (typeof key === "symbol") this.node(key);
      else this.text(key as string);
    }
    this.w = w;
  }

  #reachShape(shape: Shape): void {
    const { root, keys } = shape;
    if (root.prototype !== null) this.reach(root.prototype);
    for (let i = 0; i < root.owners.length; i++) this.reach(root.owners[i]!);
    for (let i = 0; i < keys.length; i++) if (typeof keys[i] === "symbol") this.reach(keys[i] as symbol);
  }

  #privates(object: object, owners: readonly Function[]): void {
    for (let i = 0; i < owners.length; i++) {
      const privates = this.code.readPrivates(owners[i]!, object);
      this.w.varint(privates === undefined ? 0 : privates.length + 1);
      if (privates !== undefined) { for (let k = 0; k < privates.length; k++) this.value(privates[k]); }
    }
  }

  /** Classes whose private names the object carries that was just written, base class first. */
  privateOwners(object: object): readonly Function[] {
    const known = this.#known;
    this.#known = undefined;
    if (known !== undefined) return known.carried;
    return this.owners.carriedBy(object);
  }

  /** Reaches the bindings that code of a site may use, and records that its code must be at the other side. */
  site(module: ModuleKey, site: number): void {
    if (this.fresh && first(this.#sites, module, site)) {
      this.#module(module);
      this.refs.sites[this.refs.sites.length] = { module, site };
    }
    if (!first(this.#walked, module, site)) return;
    const refs = this.code.freeBindings(module, site);
    for (let i = 0; i < refs.length; i++) {
      const ref = refs[i]!;
      this.reach(this.state.cell(ref.module, ref.index), KIND.binding);
    }
  }

  /** Records that a scope's factory must be at the other side. */
  scope(handle: ScopeHandle): void {
    if (!this.fresh || !first(this.#scopes, handle.module, handle.scope)) return;
    this.#module(handle.module);
    this.refs.scopes[this.refs.scopes.length] = { module: handle.module, scope: handle.scope };
  }

  /** Records that a module must be at the other side. */
  module(module: ModuleKey): void {
    if (this.fresh) this.#module(module);
  }

  #module(module: ModuleKey): void {
    if (this.#moduleSeen.has(module)) return;
    this.#moduleSeen.add(module);
    this.refs.modules[this.refs.modules.length] = module;
  }
}

/** In a shape's attribute byte: the key is a symbol. */
export const SYMBOL_KEY = 32;

/** A descriptor's attributes as bits of one byte. */
export function attributeBits(descriptor: PropertyDescriptor): number {
  const shared = (descriptor.enumerable ? ENUMERABLE : 0) | (descriptor.configurable ? CONFIGURABLE : 0);
  if (hasOwn(descriptor, "value")) {
    return descriptor.writable ? shared | WRITABLE : shared & PLAIN_ATTRIBUTES;
  }
  const { get } = stackAccessor();
  return get !== undefined && descriptor.get === get ? shared | STACK : shared | ACCESSOR;
}

function first(seen: SafeMap<ModuleKey, SafeSet<number>>, module: ModuleKey, number: number): boolean {
  let numbers = seen.get(module);
  if (numbers === undefined) seen.set(module, numbers = new SafeSet());
  if (numbers.has(number)) return false;
  numbers.add(number);
  return true;
}
