import { assertEquals } from "./assert_test.ts";
import { FakeScope, FakeSide } from "./fake_side_test.ts";
import { referencedCode, SessionHeap, summary } from "./mod.ts";
import { pair } from "./pair_test.ts";
import { PROGRAM, SITE } from "./program_test.ts";

Deno.test("explain() attributes bytes by root, path and class and says why an object travelled", () => {
  const { device, deviceHeap } = pair();
  const leaf = { text: "x".repeat(1000) };
  const entry = device.closure(SITE.increment, [new FakeScope(0, [{ counter: 1 }])]);
  const { packet, explain } = deviceHeap.capture([entry, [{ list: [leaf] }, new Map([["k", leaf]])]], {
    rootNames: ["entry", "args"],
  });
  const explanation = explain();
  assertEquals(explanation.packetBytes, packet.length);
  assertEquals(explanation.byRoot.map(({ name }) => name), ["args", "entry"]);
  assertEquals(explanation.byRoot[0]!.bytes > 1000, true);
  assertEquals(explanation.why(leaf), 'args[1]<"k">');
  assertEquals(explanation.why({}), undefined);
  assertEquals(explanation.byModule.map(({ name }) => name), ["m"]);
  assertEquals(explanation.byClass.find(({ name }) => name === "Map")!.objects, 1);
});

Deno.test("explain() counts the bytes of large buffers, and names modules for what their state leads to", () => {
  const { device, deviceHeap } = pair();
  const table = new Float64Array(10_000);
  const entry = device.closure(SITE.increment, [new FakeScope(0, [{ table }])]);
  const capture = deviceHeap.capture([entry, [{ big: "x".repeat(1000) }]], { rootNames: ["entry", "args"] });
  const { root, path, class: classes, module } = summary(capture.explain(), 1);
  assertEquals([root[0]!.name, root[0]!.bytes > 80_000], ["entry", true]);
  assertEquals([path[0]!.name, path[0]!.bytes > 80_000], ["entry→v0_0", true]);
  assertEquals([classes[0]!.name, classes[0]!.bytes > 80_000], ["ArrayBuffer", true]);
  assertEquals([module[0]!.name, module[0]!.bytes > 80_000], ["m", true]);
  assertEquals(root[1], { name: "1 others", bytes: capture.explain().byRoot[1]!.bytes, objects: 4 });
});

Deno.test("explain() takes a long list", () => {
  const side = new FakeSide(PROGRAM);
  const deviceHeap = new SessionHeap({ side: "device", values: side.values, code: side });
  let head: unknown = null;
  for (let i = 0; i < 20_000; i++) head = { head };
  const { byRoot } = deviceHeap.capture([[head]], { rootNames: ["args"] }).explain();
  assertEquals(byRoot.map(({ name, objects }) => [name, objects >= 20_000]), [["args", true]]);
});

Deno.test("referencedCode() lists what a packet needs, from its front", () => {
  const { device, deviceHeap, cloneHeap } = pair();
  const Point = device.class(SITE.Point);
  const root = [device.closure(SITE.increment, [new FakeScope(0, [0])]), new Point(1, 2)];
  const { packet, modules, sites, scopes } = deviceHeap.capture([root]);
  assertEquals(referencedCode(packet), { modules, sites, scopes });
  assertEquals([modules, scopes], [["m"], [{ module: "m", scope: 0 }]]);
  assertEquals(sites.map(({ site }) => site).sort(), [SITE.increment, SITE.Point]);
  deviceHeap.accept(cloneHeap.capture(cloneHeap.accept(packet)).packet);
  assertEquals(referencedCode(deviceHeap.capture([root]).packet).sites, []);
});

Deno.test("accept() lets live iterators over a Map and a Set go on as after local edits", () => {
  const visit = (
    edit: (map: Map<number, number>, set: Set<number>) => [Map<number, number>, Set<number>],
  ) => {
    const map = new Map([[1, 1], [2, 2], [3, 3], [4, 4]]), set = new Set([1, 2, 3, 4]);
    const keys = map.keys(), members = set.values();
    const seen = [keys.next().value, keys.next().value, members.next().value, members.next().value];
    edit(map, set);
    return [...seen, ...keys, ...members];
  };
  const change = (map: Map<number, number>, set: Set<number>): [Map<number, number>, Set<number>] => {
    map.delete(1);
    map.set(5, 5);
    map.delete(3);
    map.set(3, 3);
    map.set(2, 9);
    set.delete(2);
    set.add(2);
    return [map, set];
  };
  const migrated = visit((map, set) => {
    const { deviceHeap, cloneHeap } = pair();
    const [arrived] = cloneHeap.accept(deviceHeap.capture([[map, set]]).packet) as [[any, any]];
    change(...arrived);
    deviceHeap.accept(cloneHeap.capture([]).packet);
    return [map, set];
  });
  assertEquals(migrated, visit(change));
});

Deno.test("relax() lets objects go and keeps the ids of those that live", () => {
  const { deviceHeap, cloneHeap } = pair();
  const root = { list: [{ x: 1 }] };
  deviceHeap.accept(cloneHeap.capture(cloneHeap.accept(deviceHeap.capture([root]).packet)).packet);
  deviceHeap.relax();
  root.list.push({ x: 2 });
  const again = deviceHeap.capture([root]);
  assertEquals(again.objects, 2);
  const [arrived] = cloneHeap.accept(again.packet);
  assertEquals(arrived, { list: [{ x: 1 }, { x: 2 }] });
});
