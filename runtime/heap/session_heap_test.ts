import { assertEquals } from "./assert_test.ts";
import { FakeSide } from "./fake_side_test.ts";
import { FIXTURES } from "./fixtures_test.ts";
import { graphOf, objectsOf } from "./graph_test.ts";
import { pair } from "./pair_test.ts";
import { SessionHeap } from "./mod.ts";
import { PROGRAM } from "./program_test.ts";

for (const fixture of FIXTURES) {
  Deno.test(`${fixture.name} arrives at the clone as it was`, () => {
    const { device, clone, deviceHeap, cloneHeap } = pair();
    const root = fixture.make(device);
    const before = graphOf([root], device);
    const { packet } = deviceHeap.capture([root]);
    assertEquals(graphOf([root], device), before, "capture changed the device's heap");
    const roots = cloneHeap.accept(packet);
    assertEquals(graphOf(roots, clone), before);
  });

  Deno.test(`${fixture.name} unchanged comes back as nothing`, () => {
    const { device, deviceHeap, cloneHeap } = pair();
    const root = fixture.make(device);
    const objects = objectsOf([root], device);
    const before = graphOf([root], device, objects);
    const back = cloneHeap.capture(cloneHeap.accept(deviceHeap.capture([root]).packet));
    assertEquals(back.objects, 0);
    const [returned] = deviceHeap.accept(back.packet);
    assertEquals(returned === root, true);
    assertEquals(graphOf([root], device, objects), before);
    const again = deviceHeap.capture([root]);
    assertEquals(again.objects, 0, "a second capture sends something");
  });

  const { mutate } = fixture;
  if (mutate === undefined) continue;
  Deno.test(`${fixture.name} changed at the clone merges as if changed here`, () => {
    const local = new FakeSide(PROGRAM);
    const { device, clone, deviceHeap, cloneHeap } = pair();
    // Made in one place, so that the stacks of errors are equal.
    const [localRoot, root] = [local, device].map((side) => fixture.make(side));
    const localObjects = objectsOf([localRoot], local);
    const localResult = mutate(localRoot, local);

    const objects = objectsOf([root], device);
    for (let round = 0; round < 2; round++) {
      const [arrived] = cloneHeap.accept(deviceHeap.capture([root]).packet);
      const result = round === 0 ? mutate(arrived, clone) : undefined;
      const [merged, back] = deviceHeap.accept(cloneHeap.capture([arrived, result]).packet);
      assertEquals(merged === root, true);
      if (round > 0) continue;
      assertEquals(
        graphOf([root, back], device, objects),
        graphOf([localRoot, localResult], local, localObjects),
      );
    }
    const expected = graphOf([localRoot], local, localObjects);
    assertEquals(graphOf([root], device, objects), expected, "the second round changed something");
  });
}

Deno.test("what is born at the clone may use built-ins and symbols that an earlier migration named", () => {
  const { deviceHeap, cloneHeap } = pair();
  const early = { [Symbol.iterator]: Symbol.for("early"), max: Math.max };
  const fresh = () => ({ [Symbol.iterator]: Symbol.for("early"), max: Math.max });
  cloneHeap.accept(deviceHeap.capture([early]).packet);
  deviceHeap.accept(cloneHeap.capture([]).packet);
  cloneHeap.accept(deviceHeap.capture([{ nothing: "of that" }]).packet);
  const [born] = deviceHeap.accept(cloneHeap.capture([fresh()]).packet);
  assertEquals(born, fresh());
});

Deno.test("built-ins that are as they were again are so at the clone too, and where a session starts over", () => {
  const { device, clone } = pair();
  const reset: object[] = [];
  let keys: PropertyKey[] = [];
  const patched = { changedBuiltins: () => keys.length > 0 ? [Math] : [], changedKeys: () => keys };
  const deviceHeap = new SessionHeap({
    side: "device",
    values: { ...device.values, ...patched },
    code: device,
  });
  const resetBuiltin = (builtin: object) => reset.push(builtin);
  const cloneHeap = new SessionHeap({
    side: "clone",
    values: { ...clone.values, ...patched, resetBuiltin },
    code: clone,
  });
  const resetBy = (changed: PropertyKey[]) => {
    keys = changed;
    cloneHeap.accept(deviceHeap.capture([1]).packet);
    deviceHeap.accept(cloneHeap.capture([]).packet);
    return reset.splice(0);
  };
  assertEquals(resetBy(["PI"]), [Math]);
  assertEquals(resetBy(["PI"]), []);
  assertEquals(resetBy([]), [Math]);
  assertEquals(resetBy([]), []);
  resetBy(["PI"]);
  deviceHeap.reset();
  keys = [];
  const { packet } = deviceHeap.capture([1]);
  // As they still are there.
  keys = ["PI"];
  cloneHeap.accept(packet);
  assertEquals(reset, [Math]);
});
