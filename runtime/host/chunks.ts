/**
 * Content-defined chunks (FastCDC, Xia et al., USENIX ATC 2016, with normalised chunking): where a chunk ends depends on
 * the bytes before it only, so what stays the same keeps its chunks wherever it moves.
 */

/** No chunk but the last is shorter: each costs a hash. */
export const MIN_CHUNK_BYTES = 16 * 1024;
/** What most are about as long as: a changed byte costs one of them. */
export const USUAL_CHUNK_BYTES = 64 * 1024;
/** No chunk is longer. */
export const MAX_CHUNK_BYTES = 256 * 1024;

/** Below the usual length a cut needs 18 zero bits, above it 14: lengths stay near the usual one. */
const MASK_SHORT = 0xffffc000 | 0;
const MASK_LONG = 0xfffc0000 | 0;

/** A random number for each byte; the same on every machine, for ever. */
const GEAR = gear();

function gear(): Int32Array {
  const table = new Int32Array(256);
  let state = 0x9e3779b9;
  for (let i = 0; i < 256; i++) {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    table[i] = state;
  }
  return table;
}

/** Where the first chunk of these bytes ends. What follows doesn't matter if `bytes` is at least the longest chunk. */
export function chunkEnd(bytes: Uint8Array): number {
  const end = Math.min(bytes.length, MAX_CHUNK_BYTES);
  if (end <= MIN_CHUNK_BYTES) return end;
  const usual = Math.min(end, USUAL_CHUNK_BYTES);
  let hash = 0;
  let at = MIN_CHUNK_BYTES;
  for (; at < usual; at++) {
    hash = (hash << 1) + GEAR[bytes[at]!]! | 0;
    if ((hash & MASK_SHORT) === 0) return at + 1;
  }
  for (; at < end; at++) {
    hash = (hash << 1) + GEAR[bytes[at]!]! | 0;
    if ((hash & MASK_LONG) === 0) return at + 1;
  }
  return end;
}

/** All chunks of some bytes, in order. */
export function chunksOf(bytes: Uint8Array): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + chunkEnd(bytes.subarray(at));
    chunks.push(bytes.subarray(at, end));
    at = end;
  }
  return chunks;
}
