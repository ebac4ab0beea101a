import { types } from "node:util";
import fc from "fast-check";
import { assertEquals } from "./assert_test.ts";
import { iteratorKeeper } from "./mod.ts";
import { pair } from "./pair_test.ts";

const keep = iteratorKeeper(types.isProxy);
const ASKED = ["keys", "values", "entries", Symbol.iterator] as const;
type List = unknown[] | Uint8Array;

/** What rewritten code does for `list.keys()` and the like, where it is stored. */
const kept = (asked: number, list: any): any => keep(asked, list, list[ASKED[asked]!]());

interface Heap {
  readonly lists: List[];
  readonly iterators: Iterator<unknown>[];
  /** What iterators gave, in order. */
  readonly given: unknown[];
}

/** What a program does with arrays and their iterators, one step each. */
const steps = fc.record({
  act: fc.constantFrom(
    "push",
    "pop",
    "cut",
    "set",
    "hole",
    "throw",
    "open",
    "next",
    "next",
    "next",
    "end",
    "drop",
  ),
  nth: fc.nat(3),
  asked: fc.nat(3),
  key: fc.nat(5),
}).map(({ act, nth, asked, key }) => ({
  name: `${act} ${nth} ${asked} ${key}`,
  run(heap: Heap, open: (asked: number, list: any) => any) {
    const list = heap.lists[nth]! as unknown[];
    const iterator = heap.iterators[key % heap.iterators.length];
    if (act === "open") heap.iterators.push(open(asked, list));
    else if (act === "next") heap.given.push(iterator && given(iterator));
    else if (act === "end") heap.given.push(rest(iterator));
    else if (act === "drop") heap.iterators.splice(key, 1);
    else if (act === "set") Reflect.defineProperty(list, key, { value: key, ...ORDINARY });
    else if (!Array.isArray(list)) return;
    else if (act === "push") list.push(key, { key });
    else if (act === "pop") list.length = Math.max(0, list.length - 1);
    else if (act === "cut") list.length = Math.min(list.length, key);
    else if (act === "hole") delete list[key];
    else if (act === "throw") Object.defineProperty(list, key, { get: fails, configurable: true });
  },
}));

const ORDINARY = { writable: true, enumerable: true, configurable: true };

function fails(): never {
  throw new RangeError("no element");
}

/** One step of an iterator, whatever comes of it. */
function given(iterator: Iterator<unknown>): unknown {
  try {
    const { done, value } = iterator.next();
    return [done, Array.isArray(value) ? [...value] : value];
  } catch (error) {
    return (error as Error).message;
  }
}

function rest(iterator: Iterator<unknown> | undefined): unknown[] {
  const all: unknown[] = [];
  for (let i = 0; iterator !== undefined && i < 30; i++) all.push(given(iterator));
  return all;
}

function freshHeap(): Heap {
  return { lists: [[1, , "b", 4], [], new Uint8Array([7, 8, 9]), [{ a: 1 }]], iterators: [], given: [] };
}

function seen({ lists, iterators, given }: Heap): unknown {
  return [
    lists.map((list) => Object.keys(list)),
    iterators.map((iterator) => [Object.prototype.toString.call(iterator), rest(iterator)]),
    given,
  ];
}

Deno.test("iteratorKeeper() makes iterators that can't be told from the language's own", () => {
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 30 }), (course) => {
      const plain = freshHeap(), ours = freshHeap();
      for (const { run } of course) {
        run(plain, (asked, list) => list[ASKED[asked]!]());
        run(ours, kept);
      }
      assertEquals(seen(ours), seen(plain));
    }),
    { numRuns: 500 },
  );
  const iterator = kept(1, [1]), own = [1].values();
  assertEquals(Reflect.ownKeys(iterator), []);
  assertEquals(Object.getPrototypeOf(iterator), Object.getPrototypeOf(own));
  assertEquals([...kept(3, [1, 2])], [1, 2]);
});

Deno.test("iteratorKeeper() notices a typed array that lost its buffer as the language does", () => {
  for (
    const take of [
      (list: Uint8Array) => void structuredClone(list, { transfer: [list.buffer as ArrayBuffer] }),
      shrink,
    ]
  ) {
    const list = new Uint8Array(new ArrayBuffer(8, { maxByteLength: 8 }), 4);
    const own = list.values(), ours = kept(1, list);
    take(list);
    assertEquals(typeof given(own), "string");
    assertEquals(given(ours), given(own));
  }
});

function shrink({ buffer }: Uint8Array): void {
  (buffer as ArrayBuffer).resize(1);
}

Deno.test("iteratorKeeper() leaves alone what isn't the language's iterator over an array", () => {
  const touched: PropertyKey[] = [];
  const watched = new Proxy([1], {
    getPrototypeOf: (list) => (touched.push("prototype"), Reflect.getPrototypeOf(list)),
    getOwnPropertyDescriptor: (list, key) => (touched.push(key), Reflect.getOwnPropertyDescriptor(list, key)),
  });
  class Own extends Array {
    override values() {
      return super.values();
    }
  }
  const patched = Object.defineProperty([1], "values", { get: () => touched.push("values") });
  for (
    const source of [
      new Map(),
      null,
      1,
      "text",
      {},
      watched,
      patched,
      Own.of(1),
      Object.setPrototypeOf([1], null),
    ]
  ) {
    const given = {};
    assertEquals(keep(1, source, given), given);
  }
  assertEquals(touched, []);
  class Plain extends Array {}
  assertEquals([...kept(1, Plain.of(5)) as Iterable<unknown>], [5]);
});

Deno.test("array iterators in progress go on as they would have, wherever they are stepped", () => {
  let moved = 0;
  const calm = steps.filter(({ name }) => !name.startsWith("throw"));
  fc.assert(
    fc.property(fc.array(fc.array(calm, { maxLength: 6 }), { minLength: 2, maxLength: 6 }), (turns) => {
      const local = freshHeap(), here = freshHeap();
      const { deviceHeap, cloneHeap } = pair();
      turns.forEach((turn, i) => {
        for (const { run } of turn) run(local, kept);
        if (i % 2 === 0) return turn.forEach(({ run }) => run(here, kept));
        const before = [...here.iterators];
        const [arrived] = cloneHeap.accept(deviceHeap.capture([here]).packet) as [Heap];
        for (const { run } of turn) run(arrived, kept);
        assertEquals(deviceHeap.conflict(), undefined);
        deviceHeap.accept(cloneHeap.capture([]).packet);
        moved += before.filter((iterator) => here.iterators.includes(iterator)).length;
      });
      assertEquals(seen(here), seen(local));
    }),
    { numRuns: 150 },
  );
  assertEquals(moved > 50, true, `only ${moved} iterators migrated`);
});

Deno.test("an array iterator that stands where both sides had it isn't sent again; conflict() sees one stepped here", () => {
  const { deviceHeap, cloneHeap } = pair();
  const list = Array.from({ length: 100 }, (_, i) => i),
    root = { list, pairs: kept(2, list), note: kept(1, list) };
  Object.assign(root.note, { mine: 1 });
  root.pairs.next();
  cloneHeap.accept(deviceHeap.capture([root], { rootNames: ["this"] }).packet);
  const home = cloneHeap.capture([]);
  assertEquals(home.objects, 0);
  deviceHeap.accept(home.packet);
  const again = deviceHeap.capture([root], { rootNames: ["this"] });
  assertEquals(again.objects, 0);
  const [arrived] = cloneHeap.accept(again.packet) as [typeof root];
  assertEquals([arrived.pairs.next().value, (arrived.note as any).mine], [[1, 1], 1]);
  root.pairs.next();
  assertEquals(deviceHeap.conflict(), "this.pairs");
});
