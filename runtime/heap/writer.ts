import { SHORT_STRING, VALUE } from "./constants.ts";
import {
  bytesSet,
  bytesSubarray,
  charCodeAt,
  dataViewSetFloat64,
  encodeUtf8Into,
  floor,
  isWellFormed,
  newDataView,
  newUint8Array,
  newWeakRef,
  typedArrayBuffer,
  typedArrayLength,
  weakRefDeref,
} from "./intrinsics.ts";
import { roomFor } from "./offsets.ts";

/** Of large ones: somewhat more than the last one needed. Room that isn't written to takes no memory. */
let firstRoom = 4096;
const NO_BYTES = new Uint8Array();
/** Less is copied, and its room used again. */
const WORTH_HANDING_BYTES = 1 << 20;
/** Larger room isn't kept for the next one who needs it. */
const MAX_SPARE_BYTES = 1 << 26;
/** New memory costs a page fault every 4 KiB, which is most of what a large capture would take: so it is used again. */
let spare: WeakRef<Uint8Array> | undefined;

/** A growing byte array with a cursor. Numbers are in network byte order; varints carry 7 bits a byte, low bits first. */
export class Writer {
  bytes: Uint8Array;
  at = 0;
  /** Of {@linkcode bytes}: asking a typed array for its length asks its prototype. */
  #room: number;
  /** Whether somebody wrote to the room before. */
  #used = false;
  #view: DataView | undefined;

  constructor(capacity = 1024) {
    this.bytes = new newUint8Array(capacity);
    this.#room = capacity;
  }

  /** One for much, in room that an earlier one gave back. */
  static large(): Writer {
    const writer = new Writer(0);
    const used = spare === undefined ? undefined : weakRefDeref(spare) as Uint8Array | undefined;
    writer.bytes = used ?? new newUint8Array(firstRoom);
    writer.#used = used !== undefined;
    writer.#room = typedArrayLength(writer.bytes);
    spare = undefined;
    return writer;
  }

  /** Whoever writes next may have the room; nothing that was written may be used any more. */
  giveBack(): void {
    const { bytes } = this;
    if (this.#room <= MAX_SPARE_BYTES) spare = new newWeakRef(bytes);
    this.bytes = NO_BYTES;
    this.#room = 0;
  }

  /**
   * What was written, if it is much and most of what takes memory: then a copy would take as long as writing again, and as much
   * memory. Nothing may be written any more.
   */
  handOver(): Uint8Array<ArrayBuffer> | undefined {
    if (this.at < WORTH_HANDING_BYTES || this.#used && this.at * 2 < this.#room) return undefined;
    firstRoom = this.at + (this.at >>> 3);
    return bytesSubarray(this.bytes, 0, this.at);
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    if (this.at + count <= this.#room) return;
    this.#room = roomFor(this.at + count);
    const grown = new newUint8Array(this.#room);
    bytesSet(grown, bytesSubarray(this.bytes, 0, this.at), 0);
    this.bytes = grown;
    this.#used = false;
    this.#view = undefined;
  }

  byte(value: number): void {
    if (this.at >= this.#room) this.reserve(1);
    this.bytes[this.at++] = value;
  }

  /** A whole number from 0 up to 2⁵³ − 1. */
  varint(value: number): void {
    if (this.at + 8 > this.#room) this.reserve(8);
    const { bytes } = this;
    let at = this.at;
    while (value > 0x7f) {
      bytes[at++] = value & 0x7f | 0x80;
      value = value > 0x7fffffff ? floor(value / 128) : value >>> 7;
    }
    bytes[at++] = value;
    this.at = at;
  }

  uint32(value: number): void {
    this.reserve(4);
    const { bytes, at } = this;
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
    this.at = at + 4;
  }

  float(value: number): void {
    this.reserve(8);
    const view = this.#view ??= new newDataView(typedArrayBuffer(this.bytes));
    dataViewSetFloat64(view, this.at, value);
    this.at += 8;
  }

  raw(source: Uint8Array): void {
    const length = typedArrayLength(source);
    this.reserve(length);
    bytesSet(this.bytes, source, this.at);
    this.at += length;
  }

  /** A string with its form's tag before it. */
  string(text: string): void {
    if (text.length > SHORT_STRING || !this.#shortAscii(text)) this.#long(text);
  }

  #shortAscii(text: string): boolean {
    const length = text.length;
    this.reserve(length + 2);
    const { bytes } = this;
    let at = this.at;
    bytes[at++] = VALUE.shortAscii;
    bytes[at++] = length;
    for (let i = 0; i < length; i++) {
      const code = charCodeAt(text, i);
      if (code > 0x7f) return false;
      bytes[at++] = code;
    }
    this.at = at;
    return true;
  }

  #long(text: string): void {
    if (!isWellFormed(text)) return this.#codeUnits(text);
    this.reserve(text.length * 3 + 5);
    this.bytes[this.at++] = VALUE.utf8;
    const written = encodeUtf8Into(text, bytesSubarray(this.bytes, this.at + 4, this.#room));
    this.uint32(written);
    this.at += written;
  }

  #codeUnits(text: string): void {
    this.reserve(text.length * 2 + 5);
    this.bytes[this.at++] = VALUE.utf16;
    this.uint32(text.length);
    for (let i = 0; i < text.length; i++) {
      const code = charCodeAt(text, i);
      this.bytes[this.at++] = code >>> 8;
      this.bytes[this.at++] = code;
    }
  }
}
