import { inflateRawSync, zstdDecompressSync } from "node:zlib";
import { MAX_BLOB_BYTES, PACKED_DEFLATE, PACKED_PLAIN, PACKED_ZSTD } from "../../runtime/mod.ts";

/** The contents of a payload that a device sent, as views of it. @throws {RangeError} if it is none; {Error} if it isn't compressed as it should be */
export function unpackBlobs(payload: Uint8Array): Uint8Array[] {
  const bytes = unpacked(payload[0]!, payload.subarray(1));
  return payload[0] === PACKED_DEFLATE ? alternating(bytes) : tabled(bytes);
}

/** `u32 BE count | u32 BE length … | contents`. */
function tabled(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = view.getUint32(0);
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
function alternating(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const contents: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    if (at + 4 > bytes.length) throw new RangeError("Cannot read contents: a length is cut off");
    const end = at + 4 + view.getUint32(at);
    if (end > bytes.length) throw new RangeError("Cannot read contents: one is cut off");
    contents.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return contents;
}

function unpacked(packing: number, bytes: Uint8Array): Uint8Array {
  const limit = { maxOutputLength: MAX_BLOB_BYTES + 4 };
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
