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

Deno.test("accept() refuses a packet that isn't this side's turn", () => {
  const { deviceHeap, cloneHeap } = pair();
  const { packet } = deviceHeap.capture([1]);
  assertEquals(tryAccept(() => deviceHeap.accept(packet), "own packet"), false);
  assertEquals(tryAccept(() => cloneHeap.accept(new Uint8Array()), "nothing"), false);
});
