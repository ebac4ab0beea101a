// Classes whose members have computed names: made anew at the clone under the names that were computed here.
const names = ["area", "label", "of"];
const secret = Symbol("secret"), shared = Symbol.for("shared");
let asked = 0;
const next = () => (asked++, names.shift()!);

class Shape {
  #sides: number[];
  constructor(...sides: number[]) {
    this.#sides = sides;
  }
  [next()]() {
    return this.#sides.reduce((a, b) => a * b, 1);
  }
  get [next()]() {
    return `shape ${this.#sides}`;
  }
  set [`label`](text: string) {
    this.#sides = text.split(",").map(Number);
  }
  static [next()](n: number) {
    return new this(n, n);
  }
  *[Symbol.iterator]() {
    yield* this.#sides;
  }
  [secret](by: number) {
    return this.#sides.map((side) => side * by);
  }
  async [shared]() {
    return await this.#sides.length;
  }
  static [`${1 + 1}`] = "field";
  plain() {
    return () => this.#sides.length;
  }
}
class Square extends Shape {
  override [secret](by: number) {
    return super[secret](by).slice(0, 1);
  }
}
class Moved {
  [`only${asked}`]() {
    return 1;
  }
}

function use(shape: any) {
  const kind = shape.constructor;
  shape.label = "4,5";
  return [shape.area(), shape.label, [...shape], shape[secret](3), kind.of(2).area(), kind.name, kind["2"]];
}

function twice(key: string) {
  const made = class {
    count = 0;
    [key](by: number) {
      return this.count += by;
    }
  };
  return new made();
}

async function about(shape: any) {
  const proto = Object.getPrototypeOf(shape);
  return [await shape[shared](), Reflect.ownKeys(proto), proto[secret].name, proto[secret].toString(), shape.plain()()];
}

const shapes = [new Shape(2, 3), new Square(7, 7)];
console.log(shapes.map(use), asked);
console.log(await Promise.all(shapes.map(about)), Reflect.ownKeys(Shape));
const [a, b]: any[] = [twice("add"), twice("sum")];
console.log(a.add(2), b.sum(3), "sum" in a, Object.getOwnPropertyNames(Object.getPrototypeOf(b)));
console.log(use(Object.assign(new Square(1, 2), { a, b })), a.add(1));
const only = (Moved.prototype as any).only3;
delete (Moved.prototype as any).only3;
function moved(cls: typeof Moved) {
  return Object.keys(new cls());
}
console.log(only.name, moved(Moved));
