// Patches every function of the language's own prototypes and namespaces by one that counts its calls, then migrates:
// nobody but the program may ever call one.
// deno-lint-ignore-file no-explicit-any
const { apply, construct, ownKeys, getOwnPropertyDescriptor, defineProperty, getPrototypeOf } = Reflect;
const hiddenPrototypes: Record<string, object> = {
  "%TypedArray%": getPrototypeOf(Uint8Array)!,
  "%TypedArray%.prototype": getPrototypeOf(Uint8Array.prototype)!,
  "%ArrayIterator%": getPrototypeOf([].values())!,
  "%MapIterator%": getPrototypeOf(new Map().keys())!,
  "%SetIterator%": getPrototypeOf(new Set().keys())!,
  "%StringIterator%": getPrototypeOf(""[Symbol.iterator]())!,
  "%RegExpStringIterator%": getPrototypeOf("".matchAll(/a/g))!,
  "%IteratorHelper%": getPrototypeOf([].values().map((x) => x))!,
  "%Generator%": getPrototypeOf(getPrototypeOf((function* () {})())!)!,
  "%AsyncGenerator%": getPrototypeOf(getPrototypeOf((async function* () {})())!)!,
};
const names = [
  ...["Object", "Function", "Array", "String", "Number", "Boolean", "Symbol", "BigInt", "Math", "JSON", "Reflect"],
  ...["Date", "RegExp", "Promise", "Map", "Set", "WeakMap", "WeakSet", "WeakRef", "Iterator", "Error"],
  ...["ArrayBuffer", "DataView", "Uint8Array", "Int32Array", "Uint32Array", "Float64Array", "AggregateError"],
  ...["TextEncoder", "TextDecoder", "FinalizationRegistry", "Proxy", "TypeError", "URL", "Atomics"],
];
/** Calls by name, while it is counted. */
const touches: Record<string, number> = { __proto__: null } as any;
const state = { counts: false, inside: false };

function patch(name: string, object: any): void {
  for (const key of ownKeys(object)) {
    const descriptor = getOwnPropertyDescriptor(object, key)!;
    if (!descriptor.configurable || key === "constructor") continue;
    const called = `${name}.${String(key)}`;
    const counting = (original: any) => {
      if (typeof original !== "function") return original;
      return function (this: unknown) {
        if (state.counts && !state.inside) touches[called] = (touches[called] ?? 0) + 1;
        return new.target ? construct(original, arguments as any) : apply(original, this, arguments as any);
      };
    };
    const { value, get, set } = descriptor;
    if (typeof value === "function") defineProperty(object, key, { ...descriptor, value: counting(value) });
    else if (get) defineProperty(object, key, { ...descriptor, get: counting(get), set: counting(set) });
  }
}

class Shape {
  #size = 1;
  kind = "shape";
  grow() { return ++this.#size; }
}
const data: any = {
  list: [1, "a", { x: 1n }, , -0],
  map: new Map<unknown, unknown>([[1, new Set([2])], ["k", {}]]),
  weak: new WeakMap<object, unknown>(),
  bytes: new Uint8Array(30),
  view: new DataView(new ArrayBuffer(8)),
  date: new Date(0),
  regexp: /x/g,
  error: new Error("e"),
  symbol: Symbol("s"),
  boxed: Object("text"),
  shape: new Shape(),
  url: new URL("https://example.org/a?b=c"),
  bound: bump.bind(null, { n: 0 }),
  iterator: new Map([[1, 2], [3, 4]]).entries(),
  walk: [1, 2, 3].values(),
  settled: Promise.resolve(5),
  long: "é".repeat(100),
};
data.weak.set(data.list, { held: true });
const counter = ((n: number) => ({ up: () => ++n, down: () => --n }))(5);
const { bind } = Function.prototype;
function bump(holder: { n: number }) { return holder.n = (holder.n ?? 0) + 1; }

function work(step: number): unknown {
  state.counts = false;
  data.step = step;
  data.list[step] = { made: step, shape: new Shape() };
  const born = () => data.shape.grow() + counter.up();
  data[`born${step}`] = born;
  const told = born() + apply(bind, bump, [null, data.bound])();
  state.counts = true;
  return { told, born };
}

for (const name of names) {
  const value = (globalThis as any)[name];
  patch(name, value);
  if (typeof value === "function" && value.prototype) patch(`${name}.prototype`, value.prototype);
}
for (const name of Object.keys(hiddenPrototypes)) patch(name, hiddenPrototypes[name]!);

function run(step: number): unknown {
  state.counts = true;
  const result = work(step);
  state.counts = false;
  return result;
}
const results: any[] = [];
for (let step = 0; step < 3; step++) results[step] = run(step);
state.inside = true;
console.log(JSON.stringify(touches), data.step, data.list.length, results[2].told, results[0].born());
