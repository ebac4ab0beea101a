// Resources, async iterators, decorators and a small scheduler.
class Handle implements Disposable {
  static open = 0;
  #closed = false;
  constructor(readonly name: string, private readonly log: string[]) {
    Handle.open++;
  }
  read(n: number): number[] {
    if (this.#closed) throw new ReferenceError(`${this.name} is closed`);
    return Array.from({ length: n }, (_, i) => i * this.name.length);
  }
  [Symbol.dispose]() {
    this.#closed = true;
    Handle.open--;
    this.log.push(`close ${this.name}`);
  }
}
class Pool implements AsyncDisposable {
  #free: Handle[] = [];
  #waiting: ((handle: Handle) => void)[] = [];
  constructor(size: number, readonly log: string[]) {
    for (let i = 0; i < size; i++) this.#free.push(new Handle(`h${i}`, log));
  }
  async acquire(): Promise<Disposable & { value: Handle }> {
    const value = this.#free.pop() ?? await new Promise<Handle>((resolve) => this.#waiting.push(resolve));
    return {
      value,
      [Symbol.dispose]: () => {
        const next = this.#waiting.shift();
        if (next) next(value);
        else this.#free.push(value);
      },
    };
  }
  async [Symbol.asyncDispose]() {
    for (const handle of this.#free.splice(0)) { using _ = handle; }
    await null;
    this.log.push("pool closed");
  }
}
function memoize<This, A extends [number], R>(method: (this: This, ...args: A) => R, context: ClassMethodDecoratorContext<This>) {
  const cache = new WeakMap<object, Map<number, R>>();
  context.addInitializer(function (this: This) {
    cache.set(this as object, new Map());
  });
  return function (this: This, ...args: A): R {
    const map = cache.get(this as object)!;
    const [key] = args;
    if (!map.has(key)) map.set(key, method.apply(this, args));
    return map.get(key)!;
  };
}
function bound<This extends object, F extends (...args: any[]) => unknown>(_: F, context: ClassMethodDecoratorContext<This, F>) {
  context.addInitializer(function (this: This) {
    (this as any)[context.name] = (this as any)[context.name].bind(this);
  });
}
class Collatz {
  calls = 0;
  @memoize
  steps(n: number): number {
    this.calls++;
    return n === 1 ? 0 : 1 + this.steps(n % 2 ? 3 * n + 1 : n / 2);
  }
  @bound
  longest(limit: number) {
    let best = [0, 0];
    for (let n = 1; n < limit; n++) {
      const steps = this.steps(n);
      if (steps > best[1]!) best = [n, steps];
    }
    return best;
  }
}
async function* ticks(pool: Pool, rounds: number) {
  for (let i = 0; i < rounds; i++) {
    using slot = await pool.acquire();
    yield* slot.value.read(3).map((n) => n + i);
    if (i === 2) await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
function statistics(values: number[]) {
  using scope = new Handle("statistics", trail);
  const sorted = values.toSorted((a, b) => a - b);
  const sum = sorted.reduce((a, b) => a + b, 0);
  return { n: values.length, sum, median: sorted[sorted.length >> 1], own: scope.read(2), grouped: Object.groupBy(values, (v) => v % 2 ? "odd" : "even") };
}
function fails() {
  using a = new Handle("a", trail), b = new Handle("b", trail);
  using _c = { [Symbol.dispose]() { throw new Error("dispose c"); } };
  a.read(1), b.read(1);
  throw new TypeError("body");
}
const trail: string[] = [];
{
  await using pool = new Pool(2, trail);
  const all = await Promise.all([1, 2, 3, 4].map((n) => Array.fromAsync(ticks(pool, n))));
  console.log(all.map((list) => list.join(" ")), statistics(all.flat()));
}
try { fails(); } catch (error) {
  const e = error as SuppressedError;
  console.log(e.name, e.error.message, e.suppressed.message, trail, Handle.open);
}
const { longest, calls } = new Collatz();
console.log(longest(12), calls, longest.name);
for await (const [i, v] of (async function* () { let i = 0; for await (const v of [Promise.resolve("x"), "y"]) yield [i++, v] as const; })()) console.log(i, v);
