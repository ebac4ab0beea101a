/**
 * Content by SHA-256, as it goes to the clone's store: bytes are named in messages, and travel only if the store lacks
 * them, several in one frame and compressed together. By the engine's own functions: a weak device loads no more for it.
 */
import { joinBytes } from "./bytes.ts";
import { through } from "./stream_compression.ts";

/** Bytes of a SHA-256 hash. */
export const HASH_BYTES = 32;
/** A frame's contents together, uncompressed; a larger content goes alone. */
export const MAX_PUSH_BYTES = 4 * 1024 * 1024;
/** Largest content. */
export const MAX_BLOB_BYTES = 128 * 1024 * 1024;
/** How many hashes one question names at most. */
export const MAX_ASKED = 16_384;

/** The name of content, in hex. */
export async function hashOf(content: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", content as Uint8Array<ArrayBuffer>)).toHex();
}

/** Whether a text can be the name of content. */
export function isHash(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/**
 * How a payload of contents is packed: its first byte. A deflated one has each content behind its `u32 BE length`; the others
 * have `u32 BE count | u32 BE length … | contents`, which leaves contents that were next to each other so.
 */
export const PACKED_PLAIN = 0;
export const PACKED_DEFLATE = 1;
export const PACKED_ZSTD = 2;

/** Puts contents into payloads, deflated where that is worth it for so many bytes; a payload comes in parts. */
export async function* packBlobs(
  contents: readonly Uint8Array[],
  isWorthCompressing: (bytes: number) => boolean,
): AsyncGenerator<Uint8Array[]> {
  const packed = (bytes: number) => isWorthCompressing(bytes) ? deflated(parts) : tabled(parts);
  let parts: Uint8Array[] = [];
  let bytes = 0;
  for (const content of contents) {
    if (bytes + content.length > MAX_PUSH_BYTES && parts.length > 0) {
      yield await packed(bytes);
      parts = [];
      bytes = 0;
    }
    parts.push(content);
    bytes += content.length;
  }
  if (parts.length > 0) yield await packed(bytes);
}

function tabled(contents: readonly Uint8Array[]): Uint8Array[] {
  const table = new Uint8Array(5 + 4 * contents.length);
  const view = new DataView(table.buffer);
  table[0] = PACKED_PLAIN;
  view.setUint32(1, contents.length);
  contents.forEach(({ length }, i) => view.setUint32(5 + 4 * i, length));
  return [table, ...contents];
}

async function deflated(contents: readonly Uint8Array[]): Promise<Uint8Array[]> {
  const parts = contents.flatMap((content) => {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, content.length);
    return [length, content];
  });
  return [Uint8Array.of(PACKED_DEFLATE), ...await through(new CompressionStream("deflate-raw"), parts)];
}

/** Hashes, one after the other. */
export function packHashes(hashes: readonly string[]): Uint8Array {
  return joinBytes(hashes.map((hash) => Uint8Array.fromHex(hash)));
}

/** The hashes again, in hex. @throws {RangeError} */
export function unpackHashes(payload: Uint8Array): string[] {
  if (payload.length % HASH_BYTES !== 0 || payload.length > MAX_ASKED * HASH_BYTES) {
    throw new RangeError("Cannot read hashes: their length is wrong");
  }
  return Array.from(
    { length: payload.length / HASH_BYTES },
    (_, i) => payload.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES).toHex(),
  );
}
