import { deepStrictEqual, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { applyDelta, deltaTo, MAX_DELTA_BYTES, signatureOf } from "./delta.ts";

Deno.test("applyDelta() of deltaTo() is the content, whatever the base", () => {
  const piece = fc.record({
    from: fc.nat(5_000),
    length: fc.nat(2_000),
    own: fc.uint8Array({ maxLength: 50 }),
  });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5_000 }), fc.array(piece, { maxLength: 6 }), (base, pieces) => {
      // Parts of the base in any order, with something between them.
      const content = new Uint8Array(
        pieces.flatMap(({ from, length, own }) => [...base.subarray(from, from + length), ...own]),
      );
      deepStrictEqual(applyDelta(base, deltaTo(content, signatureOf(base))), content);
    }),
  );
});

Deno.test("deltaTo() costs about a block for a changed byte, and one for bytes that moved everything", () => {
  const base = new Uint8Array(64 * 1024).map((_, i) => Math.imul(i ^ 0x55aa, 2654435761) >>> 13);
  const changed = base.slice();
  changed[30_000]! ^= 1;
  const moved = new Uint8Array([7, 7, 7, ...base]);
  for (const content of [changed, moved]) {
    const signature = signatureOf(base);
    const delta = deltaTo(content, signature);
    deepStrictEqual(applyDelta(base, delta), content);
    ok(signature.length + delta.length < 2_000, `${signature.length} and ${delta.length} bytes`);
  }
});

Deno.test("applyDelta() refuses steps out of the base, cut off, or to too much", () => {
  const base = new Uint8Array(100);
  const copy = (at: number, bytes: number) => {
    const step = new Uint8Array(9);
    const view = new DataView(step.buffer);
    view.setUint8(0, 1);
    view.setUint32(1, at);
    view.setUint32(5, bytes);
    return step;
  };
  throws(() => applyDelta(base, copy(50, 51)), RangeError);
  throws(() => applyDelta(base, copy(2 ** 32 - 1, 2)), RangeError);
  throws(() => applyDelta(base, copy(0, 100).subarray(0, 6)), RangeError);
  throws(() => applyDelta(base, Uint8Array.of(0, 0, 0, 0, 9, 1, 2)), RangeError);
  const many = new Uint8Array(9 * Math.ceil(MAX_DELTA_BYTES / 100 + 1));
  for (let at = 0; at < many.length; at += 9) many.set(copy(0, 100), at);
  throws(() => applyDelta(base, many), /too much/);
});

Deno.test("deltaTo() refuses a signature of another length than it says", () => {
  const signature = signatureOf(new Uint8Array(5_000));
  throws(() => deltaTo(new Uint8Array(10), signature.subarray(0, -1)), RangeError);
});
