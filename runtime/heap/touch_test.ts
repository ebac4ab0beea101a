import { assertEquals } from "./assert_test.ts";
import { SITE } from "./program_test.ts";
import { pair } from "./pair_test.ts";

const touches: string[] = [];
const touch = (what: string) => {
  touches.push(what);
};

/** Objects that note every time a program's code would run. */
function mines(side: ReturnType<typeof pair>["device"]) {
  const trap = Object.fromEntries(
    Reflect.ownKeys(Reflect).filter((key) => typeof key === "string").map((name) => [
      name,
      (...args: [object]) => {
        touch(`proxy ${name}`);
        return Reflect.apply(Reflect.get(Reflect, name), null, args);
      },
    ]),
  );
  const getter = {
    get x() {
      touch("getter");
      return 1;
    },
    set x(_) {
      touch("setter");
    },
    toJSON() {
      touch("toJSON");
    },
    valueOf() {
      touch("valueOf");
    },
    [Symbol.toPrimitive]() {
      touch("toPrimitive");
    },
    [Symbol.iterator]() {
      touch("iterator");
    },
    get [Symbol.toStringTag]() {
      touch("toStringTag");
      return "x";
    },
    get constructor() {
      touch("constructor");
      return Object;
    },
    get then() {
      touch("then");
      return undefined;
    },
  };
  const inherits = Object.create(getter);
  const list = [1, 2, 3];
  Object.defineProperty(list, 1, { get: () => touch("element"), enumerable: true, configurable: true });
  const arrayLike = Object.setPrototypeOf([1, , 3], getter);
  const map = new Map<unknown, unknown>([[getter, 1]]);
  Object.defineProperties(map, {
    get: { get: () => touch("map.get") },
    size: { get: () => touch("map.size") },
    [Symbol.iterator]: { get: () => touch("map iterator") },
  });
  const bytes = new Uint8Array(4);
  Object.defineProperties(bytes, {
    buffer: { get: () => touch("bytes.buffer") },
    length: { get: () => touch("bytes.length") },
  });
  const regexp = /a/g;
  Object.defineProperties(regexp, {
    flags: { get: () => touch("regexp.flags") },
    source: { get: () => touch("regexp.source") },
    exec: { get: () => touch("regexp.exec") },
  });
  const error = new Error("e");
  Object.defineProperty(error, "name", { get: () => touch("error.name") });
  const fn = side.closure(SITE.plainFunction);
  Object.defineProperty(fn, "name", { get: () => touch("function name"), configurable: true });
  Object.defineProperty(fn, "length", { get: () => touch("function length"), configurable: true });
  return {
    proxy: new Proxy({}, trap),
    onProxy: Object.create(new Proxy({}, trap)),
    callable: new Proxy(function () {}, trap),
    getter,
    inherits,
    list,
    arrayLike,
    map,
    bytes,
    regexp,
    error,
    bound: side.bind(fn, null),
    date: Object.defineProperty(new Date(0), "getTime", { get: () => touch("date.getTime") }),
  };
}

Deno.test("capture(), conflict() and accept() run no code of the program", () => {
  const { device, clone, deviceHeap, cloneHeap } = pair();
  const root: any = mines(device);
  // Getters of a test aren't functions of the fake program: they stay behind, which is enough to find them untouched.
  const withPrepare = Error as unknown as { prepareStackTrace?: unknown };
  const before = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
  withPrepare.prepareStackTrace = () => touch("prepareStackTrace");
  touches.length = 0;
  try {
    const { packet, explain } = deviceHeap.capture([root]);
    const [arrived] = cloneHeap.accept(packet) as [any];
    cloneHeap.table();
    deviceHeap.table();
    explain().why(root);
    deviceHeap.conflict();
    Object.defineProperty(arrived, "added", { value: 1 });
    arrived.list.length = 2;
    const back = cloneHeap.capture([arrived, clone.bind(clone.closure(SITE.plainFunction), null)]);
    deviceHeap.accept(back.packet);
    deviceHeap.capture([root]);
  } finally {
    if (before === undefined) delete withPrepare.prepareStackTrace;
    else Object.defineProperty(Error, "prepareStackTrace", before);
  }
  assertEquals(touches, []);
  assertEquals(root.added, 1);
});

const PATCHED: readonly (readonly [string, object])[] = [
  ["Array.prototype", Array.prototype],
  ["Map.prototype", Map.prototype],
  ["Set.prototype", Set.prototype],
  ["WeakMap.prototype", WeakMap.prototype],
  ["String.prototype", String.prototype],
  ["Number.prototype", Number.prototype],
  ["Function.prototype", Function.prototype],
  ["Date.prototype", Date.prototype],
  ["RegExp.prototype", RegExp.prototype],
  ["ArrayBuffer.prototype", ArrayBuffer.prototype],
  ["DataView.prototype", DataView.prototype],
  ["%TypedArray%.prototype", Reflect.getPrototypeOf(Uint8Array.prototype)!],
  ["%ArrayIterator%", Reflect.getPrototypeOf([][Symbol.iterator]())!],
  ["Object", Object],
  ["Reflect", Reflect],
  ["Symbol", Symbol],
  ["TextEncoder.prototype", TextEncoder.prototype],
  ["TextDecoder.prototype", TextDecoder.prototype],
];

/** Replaces all built-in methods by ones that note when the heap's own code calls them; returns the way back. */
function patchBuiltins(): () => void {
  const undo: (() => void)[] = [];
  let busy = false;
  const defineProperty = Object.defineProperty,
    apply = Reflect.apply,
    push = touches.push,
    includes = String.prototype.includes;
  for (const [name, object] of PATCHED) {
    for (const key of Reflect.ownKeys(object)) {
      const descriptor = Object.getOwnPropertyDescriptor(object, key)!;
      const method = descriptor.value;
      if (typeof method !== "function" || key === "constructor" || !descriptor.configurable) continue;
      defineProperty(object, key, {
        ...descriptor,
        value: function (this: unknown) {
          if (!busy) {
            busy = true;
            const caller = stackLine(new Error().stack!);
            if (apply(includes, caller, ["/runtime/heap/"]) && !apply(includes, caller, ["_test.ts"])) {
              apply(push, touches, [`${name}.${String(key)} ${caller}`]);
            }
            busy = false;
          }
          return new.target
            ? Reflect.construct(method, arguments as never)
            : apply(method, this, arguments as never);
        },
      });
      undo.push(() => defineProperty(object, key, descriptor));
    }
  }
  const restore = undo.slice();
  return () => {
    for (let i = 0; i < restore.length; i++) restore[i]!();
  };
}

/** The line of a stack that called the function which made it. */
function stackLine(stack: string): string {
  let line = 0, text = "";
  for (let i = 0; i < stack.length; i++) {
    if (stack[i] === "\n") line++;
    else if (line === 2) text += stack[i];
  }
  return text;
}

Deno.test("capture() and accept() call no patched built-in", () => {
  const { device, deviceHeap, cloneHeap } = pair();
  const root: any = {
    list: [1, "a", { x: 1n }],
    map: new Map([[1, new Set([2])]]),
    bytes: new Uint8Array(3),
    view: new DataView(new ArrayBuffer(2)),
    date: new Date(0),
    regexp: /x/g,
    error: new Error("e"),
    symbol: Symbol("s"),
    box: Object("text"),
    fn: device.closure(SITE.plainFunction),
    bound: device.bind(device.closure(SITE.plainFunction), null, 1),
    long: "é".repeat(100),
    lone: "\ud800",
  };
  const first = deviceHeap.capture([root]);
  const [arrived] = cloneHeap.accept(first.packet) as [any];
  for (const key of Object.keys(arrived)) if (typeof arrived[key] === "object") arrived[key].touched = 1;
  touches.length = 0;
  const undo = patchBuiltins();
  try {
    root.self = undefined;
    const back = cloneHeap.capture([arrived]);
    deviceHeap.accept(back.packet);
    const again = deviceHeap.capture([root, { fresh: [/y/, new Map([[1, 1]])] }]);
    cloneHeap.accept(again.packet);
    deviceHeap.conflict();
  } finally {
    undo();
  }
  assertEquals([...new Set(touches)], []);
});
