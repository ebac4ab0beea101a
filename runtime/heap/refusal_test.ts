import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { assertEquals } from "./assert_test.ts";
import { AbsentThing, type FakeSide, hostThing } from "./fake_side_test.ts";
import { iteratorKeeper, MAX_SKIPPED } from "./kept_iterator.ts";
import * as intrinsics from "./intrinsics.ts";
import { Refusal, SessionHeap } from "./mod.ts";
import { pair } from "./pair_test.ts";
import { SITE } from "./program_test.ts";
import type { REFUSALS } from "./refusals.ts";

/** What is refused where it stands as an argument. */
interface Refused {
  /** Made on the device and captured as an argument; or a whole course of events of its own. */
  readonly make?: (side: FakeSide) => unknown;
  readonly run?: () => unknown;
  readonly message: string;
}

const keep = iteratorKeeper(() => false);
const changing = Reflect.ownKeys(Math)[0]!;

/** Captures as the only argument. */
function captureArgument(make: (side: FakeSide) => unknown): void {
  const { device, deviceHeap } = pair();
  deviceHeap.capture([[make(device)]], { rootNames: ["args"] });
}

/** One fixture for each entry of the list, with its exact message. */
const LISTED: Readonly<Record<keyof typeof REFUSALS, Refused>> = {
  sharedBuffer: {
    make: () => new SharedArrayBuffer(1),
    message:
      "args[0]: a SharedArrayBuffer can't travel; copy it into an ArrayBuffer: another thread could be writing it",
  },
  shrunkenView: {
    make() {
      const buffer = new ArrayBuffer(8, { maxByteLength: 8 });
      const view = new Uint8Array(buffer, 4, 4);
      buffer.resize(2);
      return view;
    },
    message:
      "args[0]: a view that lies outside its shrunken buffer can't travel; grow the buffer again or drop the view",
  },
  generator: {
    make: () => (function* () {})(),
    message: "args[0]: a generator in progress can't travel; collect its values into an array first",
  },
  arrayIterator: {
    make: () => [1].values(),
    message:
      "args[0]: an array iterator that wasn't stored where it was made can't travel; put it into a variable first, or collect its values into an array",
  },
  farIterator: {
    make() {
      const list = new Array(MAX_SKIPPED + 1);
      const keys = keep(0, list, list.keys()) as Iterator<number>;
      for (let i = 0; i <= MAX_SKIPPED; i++) keys.next();
      return keys;
    },
    message:
      "args[0]: an array iterator of keys or entries that has given more than a million can't travel; count with values() instead",
  },
  iterator: {
    make: () => ""[Symbol.iterator](),
    message: "args[0]: an iterator in progress can't travel; collect its values into an array first",
  },
  unreachedMap: {
    make: () => new Map().keys(),
    message:
      "args[0]: an iterator over a Map that isn't reached can't travel; let the method reach the Map too, or collect the iterator's values into an array first",
  },
  unreachedSet: {
    make: () => new Set().entries(),
    message:
      "args[0]: an iterator over a Set that isn't reached can't travel; let the method reach the Set too, or collect the iterator's values into an array first",
  },
  untoldItem: {
    run() {
      const map = new Map([[() => 1, 1]]);
      pair().deviceHeap.capture([[map.values()], map], { rootNames: ["args", "this"] });
    },
    message:
      "args[0]: a Map iterator whose next key can't be looked at can't travel; use entries() instead of keys() or values()",
  },
  oddIterator: {
    make: () => Object.assign(new Map().keys(), { note: 1 }),
    message:
      "args[0]: an iterator with properties or a prototype of the program's can't travel; keep what belongs to it in a WeakMap",
  },
  emptyRef: {
    async run() {
      const ref = (() => new WeakRef({}))();
      setFlagsFromString("--expose-gc");
      const gc = runInNewContext("gc");
      for (let round = 0; ref.deref() !== undefined && round < 20; round++) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        gc();
      }
      captureArgument(() => ref);
    },
    message: "args[0]: a WeakRef whose target is gone can't travel; drop the WeakRef when its target is gone",
  },
  pendingPromise: {
    make: () => new Promise(() => {}),
    message: "args[0]: a pending Promise can't travel; await it before the method is called",
  },
  thenable: {
    make() {
      const value: any = {};
      const promise = Promise.resolve(value);
      value.then = 1;
      return promise;
    },
    message: "args[0]: a Promise whose value has a then can't travel; remove the value's then",
  },
  revokedProxy: {
    make() {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return proxy;
    },
    message: "args[0]: a revoked Proxy can't travel; drop it once it is revoked",
  },
  proxyPrototype: {
    make: () => Object.create(new Proxy({}, {})),
    message: "args[0]: an object whose prototype is a Proxy can't travel; make the object itself a Proxy",
  },
  boundProxy: {
    make: (side) => side.bind(new Proxy(() => 1, {}), null),
    message: "args[0]: a bound Proxy can't travel; bind the function inside",
  },
  dynamicNamespace: {
    make: () => intrinsics,
    message:
      "args[0]: the namespace of a module that is only imported dynamically can't travel; import it by `import * as`",
  },
  prototypeAhead: {
    run() {
      const { device, deviceHeap, cloneHeap } = pair();
      const Point = device.class(SITE.Failure);
      const { constructor } = Point.prototype;
      delete Point.prototype.constructor;
      deviceHeap.accept(
        cloneHeap.capture(cloneHeap.accept(deviceHeap.capture([Point.prototype]).packet)).packet,
      );
      Point.prototype.constructor = constructor;
      deviceHeap.capture([[Point]], { rootNames: ["args"] });
    },
    message:
      "args[0]: a class whose prototype object migrated before it can't travel; leave the prototype's constructor property alone",
  },
  changedBuiltin: {
    run() {
      const { clone, deviceHeap } = pair();
      let keys: PropertyKey[] = [];
      const values = { ...clone.values, changedKeys: () => keys };
      const cloneHeap = new SessionHeap({ side: "clone", values, code: clone });
      cloneHeap.accept(deviceHeap.capture([[Math]], { rootNames: ["args"] }).packet);
      keys = [changing];
      cloneHeap.capture([[Math]], { rootNames: ["result"] });
    },
    message:
      "result[0]: a built-in object that was changed at the clone can't travel; change built-ins in code that doesn't migrate",
  },
};

/** What the two accesses refuse, in their words. */
const ACCESSES: Readonly<Record<string, Refused>> = {
  "host object": {
    make: () => hostThing(),
    message: "args[0]: a host object can't travel; keep the host out of what migrates",
  },
  "foreign function": {
    make: () => () => 1,
    message: "args[0]: a function that can't be asked can't travel; move it into a module of the app",
  },
  "bound foreign function": {
    make: (side) => side.bind(() => 1, null),
    message: "args[0]: a function that can't be asked can't travel; move it into a module of the app",
  },
};

for (const [name, { make, run, message }] of Object.entries({ ...LISTED, ...ACCESSES })) {
  Deno.test(`capture() refuses ${name}, and says why`, async () => {
    let refusal: unknown;
    try {
      if (make !== undefined) captureArgument(make);
      else await run!();
    } catch (error) {
      refusal = error;
    }
    assertEquals((refusal as Error)?.message, `Cannot capture ${message}`);
    assertEquals(refusal instanceof Refusal, true);
  });
}

Deno.test("nothing in runtime/heap refuses what isn't in the list", () => {
  const folder = new URL("./", import.meta.url);
  const places: string[] = [];
  for (const directory of [folder, new URL("kinds/", folder)]) {
    for (const { name, isFile } of Deno.readDirSync(directory)) {
      if (!isFile || name.endsWith("_test.ts") || name === "refusals.ts") continue;
      const text = Deno.readTextFileSync(new URL(name, directory));
      for (const [, why] of text.matchAll(/new Refusal\([^;]*, (.*)\);/g)) places.push(`${name}: ${why}`);
      if (/\bfix: ["'`]/.test(text)) places.push(`${name}: words of its own`);
    }
  }
  const listed = /: REFUSALS\.\w+$|^classify\.ts: why$/;
  assertEquals([places.length > 3, places.filter((place) => !listed.test(place))], [true, []]);
});

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

Deno.test("capture() refuses views of shared memory however deep they are: nothing would tell that one stayed behind", () => {
  const shared = new SharedArrayBuffer(8);
  const told = [new Uint8Array(shared), new Uint8Array(shared, 4), new DataView(shared)].map((view) => {
    const { deviceHeap } = pair();
    try {
      deviceHeap.capture([{ list: [new Uint8Array(2), view] }], { rootNames: ["this"] });
    } catch (error) {
      return (error as Error).message;
    }
    return "captured";
  });
  const message =
    "this.list[1]: a SharedArrayBuffer can't travel; copy it into an ArrayBuffer: another thread could be writing it";
  assertEquals(told, [message, message, message].map((text) => `Cannot capture ${text}`));
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
