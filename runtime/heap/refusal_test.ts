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
    "revoked proxy",
    () => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return proxy;
    },
    "args[0]: a revoked Proxy can't travel; drop it once it is revoked",
  ],
  [
    "bound proxy",
    (side) => side.bind(new Proxy(() => 1, {}), null),
    "args[0]: a bound Proxy can't travel; bind the function inside",
  ],
  [
    "pending promise",
    () => new Promise(() => {}),
    "args[0]: a pending Promise can't travel; await it before the method is called",
  ],
  [
    "promise with a thenable value",
    () => {
      const value: any = {};
      const promise = Promise.resolve(value);
      value.then = 1;
      return promise;
    },
    "args[0]: a Promise whose value has a then can't travel; remove the value's then",
  ],
  [
    "generator in progress",
    () => (function* () {})(),
    "args[0]: a generator in progress can't travel; collect its values into an array first",
  ],
  [
    "shared buffer",
    () => new SharedArrayBuffer(1),
    "args[0]: a SharedArrayBuffer can't travel; copy it into an ArrayBuffer: another thread could be writing it",
  ],
  [
    "map iterator",
    () => new Map().keys(),
    "args[0]: a Map iterator in progress can't travel; collect its values into an array first",
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
  arrived.map = new Map([["k", { deep: new Promise(() => {}) }]]);
  let path = "";
  try {
    cloneHeap.capture([arrived], { rootNames: ["result"] });
  } catch (error) {
    path = (error as Refusal).path;
  }
  assertEquals(path, 'result.map<"k">.deep');
});
