/**
 * Compares an object with the record that both sides keep of it, slot by slot, instead of writing it anew: what a record
 * refers to is found by index, so nothing is looked up by identity and nothing is allocated for an object that is as it was.
 *
 * 1. At the clone only for objects on which nobody defined a property since the record was made: then each own property is
 *    a plain one, and reading it runs nothing. The caller sees to that. On the device only for those whose layout tells so.
 * 2. Reaches what the object refers to, in the order in which writing it would. `false` means "write it": some of what it
 *    refers to may have been reached by then, all of which writing reaches too, in the same order.
 */
import { INLINE_INTEGER, VALUE } from "./constants.ts";
import {
  ArrayPrototype,
  charCodeAt,
  encodeUtf8Into,
  getPrototypeOf,
  hasOwn,
  isExtensible,
  isWellFormed,
  mapForEach,
  mapSize,
  newUint8Array,
  ObjectPrototype,
  ownKeys,
  setForEach,
  setSize,
} from "./intrinsics.ts";
import { hasElements } from "./layouts.ts";
import { KIND, type Node } from "./node.ts";
import type { Outlet } from "./outlet.ts";
import { sameBytes } from "./reader.ts";
import type { Shape, ShapeRoot } from "./shape.ts";
import { slotComparer } from "./slot_code.ts";

const scratchFloat = new Float64Array(1);
const scratchBytes = new Uint8Array(scratchFloat.buffer);
const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

export class RecordComparer {
  readonly #out: Outlet;
  #bytes: Uint8Array;
  #at = 0;
  /** Where long texts are encoded. */
  #textBytes = scratchBytes;
  #textRoom = 8;
  readonly #holesAreEmpty: boolean;
  readonly #onDevice: boolean;
  /** By index, what references of records mean. */
  readonly #nodes: readonly (Node | undefined)[];

  constructor(out: Outlet) {
    this.#out = out;
    this.#onDevice = out.options.side === "device";
    this.#nodes = this.#onDevice ? out.state.previous : out.state.nodes;
    this.#bytes = out.state.kept.bytesOf(0);
    this.#holesAreEmpty = !hasElements(ArrayPrototype) && !hasElements(ObjectPrototype);
  }

  /** Whether the node at an index is surely as its record says. */
  isUnchanged(index: number): boolean {
    const { state } = this.#out;
    const kind = state.kinds[index];
    const end = state.kept.end(index);
    if (end === 0) return false;
    this.#bytes = state.kept.bytesOf(index);
    this.#at = state.kept.start(index);
    return this.#isSame(state.nodes[index] as object, kind!) && this.#at === end;
  }

  #isSame(node: object, kind: number): boolean {
    switch (kind) {
      case KIND.plain:
        return this.#onDevice ? this.#sameLaidOut(node) : this.#samePlain(node);
      case KIND.array:
        return this.#sameArray(node as unknown[]);
      case KIND.map:
        return this.#sameMap(node as Map<unknown, unknown>);
      case KIND.set:
        return this.#sameSet(node as Set<unknown>);
      default:
        return false;
    }
  }

  /** By its layout, which tells all but the values. */
  #sameLaidOut(node: object): boolean {
    const { layouts, state } = this.#out;
    const shape = state.shapes.list[this.#varint()]!;
    if (shape.root.owners.length > 0 || !layouts.fits(node, shape.number)) return false;
    shape.compare ??= slotComparer(shape.keys as readonly string[]);
    return shape.compare(node, this);
  }

  #samePlain(node: object): boolean {
    const shape = this.#out.state.shapes.list[this.#varint()];
    if (shape === undefined || !shape.simple || !this.#sameRoot(node, shape)) return false;
    const keys = ownKeys(node);
    if (keys.length !== shape.keys.length) return false;
    for (let i = 0; i < keys.length; i++) if (keys[i] !== shape.keys[i]) return false;
    this.#out.reachShape(shape);
    shape.compare ??= slotComparer(shape.keys as readonly string[]);
    return shape.compare(node, this);
  }

  /** Dense arrays with nothing but elements. */
  #sameArray(node: unknown[]): boolean {
    const { values } = this.#out;
    if (!this.#holesAreEmpty || !this.#onDevice && values.namedKeys === undefined) return false;
    if (this.#onDevice && !this.#out.layouts.isOrdinaryArray(node)) return false;
    if (this.#byte() !== 0 || this.#varint() !== node.length) return false;
    if (!this.#onDevice && values.namedKeys!(node).length !== 1) return false;
    for (let i = 0; i < node.length; i++) {
      if (this.#bytes[this.#at] === VALUE.hole) {
        if (hasOwn(node, i)) return false;
        this.#at++;
      } else if (!this.same(node[i]) || node[i] === undefined && !hasOwn(node, i)) return false;
    }
    return this.#sameBare(node);
  }

  #sameMap(node: Map<unknown, unknown>): boolean {
    if (this.#varint() !== mapSize(node)) return false;
    let same = true;
    mapForEach(node, (value, key) => same &&= this.same(key) && this.same(value));
    return same && ownKeys(node).length === 0 && this.#sameBare(node);
  }

  #sameSet(node: Set<unknown>): boolean {
    if (this.#varint() !== setSize(node)) return false;
    let same = true;
    setForEach(node, (member) => same &&= this.same(member));
    return same && ownKeys(node).length === 0 && this.#sameBare(node);
  }

  /** Whether the shape comes next that an object without properties of its own has. */
  #sameBare(node: object): boolean {
    const shape = this.#out.state.shapes.list[this.#varint()];
    if (shape === undefined || shape.keys.length > 0 || !this.#sameRoot(node, shape)) return false;
    this.#out.reachShape(shape);
    return true;
  }

  #sameRoot(node: object, { root }: Shape): boolean {
    return root.owners.length === 0 && getPrototypeOf(node) === root.prototype &&
      isExtensible(node) === root.extensible && this.#isStillBare(root) && !this.#out.owners.hasStray(node);
  }

  /** Whether no prototype farther along became one with private names. */
  #isStillBare(root: ShapeRoot): boolean {
    const { owners, state } = this.#out;
    if (root.bareEpoch === state.epoch) return true;
    if (owners.inherited(root.prototype).length > 0) return false;
    root.bareEpoch = state.epoch;
    return true;
  }

  /** Whether a value is the next one of the record. */
  same(value: unknown): boolean {
    const tag = this.#byte();
    if (tag >= INLINE_INTEGER) return value === tag - INLINE_INTEGER && (value !== 0 || 1 / value > 0);
    switch (tag) {
      case VALUE.reference: {
        const index = this.#varint() - this.#out.state.origin;
        if (value === null || value === undefined || this.#nodes[index] !== value) return false;
        // What stayed behind may travel by now.
        if (this.#onDevice && this.#out.state.kinds[index] === KIND.absent) return false;
        this.#out.reachKnown(index, value as Node);
        return true;
      }
      case VALUE.undefined:
        return value === undefined;
      case VALUE.null:
        return value === null;
      case VALUE.false:
        return value === false;
      case VALUE.true:
        return value === true;
      case VALUE.nan:
        return value !== value;
      case VALUE.negativeZero:
        return value === 0 && 1 / value < 0;
      case VALUE.integer: {
        const zigzag = this.#varint();
        return value === (zigzag >>> 1 ^ -(zigzag & 1));
      }
      case VALUE.float:
        return this.#sameFloat(value);
      case VALUE.shortAscii:
        return typeof value === "string" && this.#sameAscii(value);
      case VALUE.utf8:
        return typeof value === "string" && this.#sameUtf8(value);
      default:
        return false;
    }
  }

  #sameFloat(value: unknown): boolean {
    if (typeof value !== "number") return false;
    const bytes = this.#bytes, at = this.#at;
    for (let i = 0; i < 8; i++) scratchBytes[littleEndian ? 7 - i : i] = bytes[at + i]!;
    this.#at = at + 8;
    return scratchFloat[0] === value;
  }

  #sameAscii(value: string): boolean {
    const bytes = this.#bytes;
    const length = this.#byte();
    if (value.length !== length) return false;
    const at = this.#at;
    for (let i = 0; i < length; i++) if (charCodeAt(value, i) !== bytes[at + i]) return false;
    this.#at = at + length;
    return true;
  }

  #sameUtf8(value: string): boolean {
    const bytes = this.#bytes, start = this.#at + 4;
    const length =
      (bytes[start - 4]! << 24 | bytes[start - 3]! << 16 | bytes[start - 2]! << 8 | bytes[start - 1]!) >>> 0;
    // Encoding would replace lone surrogates.
    if (value.length > length || value.length * 3 < length || !isWellFormed(value)) return false;
    if (value.length * 3 > this.#textRoom) {
      this.#textBytes = new newUint8Array(this.#textRoom = value.length * 4);
    }
    this.#at = start + length;
    return encodeUtf8Into(value, this.#textBytes) === length &&
      sameBytes(bytes, this.#textBytes, { a: start, b: 0, length });
  }

  #byte(): number {
    return this.#bytes[this.#at++]!;
  }

  #varint(): number {
    let value = 0;
    for (let scale = 1;; scale *= 128) {
      const byte = this.#bytes[this.#at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }
}
