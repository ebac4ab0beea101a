import { VALUE } from "./constants.ts";
import {
  bytesSubarray,
  decodeUtf8,
  fromCharCode,
  newInt32Array,
  typedArrayBuffer,
  typedArrayByteOffset,
  typedArrayLength,
} from "./intrinsics.ts";
import { PacketError } from "./packet_error.ts";

const scratchFloat = new Float64Array(1);
const scratchBytes = new Uint8Array(scratchFloat.buffer);
const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** Reads what a {@linkcode Writer} wrote; whatever doesn't fit is a {@linkcode PacketError}. */
export class Reader {
  bytes: Uint8Array;
  at = 0;
  /** Length of {@linkcode bytes}: asking for it for each byte takes time. */
  #end: number;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#end = typedArrayLength(bytes);
  }

  /** Bytes left: what any count is checked against, as everything counted takes a byte or more. */
  get left(): number {
    return this.#end - this.at;
  }

  /** Reads all of other bytes from a place on, then goes on where it was. */
  within<T>(bytes: Uint8Array, from: number, read: () => T): T {
    const { bytes: outer, at } = this;
    const end = this.#end;
    this.bytes = bytes;
    this.at = from;
    this.#end = typedArrayLength(bytes);
    const result = read();
    if (this.left !== 0) throw new PacketError("something follows a record");
    this.bytes = outer;
    this.at = at;
    this.#end = end;
    return result;
  }

  byte(): number {
    if (this.at >= this.#end) throw new PacketError("it ends too early");
    return this.bytes[this.at++]!;
  }

  varint(): number {
    const { bytes, at } = this;
    // Behind the end there is no byte, which isn't less either.
    const first = bytes[at]!;
    if (first < 0x80) {
      this.at = at + 1;
      return first;
    }
    const second = bytes[at + 1]!;
    if (second < 0x80) {
      this.at = at + 2;
      return first & 0x7f | second << 7;
    }
    const third = bytes[at + 2]!;
    if (third < 0x80) {
      this.at = at + 3;
      return first & 0x7f | (second & 0x7f) << 7 | third << 14;
    }
    return this.#longVarint();
  }

  #longVarint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i++) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > 9007199254740991) break;
        return value;
      }
      scale *= 128;
    }
    throw new PacketError("a number is too large");
  }

  /** A count of things that take at least a byte each. */
  count(): number {
    const count = this.varint();
    if (count > this.left) throw new PacketError("a count exceeds what follows");
    return count;
  }

  uint32(): number {
    const { bytes, at } = this;
    if (this.left < 4) throw new PacketError("it ends too early");
    this.at = at + 4;
    return (bytes[at]! << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8 | bytes[at + 3]!) >>> 0;
  }

  float(): number {
    if (this.left < 8) throw new PacketError("it ends too early");
    for (let i = 0; i < 8; i++) scratchBytes[littleEndian ? 7 - i : i] = this.bytes[this.at + i]!;
    this.at += 8;
    return scratchFloat[0]!;
  }

  /** The next bytes, shared with the packet. */
  raw(length: number): Uint8Array {
    if (length > this.left) throw new PacketError("it ends too early");
    this.at += length;
    return bytesSubarray(this.bytes, this.at - length, this.at);
  }

  /** A string with its form's tag before it. */
  string(): string {
    return this.stringOf(this.byte());
  }

  /** A string whose tag was read already. */
  stringOf(tag: number): string {
    if (tag === VALUE.shortAscii) return this.#ascii();
    if (tag === VALUE.utf8) return this.#utf8();
    if (tag === VALUE.utf16) return this.#utf16();
    throw new PacketError("a string is expected");
  }

  #ascii(): string {
    const length = this.byte();
    if (length > this.left) throw new PacketError("it ends too early");
    const { bytes, at } = this;
    this.at = at + length;
    return length <= MAX_RECENT ? recentText(bytes, at, length) : asciiText(bytes, at, length);
  }

  #utf8(): string {
    const bytes = this.raw(this.uint32());
    try {
      return decodeUtf8(bytes);
    } catch (cause) {
      throw new PacketError("a string isn't UTF-8", { cause });
    }
  }

  #utf16(): string {
    const length = this.uint32();
    if (length * 2 > this.left) throw new PacketError("it ends too early");
    let text = "";
    for (let i = 0; i < length; i++) {
      text += fromCharCode(this.bytes[this.at]! << 8 | this.bytes[this.at + 1]!);
      this.at += 2;
    }
    return text;
  }
}

const MAX_RECENT = 32;
const RECENT_COUNT = 1024;
/** Short strings recur: by hash, the last of each, with its bytes, so that one of many is made anew. */
const recentTexts: string[] = [];
const recentBytes = new Uint8Array(RECENT_COUNT * MAX_RECENT);
for (let i = 0; i < RECENT_COUNT; i++) recentTexts[i] = "";

function recentText(bytes: Uint8Array, at: number, length: number): string {
  let hash = length;
  for (let i = at, end = at + length; i < end; i++) hash = hash * 31 + bytes[i]! | 0;
  const place = (hash ^ hash >>> 10) & RECENT_COUNT - 1;
  const recent = recentTexts[place]!;
  const start = place * MAX_RECENT;
  if (recent.length === length) {
    let i = 0;
    while (i < length && recentBytes[start + i] === bytes[at + i]) i++;
    if (i === length) return recent;
  }
  const text = recentTexts[place] = asciiText(bytes, at, length);
  for (let i = 0; i < length; i++) recentBytes[start + i] = bytes[at + i]!;
  return text;
}

/** Several characters a call: each step makes another string. */
function asciiText(bytes: Uint8Array, from: number, length: number): string {
  const end = from + length;
  let text = "";
  let all = 0;
  let at = from;
  for (; at + 4 <= end; at += 4) {
    const a = bytes[at]!, b = bytes[at + 1]!, c = bytes[at + 2]!, d = bytes[at + 3]!;
    all |= a | b | c | d;
    text += fromCharCode(a, b, c, d);
  }
  for (; at < end; at++) {
    all |= bytes[at]!;
    text += fromCharCode(bytes[at]!);
  }
  if (all > 0x7f) throw new PacketError("a string isn't in its form");
  return text;
}

/** Whether two stretches hold the same bytes, however they are aligned. */
export function sameBytes(
  a: Uint8Array,
  b: Uint8Array,
  range: { readonly a: number; readonly b: number; readonly length: number },
): boolean {
  const { length } = range;
  let i = 0;
  if (length > WORTH_WORDS && littleEndian) {
    while ((typedArrayByteOffset(a) + range.a + i & 3) !== 0) {
      if (a[range.a + i] !== b[range.b + i]) return false;
      i++;
    }
    const words = (length - i >>> 2) - 1;
    const wordsA = new newInt32Array(
      typedArrayBuffer(a) as ArrayBuffer,
      typedArrayByteOffset(a) + range.a + i,
      words,
    );
    const startB = typedArrayByteOffset(b) + range.b + i;
    const shift = (startB & 3) * 8;
    const wordsB = new newInt32Array(
      typedArrayBuffer(b) as ArrayBuffer,
      startB & ~3,
      shift === 0 ? words : words + 1,
    );
    if (!(shift === 0 ? sameWords(wordsA, wordsB) : sameShifted(wordsA, wordsB, shift))) return false;
    i += words * 4;
  }
  for (; i < length; i++) if (a[range.a + i] !== b[range.b + i]) return false;
  return true;
}

/** From here on setting up views costs less than comparing byte by byte. */
const WORTH_WORDS = 256;

function sameWords(a: Int32Array, b: Int32Array): boolean {
  const length = typedArrayLength(a);
  const count = length & ~7;
  let i = 0;
  // One test for eight words: twice as fast.
  for (; i < count; i += 8) {
    const differs = a[i]! ^ b[i]! | a[i + 1]! ^ b[i + 1]! | a[i + 2]! ^ b[i + 2]! | a[i + 3]! ^ b[i + 3]! |
      a[i + 4]! ^ b[i + 4]! | a[i + 5]! ^ b[i + 5]! | a[i + 6]! ^ b[i + 6]! | a[i + 7]! ^ b[i + 7]!;
    if (differs !== 0) return false;
  }
  for (; i < length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Words of `b` begin that many bits later: what is sent isn't aligned. */
function sameShifted(a: Int32Array, b: Int32Array, shift: number): boolean {
  const back = 32 - shift;
  let low = b[0]!;
  for (let i = 0, length = typedArrayLength(a); i < length; i++) {
    const high = b[i + 1]!;
    if (a[i] !== (low >>> shift | high << back)) return false;
    low = high;
  }
  return true;
}
