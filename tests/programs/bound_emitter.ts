// An emitter of events with bound private methods and closures over Maps.
class Emitter<T> {
  readonly #on = new Map<string, Set<(v: T, e: Emitter<T>) => void>>();
  readonly #order: [string, Function][] = [];
  emit: (name: string, v: T) => number;
  constructor() { this.emit = this.#emit.bind(this); }
  on(name: string, f: (v: T, e: Emitter<T>) => void) {
    const set = this.#on.get(name) ?? new Set(); this.#on.set(name, set.add(f)); this.#order.push([name, f]);
    return () => { set.delete(f); return this.#on.get(name)!.size; };
  }
  once(name: string, f: (v: T) => void) { const off = this.on(name, (v) => { off(); f(v); }); return off; }
  #emit(name: string, v: T) { let n = 0; for (const f of this.#on.get(name) ?? []) { f(v, this); n++; } return n; }
  get size() { return [...this.#on.values()].reduce((s, x) => s + x.size, 0); }
}
function counter(label: string) {
  const seen = new Map<unknown, number>(); let total = 0; let last: unknown;
  const api = { add(v: unknown) { seen.set(v, (seen.get(v) ?? 0) + 1); total++; last = v; }, get total() { return total; }, set total(v) { total = v; },
    report: () => `${label}:${total}:${[...seen].map(([k, n]) => `${typeof k === "object" ? "o" : String(k)}=${n}`)}:${typeof last}`, reset: () => void (seen.clear(), total = 0) };
  return api;
}
const bus = new Emitter<any>();
const a = counter("a"), b = counter("b");
const key = { k: 1 };
const offs = [bus.on("x", a.add.bind(a)), bus.on("x", (v) => b.add(v)), bus.once("x", function (this: unknown, v) { b.add(["once", v].join()); })];
const chain: (() => number)[] = [];
for (let i = 0; i < 3; i++) { chain.push(() => bus.on("y" + i, (v, e) => { a.add(v + i); if (i < 2) e.emit("y" + (i + 1), v); })()); bus.on("y" + i, (v) => { i += 10; b.add(`${v}/${i}`); }); }
const late: Function[] = [];
async function settle<T>(v: T): Promise<T> { return v; }
function fire(n: number): string {
  const { emit } = bus; let s = 0;
  for (let i = 0; i < n; i++) s += emit("x", i % 2 ? key : i) + emit("y0", i);
  late.push(bus.on("z", (v) => { s += v; a.add(s); }));
  late.push(emit.bind(null, "z")); late.push(Array.prototype.push.bind(late, s as any));
  a.total += 100;
  if (n > 3) bus.once("x", (v) => { throw new RangeError(`boom ${typeof v}`, { cause: key }); });
  return `${s} ${a.report()} ${b.report()} ${bus.size}`;
}
for (const n of [2, 4, 3]) {
  try { console.log(fire(n)); } catch (e) { console.log((e as Error).name, (e as Error).message, (e as Error).cause === key); }
  console.log(late.length, late[1]?.(5), late[1]?.(6), a.report(), late[1]?.name, late[2]?.length);
}
console.log(chain[0]!(), offs.map((f) => f()), b.report(), await settle(bus.size));
