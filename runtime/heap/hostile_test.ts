import { assertEquals } from "./assert_test.ts";
import { FIXTURES } from "./fixtures_test.ts";
import { damageHome, damageOut, tryAccept } from "./hostile_trial_test.ts";
import { pair } from "./pair_test.ts";

const ROUNDS = 30;

Deno.test("accept() at the clone answers garbage with PacketError", () => {
  for (const fixture of FIXTURES) for (let seed = 0; seed < ROUNDS; seed++) damageOut(fixture, seed);
});

Deno.test("accept() on the device leaves the heap alone when it refuses a packet", () => {
  let refused = 0;
  for (const fixture of FIXTURES) {
    for (let seed = 0; seed < ROUNDS; seed++) if (damageHome(fixture, seed)) refused++;
  }
  assertEquals(refused > 0, true);
});

Deno.test("accept() refuses patches of what isn't there, of one thing twice, or that make no record", () => {
  const REST = [0, 0, 0];
  /** One element of the array, whose MID is 1: 304 bytes long, one edit, behind 153 bytes one for another. */
  const patch = [1, 0xb0, 2, 1, 0x99, 1, 1, 1, 0x81];
  const refused = (...changes: number[]): boolean => {
    const { deviceHeap, cloneHeap } = pair();
    const root = Array.from({ length: 300 }, (_, i) => i % 100);
    const [there] = cloneHeap.accept(deviceHeap.capture([root]).packet) as [number[]];
    there[150] = 1;
    const { packet } = cloneHeap.capture([]);
    const from = packet.length - patch.length - REST.length - 1;
    assertEquals([...packet.subarray(from)], [1, ...patch, ...REST]);
    const accepted = tryAccept(
      () => deviceHeap.accept(Uint8Array.from([...packet.subarray(0, from), ...changes, ...REST])),
      `${changes}`,
    );
    assertEquals(root[150], accepted ? 1 : 50);
    return !accepted;
  };
  assertEquals(refused(1, ...patch), false);
  assertEquals(refused(2, ...patch, ...patch), true);
  assertEquals(refused(1, 99, ...patch.slice(1)), true);
  // One byte more than the array has elements, one less, and a tag that none has.
  assertEquals(refused(1, 1, 0xb1, 2, 1, 0x99, 1, 1, 2, 0x81, 0x81), true);
  assertEquals(refused(1, 1, 0xaf, 2, 1, 0x99, 1, 1, 0), true);
  assertEquals(refused(1, ...patch.slice(0, -1), 0x7f), true);
});

Deno.test("accept() refuses a packet that isn't this side's turn", () => {
  const { deviceHeap, cloneHeap } = pair();
  const { packet } = deviceHeap.capture([1]);
  assertEquals(tryAccept(() => deviceHeap.accept(packet), "own packet"), false);
  assertEquals(tryAccept(() => cloneHeap.accept(new Uint8Array()), "nothing"), false);
});
