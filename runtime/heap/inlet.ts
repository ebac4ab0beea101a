import {
  type CodeAccess,
  type ModuleKey,
  type ScopeHandle,
  UNINITIALISED,
  type Unsent,
  type ValueAccess,
} from "./access.ts";
import {
  ACCESSOR,
  BLOB_BYTES,
  type HeapLimits,
  INLINE_INTEGER,
  PLAIN_ATTRIBUTES,
  STACK,
  VALUE,
} from "./constants.ts";
import {
  ArrayPrototype,
  bytesSubarray,
  createBigInt,
  ObjectPrototype,
  SafeMap,
  stackAccessor,
  typedArrayLength,
} from "./intrinsics.ts";
import { readPatched } from "./byte_patch.ts";
import type { Place } from "./iterator_place.ts";
import { isValueKind, KIND, type Node } from "./node.ts";
import { HOLE, SYMBOL_KEY } from "./outlet.ts";
import { PacketError } from "./packet_error.ts";
import { Reader } from "./reader.ts";
import type { SessionState } from "./session_state.ts";
import { isSimple, type Shape, ShapeRoot } from "./shape.ts";
import { isPlannable, ShapePlan } from "./shape_plan.ts";
import { hasElements } from "./layouts.ts";

/** Kinds whose nodes aren't made for the packet, or not by us. */
const MAY_BE_KNOWN: boolean[] = [];
MAY_BE_KNOWN[KIND.plain] = false;
MAY_BE_KNOWN[KIND.builtin] = true;
MAY_BE_KNOWN[KIND.symbol] = true;
MAY_BE_KNOWN[KIND.binding] = true;
MAY_BE_KNOWN[KIND.member] = true;
MAY_BE_KNOWN[KIND.absent] = true;
MAY_BE_KNOWN[KIND.weakEntry] = true;
MAY_BE_KNOWN[KIND.host] = true;
MAY_BE_KNOWN[KIND.namespace] = true;

/** An object's properties as read from a packet, not yet given to anyone. */
export interface Properties {
  readonly shape: Shape;
  /** By slot. */
  readonly values: readonly unknown[];
  /** By owner of the shape; undefined where the object lacks its private names. */
  readonly privates: readonly (readonly unknown[] | undefined)[];
}

/** A value read before what it refers to is live. */
export interface LateValue {
  /** MID, or 0 if {@linkcode value} holds. */
  readonly mid: number;
  readonly value: unknown;
}

export interface InletOptions {
  readonly side: "device" | "clone";
  readonly values: ValueAccess;
  readonly code: CodeAccess;
  readonly limits: HeapLimits;
  readonly blobBytes: number;
  readonly unsent?: Unsent;
}

const NO_PRIVATES: readonly undefined[] = [];

/** The reading half: turns bytes into values, checking each against the session. */
export class Inlet extends Reader {
  readonly state: SessionState;
  readonly code: CodeAccess;
  readonly values: ValueAccess;
  readonly limits: HeapLimits;
  readonly #unsent: Unsent | undefined;
  /** Index of the packet's first new node. */
  readonly firstNew: number;
  bufferBytes = 0;
  /** How many elements arrays have that were made at their size. */
  moldedElements = 0;
  readonly allBytes: number;
  readonly #blobs: Reader;
  /** Index of the existing node whose changes are read. */
  changing: number | undefined;
  readonly #firstShape: number;
  readonly #lateShapes: LateShape[] = [];
  #elementsAreSafe: boolean | undefined;
  /** Undoes, newest first, what had to be done to existing objects before the packet was known to be sound. */
  readonly undo: (() => void)[] = [];
  readonly side: "device" | "clone";
  /** By MID, what the packet says of Map and Set iterators. */
  readonly places = new SafeMap<number, Place>();
  /** By Map or Set that the packet changes, how many of its last entries were added anew. */
  readonly tails = new SafeMap<Node, number>();

  constructor(packet: Uint8Array, state: SessionState, options: InletOptions) {
    super(bytesSubarray(packet, 0, typedArrayLength(packet) - options.blobBytes));
    this.#blobs = new Reader(
      bytesSubarray(packet, typedArrayLength(packet) - options.blobBytes, typedArrayLength(packet)),
    );
    this.allBytes = typedArrayLength(packet);
    this.state = state;
    this.code = options.code;
    this.values = options.values;
    this.limits = options.limits;
    this.side = options.side;
    this.#unsent = options.unsent;
    this.firstNew = state.size;
    this.#firstShape = state.shapes.list.length;
  }

  /** Says which live node a new MID means. */
  bind(mid: number, node: unknown, kind: number): void {
    const { state } = this;
    const index = mid - state.origin;
    if (
      !(index >= this.firstNew && index < state.size) || state.kinds[index] !== kind ||
      state.nodes[index] !== undefined
    ) {
      throw new PacketError(`id ${mid} can't be bound`);
    }
    if (
      typeof node !== "symbol" && (typeof node !== "object" || node === null) && typeof node !== "function"
    ) {
      throw new PacketError(`id ${mid} got no object`);
    }
    if (MAY_BE_KNOWN[kind] === true && state.findEntered(node) !== undefined) {
      throw new PacketError(`id ${mid} names an object that has an id`);
    }
    // At the clone most are compared with their records and never looked up.
    state.bind(index, node, this.side === "clone" && MAY_BE_KNOWN[kind] !== true);
  }

  /** A buffer's bytes, large ones from behind the records; mostly shared with the packet. */
  blob(length: number): Uint8Array {
    if (length < BLOB_BYTES) return this.raw(length);
    if (this.changing === undefined) return this.#blobs.raw(length);
    return readPatched(this.#blobs, this.state.kept.blobs.get(this.changing), length);
  }

  /** How many bytes of large buffers weren't read. */
  get blobsLeft(): number {
    return this.#blobs.left;
  }

  /** A MID. */
  mid(): number {
    return this.varint();
  }

  /** A counted list of MIDs. */
  mids(): readonly number[] {
    const mids: number[] = [];
    for (let i = 0, count = this.count(); i < count; i++) mids[i] = this.varint();
    return mids;
  }

  text(): string {
    const text = this.state.texts.list[this.varint()];
    if (text === undefined) throw new PacketError("a text has no such number");
    return text;
  }

  /** The key of a module. @throws {PacketError} if the sender can't have code of it */
  module(): ModuleKey {
    const key = this.text();
    if (this.#unsent?.hasCodeOf(key) === false) throw new PacketError(`it wasn't sent the module ${key}`);
    return key;
  }

  /** Checks what the packet names anew. @throws {PacketError} if the sender must have been sent it */
  named<T extends object>(builtin: T, name: string): T {
    if (this.#unsent?.mayName(builtin) === false) {
      throw new PacketError(`it names ${name}, which it wasn't sent`);
    }
    return builtin;
  }

  /** The live node of a MID. */
  live(mid: number): Node {
    const index = mid - this.state.origin;
    const node = this.state.nodes[index] ?? this.state.builtin(index);
    if (node === undefined) throw new PacketError(`no live object has id ${mid}`);
    return node;
  }

  kindOf(mid: number): number | undefined {
    return this.state.kinds[mid - this.state.origin];
  }

  /** The live object or symbol of a MID. */
  liveValue(mid: number): object | symbol {
    const node = this.live(mid);
    if (!isValueKind(this.kindOf(mid)!)) throw new PacketError(`id ${mid} isn't a value`);
    return node as object | symbol;
  }

  liveObject(mid: number): object {
    const value = this.liveValue(mid);
    if (typeof value === "symbol") throw new PacketError(`id ${mid} isn't an object`);
    return value;
  }

  liveFunction(mid: number): Function {
    const value = this.liveValue(mid);
    if (typeof value !== "function") throw new PacketError(`id ${mid} isn't a function`);
    return value;
  }

  liveClass(mid: number): Function {
    if (this.kindOf(mid) !== KIND.class) throw new PacketError(`id ${mid} isn't a class`);
    return this.liveFunction(mid);
  }

  liveScopes(mids: readonly number[]): readonly ScopeHandle[] {
    const handles: ScopeHandle[] = [];
    for (let i = 0; i < mids.length; i++) {
      if (this.kindOf(mids[i]!) !== KIND.scope) throw new PacketError(`id ${mids[i]} isn't a scope`);
      handles[i] = this.live(mids[i]!) as ScopeHandle;
    }
    return handles;
  }

  /** Any value of the language. */
  value(): unknown {
    const { at } = this;
    const tag = this.bytes[at]!;
    if (tag >= INLINE_INTEGER) {
      this.at = at + 1;
      return tag - INLINE_INTEGER;
    }
    const value = this.slot();
    if (value === UNINITIALISED || value === HOLE) throw new PacketError("a mark stands where a value must");
    return value;
  }

  /** Any value, {@linkcode UNINITIALISED} or {@linkcode HOLE}. */
  slot(): unknown {
    const tag = this.byte();
    if (tag !== VALUE.reference) return this.#primitive(tag);
    const mid = this.varint();
    const index = mid - this.state.origin;
    const node = this.state.nodes[index];
    return node !== undefined && isValueKind(this.state.kinds[index]!) ? node : this.liveValue(mid);
  }

  /** A value whose reference may not be live yet. */
  lateValue(): LateValue {
    const tag = this.byte();
    if (tag === VALUE.reference) return { mid: this.varint(), value: undefined };
    return { mid: 0, value: this.#primitive(tag) };
  }

  settle(late: LateValue): unknown {
    return late.mid === 0 ? late.value : this.liveValue(late.mid);
  }

  #primitive(tag: number): unknown {
    if (tag >= INLINE_INTEGER) return tag - INLINE_INTEGER;
    switch (tag) {
      case VALUE.undefined:
        return undefined;
      case VALUE.null:
        return null;
      case VALUE.false:
        return false;
      case VALUE.true:
        return true;
      case VALUE.nan:
        return NaN;
      case VALUE.negativeZero:
        return -0;
      case VALUE.integer:
        return this.#integer();
      case VALUE.float:
        return this.float();
      case VALUE.bigintPositive:
        return this.#bigint();
      case VALUE.bigintNegative:
        return -this.#bigint();
      case VALUE.uninitialised:
        return UNINITIALISED;
      case VALUE.hole:
        return HOLE;
      default:
        return this.stringOf(tag);
    }
  }

  #integer(): number {
    const zigzag = this.varint();
    if (zigzag > 0xffffffff) throw new PacketError("an integer is too large");
    return zigzag >>> 1 ^ -(zigzag & 1);
  }

  #bigint(): bigint {
    const digits = this.string();
    for (let i = 0; i < digits.length; i++) {
      const c = digits[i]!;
      if (!(c >= "0" && c <= "9" || c >= "a" && c <= "f")) {
        throw new PacketError("a bigint isn't hexadecimal");
      }
    }
    try {
      return createBigInt(`0x${digits}`);
    } catch (cause) {
      throw new PacketError("a bigint is malformed", { cause });
    }
  }

  /** Reads what {@linkcode Outlet.properties} wrote. */
  properties(): Properties {
    const shape = this.state.shapes.list[this.varint()];
    if (shape === undefined) throw new PacketError("a shape has no such number");
    const { owners } = shape.root;
    const privates: (readonly unknown[] | undefined)[] = owners.length === 0 ? NO_PRIVATES as [] : [];
    for (let i = 0; i < owners.length; i++) privates[i] = this.#privates();
    if (shape.slots > this.left) throw new PacketError("a record is too short for its shape");
    const values: unknown[] = [];
    for (let i = 0; i < shape.slots; i++) values[i] = this.value();
    if (shape.slots !== shape.keys.length) checkAccessors(shape, values);
    return { shape, values, privates };
  }

  #privates(): readonly unknown[] | undefined {
    const count = this.count();
    if (count === 0) return undefined;
    const fields: unknown[] = [];
    for (let i = 0; i < count - 1; i++) fields[i] = this.slot();
    return fields;
  }

  /** Reads one shape, before what it refers to is live. */
  readShape(): void {
    const prototype = this.mid();
    const extensible = this.byte() === 1;
    const owners = this.mids();
    const keys: (string | number)[] = [];
    const attributes: number[] = [];
    for (let i = 0, count = this.count(); i < count; i++) {
      const bits = this.byte();
      const key = keys[i] = (bits & SYMBOL_KEY) !== 0 ? this.mid() : this.text();
      attributes[i] = soundAttributes(key, bits & ~SYMBOL_KEY);
    }
    const number = this.#firstShape + this.#lateShapes.length;
    this.#lateShapes[this.#lateShapes.length] = {
      number,
      prototype,
      extensible,
      owners,
      keys,
      attributes,
      plan: undefined,
    };
  }

  /** The plan of a shape by whose number objects are made. */
  plan(number: number): ShapePlan {
    if (number < this.#firstShape) {
      const shape = this.state.shapes.list[number]!;
      if (!isPlannable(shape)) throw new PacketError("objects of this shape can't be made so");
      return shape.plan ??= new ShapePlan(shape, shape.root.prototype);
    }
    const late = this.#lateShapes[number - this.#firstShape];
    if (late === undefined) throw new PacketError("a shape has no such number");
    return late.plan ??= this.#latePlan(late);
  }

  #latePlan(late: LateShape): ShapePlan {
    const { keys, attributes, extensible, owners, prototype } = late;
    for (let i = 0; i < keys.length; i++) {
      if (typeof keys[i] === "number") throw new PacketError("objects of this shape can't be made so");
    }
    const root = new ShapeRoot(null, extensible, owners as unknown as readonly Function[]);
    const simple = isSimple(keys, attributes);
    if (!isPlannable({ simple, keys, root })) throw new PacketError("objects of this shape can't be made so");
    return new ShapePlan({ number: late.number, keys }, prototype === 0 ? null : prototype);
  }

  /** Numbers the shapes that were read, now that all they refer to is live. */
  defineShapes(): void {
    for (let i = 0; i < this.#lateShapes.length; i++) this.#define(this.#lateShapes[i]!);
  }

  #define(late: LateShape): void {
    const prototype = late.prototype === 0 ? null : this.liveObject(late.prototype);
    if (this.kindOf(late.prototype) === KIND.proxy) throw new PacketError("a prototype is a Proxy");
    const owners: Function[] = [];
    for (let i = 0; i < late.owners.length; i++) owners[i] = this.liveClass(late.owners[i]!);
    const root = this.state.shapes.root(prototype, late.extensible, owners);
    const keys: PropertyKey[] = [];
    let step = root.first;
    for (let i = 0; i < late.keys.length; i++) {
      const key = late.keys[i]!;
      keys[i] = typeof key === "number" ? this.#symbol(key) : key;
      step = step.child(keys[i]!, late.attributes[i]!);
    }
    if (step.shape !== undefined) throw new PacketError("a shape is defined twice");
    this.state.shapes.define(root, step, keys, late.attributes).plan = late.plan;
  }

  #symbol(mid: number): symbol {
    const value = this.liveValue(mid);
    if (typeof value !== "symbol") throw new PacketError("a key isn't a symbol");
    return value;
  }

  /** Whether assigning an element that an array lacks can't run a setter. */
  get elementsAreSafe(): boolean {
    return this.#elementsAreSafe ??= !hasElements(ArrayPrototype) && !hasElements(ObjectPrototype);
  }
}

/** A shape as read, with MIDs where nodes aren't live yet; symbols among the keys are their MIDs. */
interface LateShape {
  readonly number: number;
  readonly prototype: number;
  readonly extensible: boolean;
  readonly owners: readonly number[];
  readonly keys: readonly (string | number)[];
  readonly attributes: readonly number[];
  plan: ShapePlan | undefined;
}

function soundAttributes(key: string | number, bits: number): number {
  const special = bits & (ACCESSOR | STACK);
  if (
    (bits & ~(PLAIN_ATTRIBUTES | ACCESSOR | STACK)) !== 0 || special === (ACCESSOR | STACK) ||
    special === STACK && (key !== "stack" || stackAccessor().set === undefined)
  ) {
    throw new PacketError("a property's attributes are unknown");
  }
  return bits;
}

function checkAccessors(shape: Shape, values: readonly unknown[]): void {
  for (let i = 0, slot = 0; i < shape.keys.length; i++, slot++) {
    if ((shape.attributes[i]! & ACCESSOR) === 0) continue;
    for (let half = slot++; half <= slot; half++) {
      if (values[half] !== undefined && typeof values[half] !== "function") {
        throw new PacketError("a getter or setter isn't a function");
      }
    }
  }
}
