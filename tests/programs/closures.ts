type Reader = () => unknown;

function shared(start: number) {
  let count = start;
  const log: string[] = [];
  return {
    up: () => log.push(`up ${++count}`),
    get value() {
      return count;
    },
    set value(next) {
      count = next;
    },
    log,
  };
}

function rounds(list: Reader[]) {
  for (let i = 0; i < 3; i++) list.push(() => i);
  for (const item of ["a", "bb"]) list.push(() => item.length);
  for (const key in { x: 1, y: 2 }) list.push(() => key);
  for (const [a, { b = a + 1 }] of [[1, {}], [2, { b: 7 }]] as [number, { b?: number }][]) list.push(() => [a, b]);
  let n = 0;
  while (n < 2) {
    const here = n++;
    list.push(() => here + n);
  }
  return list.length;
}

function cases(kind: string) {
  const out: Reader[] = [];
  switch (kind) {
    case "one":
      let inside = 1;
      out.push(() => inside++);
      // falls through
    case "two":
      inside = 10;
      out.push(() => inside++);
  }
  try {
    throw new Error("caught " + kind);
  } catch (error) {
    out.push(() => (error as Error).message);
  }
  try {
    throw { code: 4, rest: [1, 2] };
  } catch ({ code, rest: [, second] }: any) {
    out.push(() => [code, second]);
  }
  return out;
}

function defaults(a: number, b = () => a++, { c = () => b() + a, d = 2 } = {}, ...rest: number[]) {
  return [b(), c(), d, rest.length, a];
}

function compose(f: (x: number) => number, g: (x: number) => number, times: number) {
  let calls = 0;
  const both = (x: number) => (calls++, f(g(x)));
  let x = 1;
  for (let i = 0; i < times; i++) x = both(x);
  return { x, both, calls: () => calls };
}

function fib(n: number): number {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

const named = function self(n: number): string {
  return n <= 0 ? self.name : `${n},${self(n - 1)}`;
};

const counter = shared(5);
function drive(times: number) {
  for (let i = 0; i < times; i++) counter.up();
  counter.value += 100;
  return counter.value;
}

function attempt(act: () => unknown) {
  try {
    return act();
  } catch (error) {
    return String(error);
  }
}

console.log(drive(3), counter.value, counter.log);
counter.up();
console.log(drive(1), counter);
const list: Reader[] = [];
console.log(rounds(list));
console.log(list.map((read) => read()));
console.log(cases("one").map((read) => read()), attempt(() => cases("two")));
console.log(defaults(1), defaults(1, () => 5), defaults(1, undefined, { d: 3 }, 1, 2), defaults.length);
let seen = 0;
const made = compose((x) => (seen += x, x + 1), (x) => x * 2, 4);
console.log(made.x, made.calls(), seen);
console.log(made.both(3), made.calls(), seen);
const again = compose(made.both, (x) => x - 1, 2);
console.log(again.x, again.calls(), made.calls(), seen);
console.log(fib(15), named(3));
