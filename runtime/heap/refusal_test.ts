import { assertEquals } from "./assert_test.ts";
import { AbsentThing, type FakeSide, hostThing } from "./fake_side_test.ts";
import { Refusal } from "./mod.ts";
import { pair } from "./pair_test.ts";

/** What can't travel, with the exact message. */
const REFUSED: readonly (readonly [name: string, make: (side: FakeSide) => unknown, message: string])[] = [
  [
    "host object",
    () => hostThing(),
    "args[0]: a host object can't travel; keep the host out of what migrates",
  ],
  [
    "proxy",
    () => new Proxy({}, {}),
    "args[0]: a proxy object can't travel; keep the proxy out of what migrates",
  ],
  [
    "callable proxy",
    () => new Proxy(() => 1, {}),
    "args[0]: a proxy object can't travel; keep the proxy out of what migrates",
  ],
  [
    "promise",
    () => Promise.resolve(),
    "args[0]: a promise object can't travel; keep the promise out of what migrates",
  ],
  [
    "generator in progress",
    () => (function* () {})(),
    "args[0]: a generator object can't travel; keep the generator out of what migrates",
  ],
  [
    "weak map",
    () => new WeakMap(),
    "args[0]: a weakmap object can't travel; keep the weakmap out of what migrates",
  ],
  [
    "shared buffer",
    () => new SharedArrayBuffer(1),
    "args[0]: a sharedarraybuffer object can't travel; keep the sharedarraybuffer out of what migrates",
  ],
  [
    "map iterator",
    () => new Map().keys(),
    "args[0]: a mapiterator object can't travel; keep the mapiterator out of what migrates",
  ],
  [
    "foreign function",
    () => () => 1,
    "args[0]: a function that can't be asked can't travel; move it into a module of the app",
  ],
  [
    "bound foreign function",
    (side) => side.bind(() => 1, null),
    "args[0]: a function that can't be asked can't travel; move it into a module of the app",
  ],
  [
    "view outside its buffer",
    () => {
      const buffer = new ArrayBuffer(8, { maxByteLength: 8 });
      const view = new Uint8Array(buffer, 4, 4);
      buffer.resize(2);
      return view;
    },
    "args[0]: a view that lies outside its shrunken buffer can't travel; grow the buffer again or drop the view",
  ],
];

for (const [name, make, message] of REFUSED) {
  Deno.test(`capture() refuses a ${name} as an argument`, () => {
    const { device, deviceHeap } = pair();
    let refusal: unknown;
    try {
      deviceHeap.capture([[make(device)]], { rootNames: ["args"] });
    } catch (error) {
      refusal = error;
    }
    assertEquals((refusal as Error)?.message, `Cannot capture ${message}`);
    assertEquals(refusal instanceof Refusal, true);
  });
}

Deno.test("capture() leaves behind deep down what can't travel, and it keeps its identity", () => {
  const { deviceHeap, cloneHeap } = pair();
  const thing = hostThing();
  const root: Record<string, any> = { deep: { thing }, again: thing };
  const [arrived] = cloneHeap.accept(deviceHeap.capture([root], { rootNames: ["this"] }).packet) as [any];
  const absent = arrived.deep.thing;
  assertEquals(absent instanceof AbsentThing, true);
  assertEquals([absent.what, absent.path], ["a host object", "this.again"]);
  assertEquals(arrived.again === absent, true);
  arrived.moved = absent;
  delete arrived.deep;
  deviceHeap.accept(cloneHeap.capture([1]).packet);
  assertEquals(root.moved === thing && !("deep" in root), true);
});

Deno.test("capture() refuses everywhere when nothing may be absent", () => {
  const { deviceHeap } = pair({ device: { absent: false } });
  let path = "";
  try {
    deviceHeap.capture([{ a: { b: hostThing() } }], { rootNames: ["this"] });
  } catch (error) {
    path = (error as Refusal).path;
  }
  assertEquals(path, "this.a.b");
});

Deno.test("capture() at the clone refuses what was born there and can't travel", () => {
  const { deviceHeap, cloneHeap } = pair();
  const [arrived] = cloneHeap.accept(deviceHeap.capture([{}]).packet) as [any];
  arrived.map = new Map([["k", { deep: Promise.resolve() }]]);
  let path = "";
  try {
    cloneHeap.capture([arrived], { rootNames: ["result"] });
  } catch (error) {
    path = (error as Refusal).path;
  }
  assertEquals(path, 'result.map<"k">.deep');
});
