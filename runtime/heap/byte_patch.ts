/**
 * What changed of a large buffer whose bytes both sides had: ranges, each a gap, a length and its bytes; their count comes
 * first. A large buffer that the other side has stands in a packet as 0 and all its bytes, or as 1 and such a patch.
 */
import { bytesSet, bytesSubarray, newUint8Array, typedArrayLength } from "./intrinsics.ts";
import { PacketError } from "./packet_error.ts";
import { type Reader, sameBytes } from "./reader.ts";
import { Writer } from "./writer.ts";

const WHOLE = 0;
const PATCH = 1;

/** Stretches that are compared as one: comparing byte by byte takes ten times as long. */
const STRETCH_BYTES = 4096;
/** Equal bytes between two ranges that aren't worth another range. */
const JOINED_GAP = 8;

/** Writes a buffer's bytes for a side that has those before; returns what stands for them in front or in their place. */
export function writePatch(before: Uint8Array | undefined, after: Uint8Array): PatchParts {
  const isAlike = before !== undefined && typedArrayLength(before) === typedArrayLength(after);
  const patch = isAlike ? patchOf(before, after) : undefined;
  if (patch !== undefined) return { head: patch, whole: false };
  const head = new newUint8Array(1);
  head[0] = WHOLE;
  return { head, whole: true };
}

/** What stands for a buffer in a packet. */
export interface PatchParts {
  readonly head: Uint8Array<ArrayBuffer>;
  /** Whether all its bytes follow. */
  readonly whole: boolean;
}

/** Undefined where a patch would be most of the buffer. */
function patchOf(before: Uint8Array, after: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const ranges = new Writer();
  let count = 0, end = 0;
  for (let at = nextChange(before, after, 0); at < typedArrayLength(after);) {
    const from = at;
    at = endOfChange(before, after, from);
    ranges.varint(from - end);
    ranges.varint(at - from);
    ranges.raw(bytesSubarray(after, from, at));
    if (ranges.at > typedArrayLength(after) >>> 1) return undefined;
    end = at;
    count++;
    at = nextChange(before, after, at);
  }
  const w = new Writer(ranges.at + 16);
  w.byte(PATCH);
  w.varint(count);
  w.raw(bytesSubarray(ranges.bytes, 0, ranges.at));
  const patch = new newUint8Array(w.at);
  bytesSet(patch, bytesSubarray(w.bytes, 0, w.at), 0);
  return patch;
}

/** Where the next byte differs from `from` on; the length if none does. */
function nextChange(before: Uint8Array, after: Uint8Array, from: number): number {
  const { length } = after;
  let at = from;
  while (at < length) {
    const stretch = at + STRETCH_BYTES < length ? STRETCH_BYTES : length - at;
    if (!sameBytes(before, after, { a: at, b: at, length: stretch })) {
      while (before[at] === after[at]) at++;
      return at;
    }
    at += stretch;
  }
  return length;
}

/** Behind the last differing byte of the range that begins at `from`. */
function endOfChange(before: Uint8Array, after: Uint8Array, from: number): number {
  let end = from + 1;
  for (let at = end; at < typedArrayLength(after) && at - end < JOINED_GAP; at++) {
    if (before[at] !== after[at]) end = at + 1;
  }
  return end;
}

/**
 * Reads a buffer of that length, of which this side has the bytes before; the reader stands behind it then.
 *
 * @throws {PacketError}
 */
export function readPatched(reader: Reader, before: Uint8Array | undefined, length: number): Uint8Array {
  const form = reader.byte();
  if (form === WHOLE) return reader.raw(length);
  if (form !== PATCH || before === undefined || typedArrayLength(before) !== length) {
    throw new PacketError("a buffer changed that isn't there");
  }
  const bytes = new newUint8Array(before);
  let at = 0;
  for (let i = 0, count = reader.count(); i < count; i++) {
    at += reader.varint();
    const range = reader.raw(reader.varint());
    if (at + typedArrayLength(range) > length) throw new PacketError("a buffer changed behind its end");
    bytesSet(bytes, range, at);
    at += typedArrayLength(range);
  }
  return bytes;
}
