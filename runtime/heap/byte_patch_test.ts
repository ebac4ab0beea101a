import fc from "fast-check";
import { assertEquals } from "./assert_test.ts";
import { readPatched, writePatch } from "./byte_patch.ts";
import { PacketError } from "./packet_error.ts";
import { pair } from "./pair_test.ts";
import { Reader } from "./reader.ts";

const SIZE = 40_000;

/** What changed, as its reader is given it. */
function written(before: Uint8Array | undefined, after: Uint8Array): Uint8Array {
  const { head, whole } = writePatch(before, after);
  return Uint8Array.from(whole ? [...head, ...after] : head);
}

Deno.test("readPatched() reads what writePatch() wrote, whatever changed and however bytes are aligned", () => {
  const edit = fc.record({ at: fc.nat(SIZE - 1), length: fc.oneof(fc.nat(20), fc.nat(SIZE)) });
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 8 }), fc.nat(5), (edits, shift) => {
      const before = new Uint8Array(SIZE + 8).subarray(shift, shift + SIZE).map((_, i) => i * 7);
      const after = new Uint8Array(new ArrayBuffer(SIZE + 3), 3);
      after.set(before);
      for (const { at, length } of edits) {
        after.subarray(at, at + length).forEach((byte, i, all) => all[i] = ~byte);
      }
      const patch = written(before, after);
      const reader = new Reader(patch);
      assertEquals(readPatched(reader, before, SIZE), after.slice());
      assertEquals(reader.left, 0);
      const changed = after.reduce((sum, byte, i) => sum + (byte === before[i] ? 0 : 1), 0);
      assertEquals(
        patch.length <= Math.min(SIZE + 1, changed * 2 + edits.length * 24 + 2),
        true,
        `${patch.length}`,
      );
    }),
    { numRuns: 100 },
  );
});

Deno.test("readPatched() refuses patches of what isn't there, or behind its end", () => {
  const before = new Uint8Array(SIZE), after = before.slice();
  after[SIZE - 1] = 1;
  const patch = written(before, after);
  for (
    const [bytes, had, length] of [
      [patch, undefined, SIZE],
      [patch, before.subarray(1), SIZE],
      [patch, before.subarray(1), SIZE - 1],
      [patch.subarray(0, patch.length - 1), before, SIZE],
      [Uint8Array.of(2), before, SIZE],
      [Uint8Array.of(0, 1, 2), before, SIZE],
    ] as const
  ) {
    let error: unknown;
    try {
      readPatched(new Reader(bytes), had, length);
    } catch (cause) {
      error = cause;
    }
    assertEquals(error instanceof PacketError, true, `${bytes.length} of ${length}`);
  }
});

Deno.test("of a large buffer only what changed travels, there and back", () => {
  const { deviceHeap, cloneHeap } = pair();
  const root = { table: new Float64Array(50_000).fill(1), note: "" };
  const bytes: number[] = [];
  const turn = (work: (there: typeof root) => void) => {
    const out = deviceHeap.capture([root]);
    const [there] = cloneHeap.accept(out.packet) as [typeof root];
    work(there);
    const home = cloneHeap.capture([]);
    deviceHeap.accept(home.packet);
    bytes.push(out.bytes, home.bytes);
    assertEquals(there, root);
  };
  turn((there) => there.table[7] = 2);
  root.table[9] = 3;
  root.table[49_999] = -1;
  turn((there) => Object.assign(there.table.buffer, { mine: true }));
  turn((there) => there.table.fill(5));
  turn((there) => there.note = "again");
  const [first, ...later] = bytes;
  assertEquals(first! > 400_000, true);
  assertEquals(later.map((size) => size < 300), [true, true, true, true, false, true, true], `${bytes}`);
});
