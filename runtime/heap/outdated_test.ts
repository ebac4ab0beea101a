import { assertEquals } from "./assert_test.ts";
import { pair } from "./pair_test.ts";

interface Shared {
  list: number[];
  map: Map<string, unknown>;
  made?: { born: string };
}

function returned(change: (shared: Shared) => void): string | undefined {
  const { deviceHeap, cloneHeap } = pair();
  const shared: Shared = { list: [1], map: new Map([["a", 1]]) };
  const [arrived] = cloneHeap.accept(deviceHeap.capture([shared]).packet) as [Shared];
  arrived.list.push(2);
  arrived.made = { born: "there" };
  cloneHeap.capture([arrived], { rootNames: ["result"] });
  change(arrived);
  return cloneHeap.outdated();
}

Deno.test("outdated() tells what changed after the return was captured, and nothing else", () => {
  assertEquals(returned(() => {}), undefined);
  assertEquals(returned(({ list }) => list.push(3)), "result.list");
  assertEquals(returned(({ map }) => map.set("a", 2)), "result.map");
  assertEquals(returned(({ made }) => made!.born = "later"), "result.made");
  assertEquals(returned((shared) => shared.made = { born: "anew" }), "result");
});
