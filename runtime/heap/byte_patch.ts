/**
 * What changed of bytes that both sides have: their new length, how many edits there are, and each as how many old bytes
 * stay, how many of the next are left out, how many come in their place, and those; behind the last edit all stay.
 *
 * A large buffer that the other side has stands in a packet as 0 and all its bytes, or as 1 and such a patch.
 */
import {
  bytesSet,
  bytesSubarray,
  newInt32Array,
  newUint8Array,
  typedArrayFill,
  typedArrayLength,
} from "./intrinsics.ts";
import { PacketError } from "./packet_error.ts";
import { type Reader, sameBytes } from "./reader.ts";
import { Writer } from "./writer.ts";

const WHOLE = 0;
const PATCH = 1;

/** Stretches that are compared as one: comparing byte by byte takes ten times as long. */
const STRETCH_BYTES = 4096;
/** Equal bytes between two edits that aren't worth another edit. */
const JOINED_GAP = 16;
/** In-place changes up to this are looked for before anything else. */
const SHORT_EDIT = 64;
/** Bytes that must be found again where something was put in or taken out. */
const BLOCK_BYTES = 32;
/** How far that is looked for, nearest first. */
const WINDOWS: readonly number[] = [1 << 9, 1 << 12, 1 << 15, 1 << 18];
/** Multiplier of the rolling hash, and what it is for a byte that leaves the block. */
const HASH_BASE = 65599;
let leaving = 1;
for (let i = 0; i < BLOCK_BYTES; i++) leaving = leaving * HASH_BASE | 0;
const HASH_LEAVING = leaving;

/** Some bytes of an array. */
export interface ByteRange {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
}

/** Writes a buffer's bytes for a side that has those before; returns what stands for them in front or in their place. */
export function writePatched(before: Uint8Array | undefined, after: Uint8Array): PatchParts {
  const patch = before === undefined ? undefined : patchOf(rangeOf(before), rangeOf(after));
  const head = new newUint8Array(1 + (patch === undefined ? 0 : typedArrayLength(patch)));
  head[0] = patch === undefined ? WHOLE : PATCH;
  if (patch !== undefined) bytesSet(head, patch, 1);
  return { head, whole: patch === undefined };
}

function rangeOf(bytes: Uint8Array): ByteRange {
  return { bytes, from: 0, to: typedArrayLength(bytes) };
}

/** What stands for a buffer in a packet. */
export interface PatchParts {
  readonly head: Uint8Array<ArrayBuffer>;
  /** Whether all its bytes follow. */
  readonly whole: boolean;
}

/** What makes the bytes before those after; undefined where that would be most of them. */
export function patchOf(before: ByteRange, after: ByteRange): Uint8Array<ArrayBuffer> | undefined {
  return new Differ(before, after).run();
}

/** Finds edits from front to back. Takes time in proportion to the bytes, whatever they are. */
class Differ {
  readonly #a: Uint8Array;
  readonly #b: Uint8Array;
  /** Where in either the search stands, and where what both end with begins. */
  #atA: number;
  #atB: number;
  #endA: number;
  #endB: number;
  /** Up to where in the bytes before the edits so far go. */
  #done: number;
  readonly #length: number;
  readonly #edits = new Writer();
  #count = 0;
  /** How many more bytes may be hashed. */
  #budget: number;

  constructor(before: ByteRange, after: ByteRange) {
    this.#a = before.bytes;
    this.#b = after.bytes;
    this.#atA = this.#done = before.from;
    this.#atB = after.from;
    this.#endA = before.to;
    this.#endB = after.to;
    this.#length = after.to - after.from;
    this.#budget = (this.#length >>> 2) + (1 << 19);
  }

  run(): Uint8Array<ArrayBuffer> | undefined {
    this.#passEqual();
    this.#cutEqualEnd();
    while (this.#atA < this.#endA || this.#atB < this.#endB) {
      const fromA = this.#atA, fromB = this.#atB;
      this.#passEdit();
      const w = this.#edits;
      w.varint(fromA - this.#done);
      w.varint(this.#atA - fromA);
      w.varint(this.#atB - fromB);
      if (w.at + this.#atB - fromB > this.#length >>> 1) return undefined;
      w.raw(bytesSubarray(this.#b, fromB, this.#atB));
      this.#count++;
      this.#done = this.#atA;
      this.#passEqual();
    }
    return this.#finished();
  }

  #finished(): Uint8Array<ArrayBuffer> {
    const w = new Writer(this.#edits.at + 16);
    w.varint(this.#length);
    w.varint(this.#count);
    w.raw(bytesSubarray(this.#edits.bytes, 0, this.#edits.at));
    return bytesSubarray(w.bytes, 0, w.at);
  }

  #passEqual(): void {
    const a = this.#a, b = this.#b;
    let left = this.#endA - this.#atA < this.#endB - this.#atB
      ? this.#endA - this.#atA
      : this.#endB - this.#atB;
    while (left >= STRETCH_BYTES && sameBytes(a, b, { a: this.#atA, b: this.#atB, length: STRETCH_BYTES })) {
      this.#atA += STRETCH_BYTES;
      this.#atB += STRETCH_BYTES;
      left -= STRETCH_BYTES;
    }
    for (; left > 0 && a[this.#atA] === b[this.#atB]; left--) {
      this.#atA++;
      this.#atB++;
    }
  }

  #cutEqualEnd(): void {
    const a = this.#a, b = this.#b;
    for (;;) {
      const fromA = this.#endA - STRETCH_BYTES, fromB = this.#endB - STRETCH_BYTES;
      if (fromA < this.#atA || fromB < this.#atB) break;
      if (!sameBytes(a, b, { a: fromA, b: fromB, length: STRETCH_BYTES })) break;
      this.#endA = fromA;
      this.#endB = fromB;
    }
    while (this.#endA > this.#atA && this.#endB > this.#atB && a[this.#endA - 1] === b[this.#endB - 1]) {
      this.#endA--;
      this.#endB--;
    }
  }

  /** To where both go on alike, or to their ends. */
  #passEdit(): void {
    if (this.#passReplaced(SHORT_EDIT)) return;
    for (let i = 0; i < WINDOWS.length && this.#budget > 0; i++) if (this.#passMoved(WINDOWS[i]!)) return;
    if (this.#passReplaced(Infinity)) return;
    this.#atA = this.#endA;
    this.#atB = this.#endB;
  }

  /** Over an edit of at most `limit` bytes that moved nothing. */
  #passReplaced(limit: number): boolean {
    const a = this.#a, b = this.#b, atA = this.#atA, atB = this.#atB;
    const leftA = this.#endA - atA, leftB = this.#endB - atB;
    let left = leftA < leftB ? leftA : leftB;
    if (left > limit + JOINED_GAP) left = limit + JOINED_GAP;
    for (let i = 0, equal = 0; i < left; i++) {
      if (a[atA + i] !== b[atB + i]) equal = 0;
      else if (++equal === JOINED_GAP) {
        this.#atA += i + 1 - JOINED_GAP;
        this.#atB += i + 1 - JOINED_GAP;
        return true;
      }
    }
    return false;
  }

  /** Over an edit whose end is within `window` bytes in both: where a block of the bytes before comes again. */
  #passMoved(window: number): boolean {
    const a = this.#a, b = this.#b;
    const lastA = lesser(this.#atA + window, this.#endA) - BLOCK_BYTES;
    const lastB = lesser(this.#atB + window, this.#endB) - BLOCK_BYTES;
    if (lastA < this.#atA || lastB < this.#atB) return false;
    this.#budget -= lastA - this.#atA + lastB - this.#atB;
    const mask = (window / BLOCK_BYTES) * 2 - 1;
    typedArrayFill(places, -1, 0, mask + 1);
    for (let at = this.#atA; at <= lastA; at += BLOCK_BYTES) {
      const slot = slotOf(hashed(a, at), mask);
      if (places[slot] === -1) places[slot] = at;
    }
    let hash = hashed(b, this.#atB);
    for (let at = this.#atB;; at++) {
      const place = places[slotOf(hash, mask)]!;
      if (place !== -1 && isSameBlock(a, place, b, at)) {
        this.#goTo(place, at);
        return true;
      }
      if (at === lastB) return false;
      hash = (hash * HASH_BASE + b[at + BLOCK_BYTES]! | 0) - HASH_LEAVING * b[at]! | 0;
    }
  }

  /** To these places, or to before them as far as both are alike. */
  #goTo(placeA: number, placeB: number): void {
    const a = this.#a, b = this.#b;
    while (placeA > this.#atA && placeB > this.#atB && a[placeA - 1] === b[placeB - 1]) {
      placeA--;
      placeB--;
    }
    this.#atA = placeA;
    this.#atB = placeB;
  }
}

/** Places in the bytes before, by the hash of the block there. */
const places = new newInt32Array(WINDOWS[WINDOWS.length - 1]! / BLOCK_BYTES * 2);

function lesser(a: number, b: number): number {
  return a < b ? a : b;
}

function hashed(bytes: Uint8Array, from: number): number {
  let hash = 0;
  for (let i = from, to = from + BLOCK_BYTES; i < to; i++) hash = hash * HASH_BASE + bytes[i]! | 0;
  return hash;
}

function slotOf(hash: number, mask: number): number {
  return (hash ^ hash >>> 16) & mask;
}

function isSameBlock(a: Uint8Array, atA: number, b: Uint8Array, atB: number): boolean {
  for (let i = 0; i < BLOCK_BYTES; i++) if (a[atA + i] !== b[atB + i]) return false;
  return true;
}

/**
 * Reads a buffer of that length, of which this side has the bytes before; the reader stands behind it then.
 *
 * @throws {PacketError}
 */
export function readPatched(reader: Reader, before: Uint8Array | undefined, length: number): Uint8Array {
  const form = reader.byte();
  if (form === WHOLE) return reader.raw(length);
  if (form !== PATCH || before === undefined) throw new PacketError("a buffer changed that isn't there");
  const bytes = readPatch(reader, rangeOf(before), 0);
  if (typedArrayLength(bytes) !== length) throw new PacketError("a buffer has another size");
  return bytes;
}

/**
 * Reads what {@linkcode patchOf} wrote; what it makes of the bytes before is behind `lead` zeros.
 *
 * @throws {PacketError}
 */
export function readPatch(reader: Reader, before: ByteRange, lead: number): Uint8Array {
  const length = reader.varint();
  if (length > before.to - before.from + reader.left) throw new PacketError("a patch makes too much");
  const bytes = new newUint8Array(lead + length);
  const room = lead + length;
  let from = before.from, at = lead;
  const stay = (count: number) => {
    if (count > before.to - from || count > room - at) throw new PacketError("a patch goes behind its end");
    bytesSet(bytes, bytesSubarray(before.bytes, from, from + count), at);
    from += count;
    at += count;
  };
  for (let i = 0, count = reader.count(); i < count; i++) {
    stay(reader.varint());
    from += reader.varint();
    const added = reader.raw(reader.varint());
    if (from > before.to || typedArrayLength(added) > room - at) {
      throw new PacketError("a patch goes behind its end");
    }
    bytesSet(bytes, added, at);
    at += typedArrayLength(added);
  }
  stay(before.to - from);
  if (at !== room) throw new PacketError("a patch makes too little");
  return bytes;
}
