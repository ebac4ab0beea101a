/**
 * Reads pieces of at most `readBytes` that share allocations of `slabBytes`, so that a small one costs no more than its bytes.
 * Each piece is the caller's from then on; null at the end.
 */
export function slabReader(
  source: { read(buffer: Uint8Array): Promise<number | null> },
  { readBytes, slabBytes }: { readonly readBytes: number; readonly slabBytes: number },
): () => Promise<Uint8Array | null> {
  let slab = new Uint8Array(slabBytes);
  let at = 0;
  return async () => {
    if (slab.length - at < readBytes) [slab, at] = [new Uint8Array(slabBytes), 0];
    const count = await source.read(slab.subarray(at, at + readBytes));
    if (count === null) return null;
    at += count;
    return slab.subarray(at - count, at);
  };
}
