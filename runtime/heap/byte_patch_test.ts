import fc from "fast-check";
import { assertEquals } from "./assert_test.ts";
import { patchOf, readPatch, readPatched, writePatched } from "./byte_patch.ts";
import { PacketError } from "./packet_error.ts";
import { pair } from "./pair_test.ts";
import { Reader } from "./reader.ts";

const SIZE = 40_000;

/** What changed, as its reader is given it. */
function written(before: Uint8Array | undefined, after: Uint8Array): Uint8Array {
  const { head, whole } = writePatched(before, after);
  return Uint8Array.from(whole ? [...head, ...after] : head);
}

Deno.test("readPatched() reads what writePatched() wrote, whatever changed and however bytes are aligned", () => {
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
        patch.length <= Math.min(SIZE + 1, changed * 2 + edits.length * 24 + 6),
        true,
        `${patch.length}`,
      );
    }),
    { numRuns: 100 },
  );
});

const all = (bytes: Uint8Array) => ({ bytes, from: 0, to: bytes.length });

/** Bytes that look alike from near and far, as records of many similar things do. */
function record(number: number): number[] {
  return [7, 3, ...new TextEncoder().encode(`item ${number}`)];
}

Deno.test("patches are small where things are put in, taken out or moved", () => {
  const place = fc.nat(4_900);
  const edit = fc.record({ at: place, out: fc.nat(100), into: fc.nat(100), from: place });
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 6 }), fc.nat(3), (edits, lead) => {
      const items = Array.from({ length: 5_000 }, (_, i) => record(i));
      const before = Uint8Array.from(items.flat());
      for (const { at, out, into, from } of edits) items.splice(at, out, ...items.slice(from, from + into));
      const after = Uint8Array.from(items.flat());
      const patch = patchOf(all(before), all(after))!;
      const moved = edits.reduce((sum, { out, into }) => sum + out + into, 0);
      assertEquals(patch.length <= 20 + 300 * edits.length + 25 * moved, true, `${patch.length} of ${moved}`);
      const reader = new Reader(patch);
      const made = readPatch(reader, all(before), lead);
      assertEquals(made.subarray(lead), after);
      assertEquals(reader.left, 0);
    }),
    { numRuns: 60 },
  );
});

Deno.test("readPatch() reads what patchOf() wrote of any bytes", () => {
  // Few different bytes, so that everything comes again everywhere.
  const bytes = fc.array(fc.nat(2), { maxLength: 600, size: "max" });
  fc.assert(
    fc.property(bytes, bytes, bytes, fc.nat(600), (start, end, other, at) => {
      const before = Uint8Array.from([...start, ...end, ...start]);
      const after = Uint8Array.from([...start, ...other.slice(at), ...end, ...other.slice(0, at), ...start]);
      const patch = patchOf(all(before), all(after));
      if (patch === undefined) return;
      assertEquals(patch.length <= after.length / 2 + 20, true);
      assertEquals(readPatch(new Reader(patch), all(before), 0), after);
    }),
    { numRuns: 200 },
  );
});

Deno.test("readPatch() bounds what it makes before it makes it", () => {
  const before = { bytes: new Uint8Array(100), from: 10, to: 90 };
  const refuse = (...patch: number[]) => {
    let error: unknown;
    try {
      readPatch(new Reader(Uint8Array.from(patch)), before, 1);
    } catch (cause) {
      error = cause;
    }
    assertEquals(error instanceof PacketError, true, `${patch}`);
  };
  assertEquals(readPatch(new Reader(Uint8Array.of(80, 0)), before, 1).length, 81);
  assertEquals(readPatch(new Reader(Uint8Array.of(2, 1, 0, 79, 1, 5)), before, 1), Uint8Array.of(0, 5, 0));
  refuse(0xff, 0xff, 0xff, 0x7f, 0);
  refuse(79, 0);
  refuse(81, 0);
  refuse(80, 1, 81, 0, 0);
  refuse(80, 1, 0, 81, 0);
  refuse(80, 2, 80, 0, 0, 1, 0, 0);
  refuse(2, 1, 0, 78, 1, 5);
  refuse(80, 1, 0, 0, 1, 5);
  refuse(80, 9, 0, 0, 0);
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
