// Patches all built-ins by counting ones, then migrates: nobody but the program may ever call one.
// deno-lint-ignore-file no-explicit-any
import { patchAll, state, touches } from "./counting.ts";

const { apply } = Reflect;

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

patchAll();

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
