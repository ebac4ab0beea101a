import { assertEquals } from "./assert_test.ts";
import { FIXTURES } from "./fixtures_test.ts";
import { graphOf, objectsOf } from "./graph_test.ts";
import { PacketError, referencedCode } from "./mod.ts";
import { pair } from "./pair_test.ts";

/** A small deterministic generator; the seed is in the failure's message. */
function random(seed: number): (below: number) => number {
  return (below) => {
    seed = Math.imul(seed ^ seed >>> 15, 0x2c1b3c6d) + 0x9e3779b9 | 0;
    return (seed >>> 0) % below;
  };
}

function mutated(packet: Uint8Array, next: (below: number) => number): Uint8Array {
  let bytes = packet.slice();
  for (let edits = 1 + next(4); edits > 0; edits--) {
    const at = next(bytes.length);
    switch (next(5)) {
      case 0:
        bytes[at] = next(256);
        break;
      case 1:
        bytes[at]! ^= 1 << next(8);
        break;
      case 2:
        bytes = bytes.slice(0, at + 1);
        break;
      case 3:
        bytes.fill(255, at, at + 1 + next(8));
        break;
      case 4:
        bytes.copyWithin(at, next(bytes.length), next(bytes.length));
    }
  }
  return bytes;
}

/** Accepts; anything but success or a PacketError fails the test. Says whether it succeeded. */
function tryAccept(accept: () => unknown, note: string): boolean {
  try {
    accept();
    return true;
  } catch (error) {
    if (!(error instanceof PacketError)) throw new Error(`${note} is no PacketError`, { cause: error });
    return false;
  }
}

const builtinsBefore = Reflect.ownKeys(Object.prototype).length;
const ROUNDS = Number(Deno.env.get("FUZZ_ROUNDS") ?? 60);

Deno.test("accept() at the clone answers garbage with PacketError", () => {
  for (const fixture of FIXTURES) {
    const { device, deviceHeap } = pair();
    const { packet } = deviceHeap.capture([fixture.make(device)]);
    for (let seed = 0; seed < ROUNDS; seed++) {
      const bytes = mutated(packet, random(seed));
      tryAccept(() => referencedCode(bytes), `${fixture.name} ${seed}`);
      tryAccept(() => pair({ clone: LIMITS }).cloneHeap.accept(bytes), `${fixture.name} ${seed}`);
    }
  }
  assertEquals(Reflect.ownKeys(Object.prototype).length, builtinsBefore);
});

const LIMITS = { limits: { maxBufferBytes: 1 << 20 } };

Deno.test("accept() on the device leaves the heap alone when it refuses a packet", () => {
  let refused = 0;
  for (const fixture of FIXTURES) {
    if (fixture.mutate === undefined) continue;
    for (let seed = 0; seed < ROUNDS; seed++) {
      const { device, clone, deviceHeap, cloneHeap } = pair({ device: LIMITS });
      const root = fixture.make(device);
      const objects = objectsOf([root], device);
      const before = graphOf([root], device, objects);
      const [arrived] = cloneHeap.accept(deviceHeap.capture([root]).packet);
      const result = fixture.mutate(arrived, clone);
      const bytes = mutated(cloneHeap.capture([arrived, result]).packet, random(seed));
      if (tryAccept(() => deviceHeap.accept(bytes), `${fixture.name} ${seed}`)) continue;
      refused++;
      assertEquals(graphOf([root], device, objects), before, `${fixture.name} ${seed} changed the heap`);
    }
  }
  assertEquals(refused > 0, true);
});

Deno.test("accept() refuses a packet that isn't this side's turn", () => {
  const { deviceHeap, cloneHeap } = pair();
  const { packet } = deviceHeap.capture([1]);
  assertEquals(tryAccept(() => deviceHeap.accept(packet), "own packet"), false);
  assertEquals(tryAccept(() => cloneHeap.accept(new Uint8Array()), "nothing"), false);
});
