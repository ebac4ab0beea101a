import { deflateRawSync, inflateRawSync } from "node:zlib";
import { joinBytes, totalBytes } from "./bytes.ts";
import { COMPRESS_FROM, MAX_FRAME_BYTES } from "./constants.ts";

/** `0 | payload` or `1 | deflated payload`. */
export function compress(parts: readonly Uint8Array[]): Uint8Array[] {
  if (totalBytes(parts) < COMPRESS_FROM) return [Uint8Array.of(0), ...parts];
  return [Uint8Array.of(1), deflateRawSync(joinBytes(parts), { level: 3 })];
}

/** The payload again; its size is bounded. @throws if it isn't one. */
export function decompress(payload: Uint8Array): Uint8Array {
  if (payload[0] === 0) return payload.subarray(1);
  const { buffer, byteOffset, length } = inflateRawSync(payload.subarray(1), {
    maxOutputLength: MAX_FRAME_BYTES,
  });
  // Not a `Buffer`: parts of it reach app code, as what `Deno.readFile` gives.
  return new Uint8Array(buffer, byteOffset, length);
}
