import type { Registration } from "./access.ts";
import { assertEquals } from "./assert_test.ts";
import { FakeSide } from "./fake_side_test.ts";
import { SessionHeap } from "./mod.ts";
import { PROGRAM } from "./program_test.ts";

type Registry = FinalizationRegistry<unknown>;

/** A pair whose clone noted these things about registries. */
function noting(done: Map<object, Registration[]>, cleanups = new Map<object, Function>()) {
  const device = new FakeSide(PROGRAM), clone = new FakeSide(PROGRAM);
  const values = {
    ...clone.values,
    registrations: (registry: object) => done.get(registry) ?? [],
    cleanupOf: (registry: object) => cleanups.get(registry),
  };
  return {
    deviceHeap: new SessionHeap({ side: "device", values: device.values, code: device }),
    cloneHeap: new SessionHeap({ side: "clone", values, code: clone }),
  };
}

Deno.test("a FinalizationRegistry travels, and what the clone registered is registered on the device", () => {
  const done = new Map<object, Registration[]>();
  const { deviceHeap, cloneHeap } = noting(done);
  const registry: Registry = new FinalizationRegistry(() => {});
  const target = {}, token = {}, taken = {}, old = {};
  registry.register(target, "of the device", taken);
  registry.register(target, "of the device", old);
  const root = { registry, again: registry, target, token, taken, note: 0 };
  const [arrived] = cloneHeap.accept(deviceHeap.capture([root]).packet) as [typeof root];
  assertEquals(arrived.registry instanceof FinalizationRegistry, true);
  assertEquals(arrived.registry === arrived.again && arrived.registry !== registry, true);
  assertEquals(arrived.registry.unregister(arrived.taken), false, "nothing of the device's is known there");
  done.set(arrived.registry, [
    { target: arrived.target, held: arrived, token: arrived.token },
    { target: undefined, held: undefined, token: arrived.taken },
  ]);
  deviceHeap.accept(cloneHeap.capture([]).packet);
  const found = [token, taken, old].map((each) => registry.unregister(each));
  assertEquals(found, [true, false, true]);
  done.clear();
  root.note++;
  cloneHeap.accept(deviceHeap.capture([root]).packet);
  deviceHeap.accept(cloneHeap.capture([]).packet);
  assertEquals(registry.unregister(token), false, "it isn't registered once more");
});

Deno.test("a FinalizationRegistry that was made at the clone watches on the device", () => {
  const done = new Map<object, Registration[]>(), cleanups = new Map<object, Function>();
  const { deviceHeap, cloneHeap } = noting(done, cleanups);
  const root: { token: object; made?: Registry } = { token: {} };
  const [arrived] = cloneHeap.accept(deviceHeap.capture([root]).packet) as [typeof root];
  arrived.made = new FinalizationRegistry(() => {});
  cleanups.set(arrived.made, Math.max);
  done.set(arrived.made, [{ target: arrived, held: 1, token: arrived.token }]);
  deviceHeap.accept(cloneHeap.capture([]).packet);
  assertEquals([root.made!.unregister(root.token), root.made!.unregister(root.token)], [true, false]);
});

Deno.test("a packet can't register what can't be registered", () => {
  for (
    const make of [
      (token: object) => ({ target: token, held: token, token: undefined }),
      (token: object) => ({ target: Symbol.for("x"), held: 1, token }),
      (_: object) => ({ target: {}, held: 1, token: "text" }),
      (_: object) => ({ target: undefined, held: 1, token: undefined }),
    ]
  ) {
    const done = new Map<object, Registration[]>();
    const { deviceHeap, cloneHeap } = noting(done);
    const root = { registry: new FinalizationRegistry(() => {}), note: 0 };
    const [arrived] = cloneHeap.accept(deviceHeap.capture([root]).packet) as [typeof root];
    done.set(arrived.registry, [make({}) as unknown as Registration]);
    arrived.note = 1;
    const { packet } = cloneHeap.capture([]);
    let problem = "";
    try {
      deviceHeap.accept(packet);
    } catch (error) {
      problem = (error as Error).message;
    }
    assertEquals([problem, root.note], [
      "Cannot accept packet: something is registered that can't be",
      0,
    ]);
  }
});
