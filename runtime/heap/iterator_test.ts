import fc from "fast-check";
import { assertEquals } from "./assert_test.ts";
import { pair } from "./pair_test.ts";
import { AbsentThing } from "./fake_side_test.ts";

interface Heap {
  maps: Map<unknown, unknown>[];
  sets: Set<unknown>[];
  iterators: IteratorObject<unknown>[];
  /** What iterators gave, in order. */
  given: unknown[];
}

type Step = (heap: Heap) => void;

const stepIterator = (heap: Heap, nth: number) => {
  if (heap.iterators.length === 0) return;
  const { done, value } = heap.iterators[nth % heap.iterators.length]!.next();
  heap.given.push(done === true, Array.isArray(value) ? [...value] : value);
};

/** What a program does with iterators, one step each. */
const steps = fc.record({
  act: fc.constantFrom("set", "delete", "clear", "again", "open", "next", "next", "next", "end", "drop"),
  nth: fc.nat(3),
  gives: fc.constantFrom("keys", "values", "entries" as const),
  over: fc.constantFrom("maps", "sets" as const),
  key: fc.nat(5),
}).map(({ act, nth, gives, over, key }): { readonly name: string; readonly run: Step } => ({
  name: `${act} ${over} ${nth} ${gives} ${key}`,
  run(heap) {
    const list = heap[over];
    const collection = list[nth % list.length]!;
    const put = (k: unknown) => collection instanceof Map ? collection.set(k, { k }) : collection.add(k);
    if (act === "set") put(key);
    else if (act === "delete") collection.delete(key);
    else if (act === "clear") collection.clear();
    else if (act === "again") {
      collection.delete(key);
      put(key);
    } else if (act === "open") heap.iterators.push((collection[gives] as any)());
    else if (act === "next") stepIterator(heap, key);
    else if (act === "end") heap.given.push([...heap.iterators[key % heap.iterators.length] ?? []].length);
    else heap.iterators.splice(key, 1);
  },
}));

function freshHeap(): Heap {
  const object = { an: "object" };
  return {
    maps: [new Map<unknown, unknown>([[1, 1], ["b", object], [object, "c"]]), new Map(), new Map([[1, 2]])],
    sets: [new Set([1, "b", object]), new Set()],
    iterators: [],
    given: [],
  };
}

/** All that a program can still see. */
function seen({ maps, sets, iterators, given }: Heap): unknown {
  const rest = iterators.map((iterator) => [Object.prototype.toString.call(iterator), ...iterator as never]);
  return [maps.map((map) => [...map]), sets.map((set) => [...set]), rest, given];
}

Deno.test("Map and Set iterators in progress go on as they would have, wherever they are stepped", () => {
  let moved = 0;
  fc.assert(
    fc.property(fc.array(fc.array(steps, { maxLength: 6 }), { minLength: 2, maxLength: 6 }), (turns) => {
      const local = freshHeap(), here = freshHeap();
      const { deviceHeap, cloneHeap } = pair();
      const identities = [...here.maps, ...here.sets];
      turns.forEach((turn, i) => {
        for (const { run } of turn) run(local);
        if (i % 2 === 0) return turn.forEach(({ run }) => run(here));
        const before = [...here.iterators];
        const [arrived] = cloneHeap.accept(deviceHeap.capture([here]).packet) as [Heap];
        for (const { run } of turn) run(arrived);
        const left = arrived.iterators.map((iterator) => cloneOrder(arrived, iterator));
        deviceHeap.accept(cloneHeap.capture([]).packet);
        assertEquals(here.iterators.map((iterator) => cloneOrder(here, iterator)), left);
        moved += before.filter((iterator) => here.iterators.includes(iterator)).length;
      });
      assertEquals(seen(here), seen(local));
      assertEquals([...here.maps, ...here.sets].every((one, i) => one === identities[i]), true);
    }),
    { numRuns: 300 },
  );
  assertEquals(moved > 50, true, `only ${moved} iterators migrated`);
});

/** The first place of an iterator in its list. */
function cloneOrder(heap: Heap, iterator: IteratorObject<unknown>): number {
  return heap.iterators.indexOf(iterator);
}

Deno.test("an iterator over a collection that isn't reached stays behind", () => {
  for (const others of [[], [new Map([[3, 4]])]]) {
    const { deviceHeap, cloneHeap } = pair();
    const map = new Map([[1, 2]]);
    const root = { open: map.values(), others };
    const [arrived] = cloneHeap.accept(deviceHeap.capture([root], { rootNames: ["this"] }).packet) as [any];
    assertEquals(
      [arrived.open instanceof AbsentThing, arrived.open.what, arrived.open.path],
      [true, "an iterator over a Map that isn't reached", "this.open"],
    );
    deviceHeap.accept(cloneHeap.capture([]).packet);
    assertEquals([...root.open], [2]);
  }
});

Deno.test("an iterator at the end of a collection sees what is added to it, wherever that happens", () => {
  const { deviceHeap, cloneHeap } = pair();
  const set = new Set([1]), ended = set.values(), open = set.values(), others = [new Set(), new Set([1])];
  for (let i = 0; i < 2; i++) ended.next();
  open.next();
  const root = { ended, open, others, set };
  for (const added of [2, 3]) {
    const [arrived] = cloneHeap.accept(deviceHeap.capture([root]).packet) as [any];
    arrived.set.add(added);
    assertEquals([arrived.ended.next().done, arrived.open.next().value], [true, added]);
    deviceHeap.accept(cloneHeap.capture([]).packet);
  }
  set.add(4);
  assertEquals([[...ended], [...open]], [[], [4]]);
});

Deno.test("an iterator goes on over a collection that a later migration reaches by it alone", () => {
  const { deviceHeap, cloneHeap } = pair();
  const map = new Map([["a", 1]]), root: any = { map, keys: map.keys() };
  deviceHeap.accept(cloneHeap.capture(cloneHeap.accept(deviceHeap.capture([root]).packet)).packet);
  delete root.map;
  map.set("b", 2);
  const [arrived] = cloneHeap.accept(deviceHeap.capture([root]).packet) as [any];
  assertEquals([...arrived.keys], ["a", "b"]);
  deviceHeap.accept(cloneHeap.capture([]).packet);
  map.set("c", 3);
  assertEquals(root.keys.next(), { done: true, value: undefined });
});

Deno.test("a supplement leaves iterators where the clone has them", () => {
  const { deviceHeap, cloneHeap } = pair();
  const map = new Map([[1, 1], [2, 2], [3, 3]]);
  const root = { map, keys: map.keys() };
  const [arrived] = cloneHeap.accept(deviceHeap.capture([root]).packet) as [any];
  assertEquals(arrived.keys.next().value, 1);
  const [more] = cloneHeap.accept(deviceHeap.capture([{ root, other: map.values() }]).packet) as [any];
  assertEquals([more.root === arrived, more.other.next().value, arrived.keys.next().value], [true, 1, 2]);
  deviceHeap.accept(cloneHeap.capture([]).packet);
  assertEquals(root.keys.next().value, 3);
});

Deno.test("conflict() notices an iterator that was stepped or ended here while it is away", () => {
  for (const steps of [1, 2]) {
    const { deviceHeap } = pair();
    const set = new Set([1]), root = { set, values: set.values() };
    if (steps === 2) root.values.next();
    deviceHeap.capture([root], { rootNames: ["this"] });
    assertEquals(deviceHeap.conflict(), undefined);
    root.values.next();
    assertEquals(deviceHeap.conflict(), "this.values");
  }
});

Deno.test("finding where iterators stand runs no code of the program", () => {
  const touched: string[] = [];
  class Key {
    static get name() {
      touched.push("name");
      return "Key";
    }
    get [Symbol.toStringTag]() {
      touched.push("tag");
      return "Key";
    }
  }
  const { deviceHeap, cloneHeap } = pair();
  const map = new Map<unknown, unknown>([[new Proxy({}, {}), 1], [1, new Key()], [Symbol("s"), 2]]);
  const keys = map.keys(), values = map.values(), pairs = map.entries();
  keys.next();
  pairs.next();
  const odd = Object.assign(map.keys(), { next: () => touched.push("next") });
  const root = { map, keys, values, pairs, odd };
  const [arrived] = cloneHeap.accept(deviceHeap.capture([root]).packet) as [any];
  assertEquals(touched, []);
  assertEquals([arrived.keys.next().value, arrived.pairs.next().value[0]], [1, 1]);
  assertEquals(
    [arrived.values.what, arrived.odd.what],
    [
      "a Map iterator whose next key can't be looked at",
      "an iterator with properties or a prototype of the program's",
    ],
  );
});
