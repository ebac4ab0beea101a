import { VALUE } from "./constants.ts";
import { bytesSubarray, decodeUtf8, fromCharCode } from "./intrinsics.ts";
import { PacketError } from "./packet_error.ts";

const scratchFloat = new Float64Array(1);
const scratchBytes = new Uint8Array(scratchFloat.buffer);
const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** Reads what a {@linkcode Writer} wrote; whatever doesn't fit is a {@linkcode PacketError}. */
export class Reader {
  readonly bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Bytes left: what any count is checked against, as everything counted takes a byte or more. */
  get left(): number {
    return this.bytes.length - this.at;
  }

  byte(): number {
    if (this.at >= this.bytes.length) throw new PacketError("it ends too early");
    return this.bytes[this.at++]!;
  }

  varint(): number {
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
    const { bytes } = this;
    let text = "";
    for (const end = this.at + length; this.at < end; this.at++) {
      const code = bytes[this.at]!;
      if (code > 0x7f) throw new PacketError("a string isn't in its form");
      text += ASCII[code];
    }
    return text;
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

const ASCII: string[] = [];
for (let i = 0; i < 128; i++) ASCII[i] = String.fromCharCode(i);

/** Whether two stretches hold the same bytes; four at a time where they are aligned alike. */
export function sameBytes(
  a: Uint8Array,
  b: Uint8Array,
  range: { readonly a: number; readonly b: number; readonly length: number },
): boolean {
  const { length } = range;
  let i = 0;
  if (length > 256 && (a.byteOffset + range.a & 3) === (b.byteOffset + range.b & 3)) {
    while (i < length && (a.byteOffset + range.a + i & 3) !== 0) {
      if (a[range.a + i] !== b[range.b + i]) return false;
      i++;
    }
    const words = (length - i) >>> 2;
    const wordsA = new Int32Array(a.buffer, a.byteOffset + range.a + i, words);
    const wordsB = new Int32Array(b.buffer, b.byteOffset + range.b + i, words);
    for (let w = 0; w < words; w++) if (wordsA[w] !== wordsB[w]) return false;
    i += words * 4;
  }
  for (; i < length; i++) if (a[range.a + i] !== b[range.b + i]) return false;
  return true;
}
