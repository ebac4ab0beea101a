import { inflateRawSync } from "node:zlib";
import { MAX_BLOB_BYTES } from "../../runtime/mod.ts";

/** The contents of a payload that a device sent. @throws {RangeError} if it is none; {Error} if it isn't compressed as it should be */
export function unpackBlobs(payload: Uint8Array): Uint8Array[] {
  const bytes = inflateRawSync(payload, { maxOutputLength: MAX_BLOB_BYTES + 4 });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const contents: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    if (at + 4 > bytes.length) throw new RangeError("Cannot read contents: a length is cut off");
    const end = at + 4 + view.getUint32(at);
    if (end > bytes.length) throw new RangeError("Cannot read contents: one is cut off");
    contents.push(new Uint8Array(bytes.subarray(at + 4, end)));
    at = end;
  }
  return contents;
}
