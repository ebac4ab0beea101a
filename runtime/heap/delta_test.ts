import assert from "node:assert/strict";
import { FakeSide } from "./fake_side_test.ts";
import { SessionHeap } from "./mod.ts";
import { pair } from "./pair_test.ts";
import { PROGRAM, SITE } from "./program_test.ts";

interface Item {
  id: number;
  text: string;
  next: Item | null;
  tags: unknown[];
}

/** As many arrays again; 200 B of a packet for each item. */
function heap(items: number): Item {
  let item: Item | null = null;
  for (let id = 0; id < items; id++) item = { id, text: `${id} `.repeat(30), next: item, tags: [id, item] };
  return item!;
}

for (const [layouts, items] of [[false, 50_000], [true, 5_000]] as const) {
  const how = layouts ? "by layouts" : "by descriptors";
  Deno.test(`capture() sends of ${2 * items} objects only what changed, ${how}`, () => {
    const device = new FakeSide(PROGRAM, layouts), clone = new FakeSide(PROGRAM);
    const deviceHeap = new SessionHeap({ side: "device", values: device.values, code: device });
    const cloneHeap = new SessionHeap({ side: "clone", values: clone.values, code: clone });
    const root = heap(items);
    const out = () => {
      const { packet } = deviceHeap.capture([root]);
      return { bytes: packet.length, root: cloneHeap.accept(packet)[0] as Item };
    };
    const home = (result: unknown) => {
      const { packet } = cloneHeap.capture([result]);
      deviceHeap.accept(packet);
      return packet.length;
    };

    const first = out();
    assert(first.bytes > 160 * items, `${first.bytes} B at first`);
    assert(home(first.root) <= 1_000, "unchanged, back");

    const second = out();
    assert(second.bytes <= 20_000, `${second.bytes} B for an unchanged heap`);
    second.root.next!.next!.text = "changed there";
    assert(home(second.root) <= 1_000, "one changed field, back");
    assert.equal(root.next!.next!.text, "changed there");

    root.next!.tags[0] = "changed here";
    root.next!.next!.next!.next = { id: -1, text: "born here", next: root, tags: [] };
    const third = out();
    assert(third.bytes <= 1_000, `${third.bytes} B for two changes`);
    assert.equal(third.root.next!.tags[0], "changed here");
    const born = third.root.next!.next!.next!.next!;
    assert.equal(born.text, "born here");
    assert.equal(born.next, third.root);
    home(third.root);

    // What isn't a value changed: only a look at descriptors or layouts shows it.
    Object.freeze(root.next!.tags);
    Object.setPrototypeOf(root.next!.next!, null);
    Object.defineProperty(root.next!.next!.next!, "text", { enumerable: false });
    const { next } = out().root;
    assert(Object.isFrozen(next!.tags));
    assert.equal(Object.getPrototypeOf(next!.next), null);
    assert(!Object.keys(next!.next!.next!).includes("text"));
  });
}

Deno.test("capture() tells a replaced surrogate from a lone one, here and there", () => {
  const device = new FakeSide(PROGRAM, true), clone = new FakeSide(PROGRAM);
  const deviceHeap = new SessionHeap({ side: "device", values: device.values, code: device });
  const values = { ...clone.values, takeRedefined: () => [] };
  const cloneHeap = new SessionHeap({ side: "clone", values, code: clone });
  const [replaced, lone] = ["\ufffd".repeat(100), "\ud800".repeat(100)];
  const root = [replaced, "as it was".repeat(100)];
  deviceHeap.accept((cloneHeap.accept(deviceHeap.capture([root]).packet), cloneHeap.capture([])).packet);
  root[0] = lone;
  const [there] = cloneHeap.accept(deviceHeap.capture([root]).packet) as [string[]];
  assert.equal(there[0], lone);
  there[0] = replaced;
  deviceHeap.accept(cloneHeap.capture([there]).packet);
  assert.equal(root[0], replaced);
});

Deno.test("capture() sends home at once what inherits private names from farther along", () => {
  const { device, deviceHeap, cloneHeap } = pair();
  const middle = {}, end = Object.create(middle), point = new (device.class(SITE.Point))(1, 2);
  const root = [middle, end, point];
  const [there] = cloneHeap.accept(deviceHeap.capture([root]).packet) as [object[]];
  Object.setPrototypeOf(there[0], there[2]!);
  deviceHeap.accept(cloneHeap.capture([there]).packet);
  assert.equal(Object.getPrototypeOf(middle), point);
  assert.equal(deviceHeap.capture([root]).objects, 0);
});

/** Large things, and one small change to each. */
const largeThings: Readonly<Record<string, readonly [make: () => any, change: (thing: any) => void]>> = {
  "an array's element": [
    () => Array.from({ length: 5_000 }, (_, i) => `${i} `.repeat(30)),
    (list) => list[2_000] = "changed",
  ],
  "an array's order": [() => Array.from({ length: 50_000 }, (_, i) => i), (list) => list.push(list.shift())],
  "a hole in an array": [() => Array.from({ length: 50_000 }, (_, i) => i), (list) => delete list[9_000]],
  "a Map's value": [
    () => new Map(Array.from({ length: 20_000 }, (_, i) => [`key ${i}`, { i }])),
    (map) => map.set("key 700", map),
  ],
  "a Map's order": [
    () => new Map(Array.from({ length: 20_000 }, (_, i) => [i, `value ${i}`])),
    (map) => map.delete(700) && map.set(700, "value 700"),
  ],
  "a Set's member": [
    () => new Set(Array.from({ length: 20_000 }, (_, i) => `member ${i}`)),
    (set) => set.delete("member 5") && set.add("member 5,000"),
  ],
  "a property of many": [
    () => Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`key ${i}`, `value ${i}`])),
    (object) => object["key 900"] = null,
  ],
  "a buffer's length": [
    () => new Uint8Array(new ArrayBuffer(100_000, { maxByteLength: 200_000 })).fill(3),
    (view) => view.buffer.resize(80_000),
  ],
};

for (const [what, [make, change]] of Object.entries(largeThings)) {
  Deno.test(`capture() sends ${what} alone, there and back`, () => {
    const { deviceHeap, cloneHeap } = pair();
    const here = { thing: make() }, wanted = { thing: make() };
    const first = deviceHeap.capture([here]);
    assert(first.bytes > 50_000, `${first.bytes} B at first`);
    const [there] = cloneHeap.accept(first.packet) as [typeof here];
    change(there.thing);
    change(wanted.thing);
    const home = cloneHeap.capture([]);
    assert(home.bytes < 200, `${home.bytes} B home`);
    assert(home.explain().byRoot.every(({ bytes }) => bytes < 200));
    deviceHeap.accept(home.packet);
    assertSame(here.thing, wanted.thing);
    change(here.thing);
    change(wanted.thing);
    const out = deviceHeap.capture([here]);
    assert(out.bytes < 200, `${out.bytes} B out again`);
    assert.equal(cloneHeap.accept(out.packet)[0], there);
    assertSame(there.thing, wanted.thing);
  });
}

/** Order included, which `deepEqual` alone doesn't look at. */
function assertSame(given: any, wanted: any): void {
  if (given instanceof Map || given instanceof Set) assert.equal([...given].length, wanted.size);
  if (given instanceof Map) assert.deepEqual([...given.keys()], [...wanted.keys()]);
  else if (given instanceof Set) assert.deepEqual([...given], [...wanted]);
  else assert.deepEqual(given, wanted);
}

interface Collections {
  readonly map: Map<unknown, unknown> & { own?: unknown };
  readonly set: Set<unknown> & { own?: unknown };
}

const collectionChanges: Readonly<Record<string, (root: Collections) => void>> = {
  "a value": ({ map }) => map.set("b", -0),
  "a member by one like it": ({ set }) => (set.delete("c"), set.add("C")),
  "one object by another": ({ map, set }) => map.set("a", [...set][0]),
  "the order": ({ map, set }) => {
    for (const each of [map, set]) each.delete("a");
    map.set("a", {});
    set.add("a");
  },
  "a property of its own": ({ map, set }) => map.own = set.own = 1,
  "the prototype": ({ map, set }) => [map, set].forEach((each) => Object.setPrototypeOf(each, null)),
  "whether it can be extended": ({ map, set }) =>
    Object.preventExtensions(map) && Object.preventExtensions(set),
};

for (const [what, change] of Object.entries(collectionChanges)) {
  Deno.test(`capture() tells that ${what} of a Map and a Set changed, here and there`, () => {
    const make = (): Collections => ({
      map: new Map<unknown, unknown>([["a", {}], ["b", 0], ["c", "c"]]),
      set: new Set<unknown>([{}, "a", "b", "c"]),
    });
    for (const isHere of [true, false]) {
      const { deviceHeap, cloneHeap } = pair();
      const here = make(), wanted = make();
      change(wanted);
      const there = cloneHeap.accept(deviceHeap.capture([here]).packet)[0] as Collections;
      if (!isHere) change(there);
      const home = cloneHeap.capture([there]);
      if (isHere) assert.equal(home.objects, 0);
      deviceHeap.accept(home.packet);
      cloneHeap.acknowledged();
      if (isHere) change(here);
      const again = deviceHeap.capture([here]);
      const changed = cloneHeap.accept(again.packet)[0];
      if (!isHere) assert.equal(again.objects, 0);
      for (const side of [here, changed]) assertLike(side as Collections, wanted);
    }
  });
}

function assertLike(given: Collections, wanted: Collections): void {
  assert.deepEqual([...Map.prototype.entries.call(given.map)], [...Map.prototype.entries.call(wanted.map)]);
  assert.deepEqual([...Set.prototype.values.call(given.set)], [...Set.prototype.values.call(wanted.set)]);
  for (const name of ["map", "set"] as const) {
    assert.equal(given[name].own, wanted[name].own);
    assert.equal(Object.getPrototypeOf(given[name]), Object.getPrototypeOf(wanted[name]));
    assert.equal(Object.isExtensible(given[name]), Object.isExtensible(wanted[name]));
  }
}
