import { inflateRawSync, zstdDecompressSync } from "node:zlib";
import { MAX_ASKED, MAX_BLOB_BYTES, PACKED_DEFLATE, PACKED_PLAIN, PACKED_ZSTD } from "../../runtime/mod.ts";

/** What may come of one payload; tests show what each is for. */
const LIMITS = { bytes: MAX_BLOB_BYTES, contents: MAX_ASKED };

/** The contents of a payload that a device sent, as views of it. @throws {RangeError} if it is none; {Error} if it isn't compressed as it should be */
export function unpackBlobs(payload: Uint8Array, limits = LIMITS): Uint8Array[] {
  const bytes = unpacked(payload[0]!, payload.subarray(1), limits.bytes);
  return (payload[0] === PACKED_DEFLATE ? alternating : tabled)(bytes, limits.contents);
}

/** `u32 BE count | u32 BE length … | contents`. */
function tabled(bytes: Uint8Array, most: number): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = view.getUint32(0);
  if (count > most) throw tooMany(most);
  let at = 4 + count * 4;
  if (at > bytes.length) throw new RangeError("Cannot read contents: their lengths are cut off");
  const contents: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const end = at + view.getUint32(4 + i * 4);
    if (end > bytes.length) throw new RangeError("Cannot read contents: one is cut off");
    contents.push(bytes.subarray(at, end));
    at = end;
  }
  if (at !== bytes.length) throw new RangeError("Cannot read contents: there is more than was told");
  return contents;
}

/** Each `u32 BE length | content`. */
function alternating(bytes: Uint8Array, most: number): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const contents: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    if (contents.length === most) throw tooMany(most);
    if (at + 4 > bytes.length) throw new RangeError("Cannot read contents: a length is cut off");
    const end = at + 4 + view.getUint32(at);
    if (end > bytes.length) throw new RangeError("Cannot read contents: one is cut off");
    contents.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return contents;
}

/** Empty ones take no bytes, packed hardly any lengths, and each costs memory and a hash. */
function tooMany(most: number): RangeError {
  return new RangeError(`Cannot read contents: there are more than ${most} at once`);
}

function unpacked(packing: number, bytes: Uint8Array, mostBytes: number): Uint8Array {
  const limit = { maxOutputLength: mostBytes + 4 };
  switch (packing) {
    case PACKED_PLAIN:
      return bytes;
    case PACKED_DEFLATE:
      return inflateRawSync(bytes, limit);
    case PACKED_ZSTD:
      return zstdDecompressSync(bytes, limit as never);
  }
  throw new RangeError(`Cannot read contents: packed in an unknown way (${packing})`);
}
