type Step = (n: number) => number;

function pipeline(start: number) {
  let total = start;
  const steps: Step[] = [];
  const self = {
    add(by: number) {
      steps.push((n) => n + by + total * 0);
      return self;
    },
    times(by: number) {
      steps.push((n) => (total += by, n * by));
      return self;
    },
    run: (n: number) => steps.reduce((x, step) => step(x), n),
    get total() {
      return total;
    },
    steps,
  };
  return self;
}

function build() {
  return pipeline(1).add(2).times(3);
}

function extend(p: ReturnType<typeof pipeline>, extra: Step) {
  p.add(10).steps.push(extra);
  return p.run(1);
}

function makeClass(prefix: string) {
  class Made {
    static count = 0;
    #id = ++Made.count;
    name = prefix + this.#id;
    describe() {
      return `${this.name}/${Made.count}/${prefix}`;
    }
    get id() {
      return this.#id;
    }
  }
  return Made;
}

function useClass(Made: ReturnType<typeof makeClass>) {
  const list = [new Made(), new Made()];
  return list;
}

function curry(f: (...args: number[]) => number, ...given: number[]): any {
  return f.length <= given.length ? f(...given) : (...more: number[]) => curry(f, ...given, ...more);
}

function memo<T>(f: (n: number) => T) {
  const cache = new Map<number, T>();
  const g = (n: number): T => {
    if (!cache.has(n)) cache.set(n, f(n));
    return cache.get(n)!;
  };
  return Object.assign(g, { cache });
}

const slowSquare = memo((n) => {
  calls++;
  return n * n;
});
let calls = 0;

function warm(upTo: number) {
  for (let i = 0; i < upTo; i++) slowSquare(i);
  return slowSquare.cache.size;
}

class Emitter {
  handlers = new Map<string, ((x: any) => void)[]>();
  on(name: string, f: (x: any) => void) {
    const list = this.handlers.get(name) ?? [];
    list.push(f);
    this.handlers.set(name, list);
    return () => this.handlers.set(name, list.filter((g) => g !== f));
  }
  emit(name: string, x: unknown) {
    for (const f of this.handlers.get(name) ?? []) f(x);
    return this.handlers.get(name)?.length;
  }
}

function subscribe(emitter: Emitter, into: string[]) {
  return emitter.on("x", (x) => into.push(`got ${x}`));
}

const p = build();
console.log(p.run(4), p.total, p.steps.length, p);
let outside = 0;
console.log(extend(p, (n) => (outside += n, n - 1)), outside, p.total);
console.log(p.run(2), outside, extend(p, (n) => n * 2), p.total);
const Made = makeClass("m");
const made = useClass(Made);
console.log(made.map((m) => m.describe()), made[0] instanceof Made, Made.count, made[1].id, Made.name);
console.log(new Made().describe(), useClass(Made).map((m) => m.id), made[0]);
const add3 = (a: number, b: number, c: number) => a + b + c;
const partial = curry(add3, 1);
console.log(partial(2)(3), partial(5, 5), curry(add3)(1)(2)(3));
console.log(warm(4), calls, slowSquare(3), calls, warm(6), calls, slowSquare.cache);
const emitter = new Emitter();
const got: string[] = [];
const off = subscribe(emitter, got);
emitter.on("x", (x) => got.push(`local ${x}`));
console.log(emitter.emit("x", 1), got);
off();
console.log(emitter.emit("x", 2), got, emitter.handlers.size);
const bound = emitter.emit.bind(emitter, "x");
function callTwice(f: (x: unknown) => unknown) {
  return [f("a"), f("b")];
}
console.log(callTwice(bound), got.length);
