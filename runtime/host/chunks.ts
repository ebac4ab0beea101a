/**
 * Content-defined chunks (FastCDC, Xia et al., USENIX ATC 2016, with normalised chunking): where a chunk ends depends on
 * the bytes before it only, so what stays the same keeps its chunks wherever it moves.
 */

/** No chunk but the last is shorter. What can't be an end isn't looked at: so close to the usual length, few bytes are. */
export const MIN_CHUNK_BYTES = 56 * 1024;
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

/** Where the chunk ends that begins at `from`. What is more than the longest chunk behind it doesn't matter. */
export function chunkEnd(bytes: Uint8Array, from = 0): number {
  const end = Math.min(bytes.length, from + MAX_CHUNK_BYTES);
  const gear = GEAR;
  let hash = 0;
  let at = from + MIN_CHUNK_BYTES;
  const usual = Math.min(end, from + USUAL_CHUNK_BYTES);
  // Four at a time: twice as fast as one.
  for (; at + 3 < usual; at += 4) {
    hash = (hash << 1) + gear[bytes[at]!]! | 0;
    if ((hash & MASK_SHORT) === 0) return at + 1;
    hash = (hash << 1) + gear[bytes[at + 1]!]! | 0;
    if ((hash & MASK_SHORT) === 0) return at + 2;
    hash = (hash << 1) + gear[bytes[at + 2]!]! | 0;
    if ((hash & MASK_SHORT) === 0) return at + 3;
    hash = (hash << 1) + gear[bytes[at + 3]!]! | 0;
    if ((hash & MASK_SHORT) === 0) return at + 4;
  }
  for (; at < usual; at++) {
    hash = (hash << 1) + gear[bytes[at]!]! | 0;
    if ((hash & MASK_SHORT) === 0) return at + 1;
  }
  for (; at < end; at++) {
    hash = (hash << 1) + gear[bytes[at]!]! | 0;
    if ((hash & MASK_LONG) === 0) return at + 1;
  }
  return end;
}

/** All chunks of some bytes, in order. */
export function chunksOf(bytes: Uint8Array): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = chunkEnd(bytes, at);
    chunks.push(bytes.subarray(at, end));
    at = end;
  }
  return chunks;
}
