class Shape {
  static #unit = 2;
  static unit() {
    return this.#unit;
  }
  #sides: number[];
  constructor(...sides: number[]) {
    this.#sides = sides;
  }
  get perimeter() {
    return this.#sides.reduce((a, b) => a + b, 0) * Shape.unit();
  }
  set sides(values: number[]) {
    this.#sides = values;
  }
  static of({ a, b = a }: { a: number; b?: number }, ...[c = b]: number[]) {
    return new this(a, b, c);
  }
  [Symbol.toPrimitive](hint: string) {
    return hint === "number" ? this.perimeter : "shape";
  }
  map = (f: (n: number) => number) => this.#sides.map(f);
}

const util = {
  base: 10,
  scale(by: number) {
    return this.base * by;
  },
  arrow: (x: number, { y } = { y: 1 }) => x + y,
  get big() {
    return this.base ** 2;
  },
  async wait(ms = 1) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return this.base + ms;
  },
};

function args() {
  return [arguments.length, [...arguments], typeof arguments];
}

const fns = { call(f: (...a: any[]) => unknown, ...rest: unknown[]) { return f(...rest); } };

function higher(n: number): (m: number) => number {
  return (m) => n + m;
}

function nested(depth: number) {
  function inner(d: number): number[] {
    return d === 0 ? [] : [d, ...inner(d - 1)];
  }
  return inner(depth);
}

const shape = Shape.of({ a: 1 });
console.log(shape.perimeter, +shape, `${shape}`, Shape.unit());
shape.sides = [5, 6];
console.log(shape.perimeter, Shape.of({ a: 2, b: 3 }, 4).perimeter, shape.map((n) => n * n));
console.log(util.scale(3), util.arrow(1), util.arrow(1, { y: 5 }), util.big, await util.wait(), await util.wait(3));
console.log((args as any)(1, "b"), (args as any)());
console.log(fns.call((a, b) => a * b, 6, 7), fns.call(higher, 2));
const add = higher(10);
console.log(add(5), [1, 2].map(add), nested(4));
console.log(fns.call(add, 1), fns.call(Math.max, 1, 9), fns.call(String.prototype.toUpperCase.bind("up")));
console.log(fns.call((...rest: number[]) => shape.map((n) => n + rest[0]), 1));
