import { deepStrictEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { chunkEnd, chunksOf, MAX_CHUNK_BYTES, MIN_CHUNK_BYTES } from "./chunks.ts";

/** Bytes that look random and are the same each time. */
function noise(bytes: number, seed: number): Uint8Array {
  const out = new Uint8Array(bytes);
  let state = seed | 1;
  for (let i = 0; i < bytes; i++) {
    state = Math.imul(state, 1664525) + 1013904223 | 0;
    out[i] = state >>> 24;
  }
  return out;
}

Deno.test("chunksOf() cuts into chunks within the limits that together are the bytes", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2_000_000 }), fc.integer(), fc.boolean(), (size, seed, flat) => {
      const bytes = flat ? new Uint8Array(size) : noise(size, seed);
      const chunks = chunksOf(bytes);
      ok(chunks.slice(0, -1).every(({ length }) => length >= MIN_CHUNK_BYTES && length <= MAX_CHUNK_BYTES));
      deepStrictEqual(chunks.reduce((sum, { length }) => sum + length, 0), size);
      // Cut again piece by piece, with no more than a chunk can need: as a large file is.
      let at = 0;
      for (const { length } of chunks) {
        deepStrictEqual(chunkEnd(bytes.subarray(at, at + MAX_CHUNK_BYTES)), length);
        at += length;
      }
    }),
    { numRuns: 20 },
  );
});

Deno.test("chunksOf() gives all chunks but one or two again when a byte is put in front or in the middle", () => {
  const bytes = noise(16_000_000, 7);
  const known = new Set(chunksOf(bytes).map((chunk) => chunk.toBase64()));
  ok(known.size > 150 && known.size < 400, `${known.size} chunks`);
  for (const at of [0, 8_000_000]) {
    const edited = new Uint8Array(bytes.length + 1);
    edited.set(bytes.subarray(0, at));
    edited.set(bytes.subarray(at), at + 1);
    const fresh = chunksOf(edited).filter((chunk) => !known.has(chunk.toBase64()));
    ok(fresh.length <= 2, `${fresh.length} new chunks`);
  }
});
