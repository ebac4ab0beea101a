import { assertEquals } from "./assert_test.ts";
import { pair } from "./pair_test.ts";

/** MID and CID of each row. */
function ids(table: readonly { mid: number | null; cid: number | null }[]) {
  return table.map(({ mid, cid }) => [mid, cid]);
}

Deno.test("table() shows the rows of Figure 7 at each step", () => {
  const { deviceHeap, cloneHeap } = pair({ device: { observed: true }, clone: { firstId: 11 } });
  // Null prototypes, so that the three objects are all there is.
  const node = () => Object.create(null) as Record<string, any>;
  const [one, two, three] = [node(), node(), node()];
  one.next = two;
  one.other = three;

  const { packet } = deviceHeap.capture([one], { rootNames: ["one"] });
  const out = deviceHeap.table();
  assertEquals(ids(out), [[1, null], [2, null], [3, null]]);
  assertEquals(out.map(({ path, state }) => `${path} ${state}`), [
    "one migrated",
    "one.next migrated",
    "one.other migrated",
  ]);

  const [arrived] = cloneHeap.accept(packet) as [Record<string, any>];
  assertEquals(ids(cloneHeap.table()), [[1, 11], [2, 12], [3, 13]]);

  // The second object dies; two are born, the first of them where the dead one was held.
  arrived.next = node();
  arrived.other.born = node();
  arrived.other.touched = true;
  const back = cloneHeap.capture([arrived], { rootNames: ["one"] });
  const returning = cloneHeap.table();
  assertEquals(ids(returning), [[1, 11], [2, 12], [3, 13], [null, 14], [null, 15]]);
  assertEquals(returning.map(({ state }) => state), ["changed", "dead", "changed", "new", "new"]);

  deviceHeap.accept(back.packet);
  const merged = deviceHeap.table();
  assertEquals(ids(merged), [[1, 11], [2, 12], [3, 13], [4, 14], [5, 15]]);
  assertEquals(merged.map(({ state }) => state), ["changed", "dead", "changed", "new", "new"]);
  assertEquals(one.other, three);
  assertEquals(three.touched, true);
  assertEquals(one.next !== two, true, "the new object takes the place, not the identity, of the dead one");
  assertEquals(Reflect.ownKeys(two), []);

  cloneHeap.acknowledged();
  assertEquals(ids(cloneHeap.table()), [[1, 11], [2, 12], [3, 13], [4, 14], [5, 15]]);
});

Deno.test("accept() merges changes of an object that nothing at the clone holds any more", () => {
  const { deviceHeap, cloneHeap } = pair();
  const inner: Record<string, unknown> = { value: 1 };
  const root: Record<string, unknown> = { inner };
  const [arrived] = cloneHeap.accept(deviceHeap.capture([root]).packet) as [any];
  arrived.inner.value = { fresh: true };
  delete arrived.inner;
  deviceHeap.accept(cloneHeap.capture([arrived]).packet);
  assertEquals(root, {});
  assertEquals(inner, { value: { fresh: true } });
});

Deno.test("capture() names what the clone has and sends only what changed", () => {
  const { deviceHeap, cloneHeap } = pair();
  const objects = Array.from({ length: 100_000 }, (_, i) => ({ i, text: `object number ${i}` }));
  const first = deviceHeap.capture([objects]);
  const [arrived] = cloneHeap.accept(first.packet) as [typeof objects];
  arrived[77_777]!.text = "changed";
  const back = cloneHeap.capture([undefined]);
  assertEquals(back.objects, 1);
  assertEquals(back.packet.length < 1024, true, `${back.packet.length} bytes back`);
  deviceHeap.accept(back.packet);
  assertEquals(objects[77_777]!.text, "changed");

  const second = deviceHeap.capture([objects]);
  assertEquals([second.objects, second.named], [0, first.objects]);
  assertEquals(second.packet.length < 20_000, true, `${second.packet.length} bytes the second time`);
  const [again] = cloneHeap.accept(second.packet);
  assertEquals(again === arrived, true);
});

Deno.test("capture() while a migration is out supplements it", () => {
  const { deviceHeap, cloneHeap } = pair();
  const root: Record<string, any> = { a: 1 }, more: Record<string, any> = { root };
  const [arrived] = cloneHeap.accept(deviceHeap.capture([root]).packet) as [any];
  arrived.a = 2;
  const [supplement] = cloneHeap.accept(deviceHeap.capture([more]).packet) as [any];
  assertEquals(supplement.root === arrived, true);
  assertEquals(arrived.a, 2, "what the clone changed stays changed");
  supplement.b = arrived;
  deviceHeap.accept(cloneHeap.capture([1]).packet);
  assertEquals(root, { a: 2 });
  assertEquals(more.b === root, true);
});

Deno.test("reset() makes the next packet start over", () => {
  const { deviceHeap, cloneHeap } = pair();
  const root = { list: [1, 2] };
  cloneHeap.accept(deviceHeap.capture([root]).packet);
  deviceHeap.reset();
  const again = deviceHeap.capture([root]);
  assertEquals([again.objects > 1, again.named], [true, 0]);
  const other = pair().cloneHeap;
  const [arrived] = other.accept(again.packet) as [any];
  arrived.list.push(3);
  deviceHeap.accept(other.capture([]).packet);
  assertEquals(root, { list: [1, 2, 3] });
});

Deno.test("conflict() tells what another flow changed", () => {
  const { deviceHeap, cloneHeap } = pair();
  const root = { list: [{ x: 1 }], map: new Map([["k", 1]]) };
  const { packet } = deviceHeap.capture([root], { rootNames: ["this"] });
  cloneHeap.accept(packet);
  assertEquals(deviceHeap.conflict(), undefined);
  root.list[0]!.x = 2;
  assertEquals(deviceHeap.conflict(), "this.list[0]");
  root.list[0]!.x = 1;
  assertEquals(deviceHeap.conflict(), undefined);
  root.map.set("k", {} as number);
  assertEquals(deviceHeap.conflict(), "this.map");
});

Deno.test("capture() and accept() carry a list of two million nodes", () => {
  const { deviceHeap, cloneHeap } = pair();
  let head: { next: unknown } | null = null;
  for (let i = 0; i < 2_000_000; i++) head = { next: head };
  let [node] = cloneHeap.accept(deviceHeap.capture([head]).packet) as [any];
  let count = 0;
  for (; node !== null; node = node.next) count++;
  assertEquals(count, 2_000_000);
});
