import { assertEquals } from "./assert_test.ts";
import { pair } from "./pair_test.ts";

Deno.test("table() leaves out what stayed as it was first when it may not show all", () => {
  const { deviceHeap, cloneHeap } = pair();
  const list = Array.from({ length: 50 }, (_, i) => ({ i }));
  deviceHeap.capture([list], { rootNames: ["list"] });
  const whole = deviceHeap.table();
  assertEquals(deviceHeap.tableSize(), whole.length);
  assertEquals(whole.find(({ path }) => path === "list[49]")?.state, "migrated");
  assertEquals(deviceHeap.table(3).length, 3);
  deviceHeap.reset();

  const [there] = cloneHeap.accept(deviceHeap.capture([list]).packet) as [{ i: number }[]];
  there[40]!.i = -1;
  cloneHeap.capture([there]);
  const few = cloneHeap.table(5);
  assertEquals(few.length, 5);
  assertEquals(few.filter(({ state }) => state === "changed").length, 1);
  assertEquals(few.map(({ mid }) => mid), few.map(({ mid }) => mid).sort((a, b) => a! - b!));
});

Deno.test("table() is made in time that grows with the heap, not with its square", () => {
  const { deviceHeap } = pair();
  const list = Array.from({ length: 30_000 }, (_, i) => [i]);
  deviceHeap.capture([list, new Set(list), new Map(list.map((item) => [item, item]))]);
  const started = performance.now();
  assertEquals(deviceHeap.table().length > 30_000, true);
  // Searching the list for each element takes minutes.
  assertEquals(performance.now() - started < 10_000, true);
});
