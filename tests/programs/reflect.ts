/** Doc comment. */
function plain(a: number, b = 2, ...c: number[]) {
  // a comment
  return a + b + c.length;
}
const arrow = (x: number) => x * 2;
const shortArrow = async x => await x;
const object = {
  method(a: number) { return a; },
  get prop() { return 1; },
  async *["gen" + 1]() { yield 1; },
  async  spaced  ( ) { },
};
class Klass {
  static s = 1;
  #p = 1;
  method() { return this.#p; }
  static async  st() {}
}

function texts() {
  return [plain, arrow, shortArrow, object.method, Klass, Klass.prototype.method, Klass.st, object.spaced].map((f) => String(f));
}

function inner() {
  const x = 1;
  const closure = (y: number) => x + y; // captured
  return [closure.toString(), closure.name, closure.length, closure];
}

function shapes() {
  return [plain.length, plain.name, arrow.name, (() => {}).name, Klass.name, Object.getOwnPropertyNames(plain), Object.getOwnPropertyNames(Klass), Object.keys(object), (function () {}).hasOwnProperty("prototype"), arrow.hasOwnProperty("prototype")];
}

function natives() {
  const f = Function.prototype;
  return [f.toString.toString(), f.bind.toString(), f.toString.name, f.bind.name, f.bind.length, "prototype" in f.bind, Object.keys(f).length, (plain.bind(null, 1) as any).name, plain.bind(null, 1)(5), String(plain.bind(null)), String(Math.max)];
}

function errorsSeen() {
  const out: string[] = [];
  for (const act of [() => new (arrow as any)(), () => (Klass as any)(), () => (undefined as any)(), () => (arrow as any).x.y, () => new (Function.prototype.toString as any)()]) {
    try {
      act();
    } catch (error) {
      out.push(`${error}`);
    }
  }
  return out;
}

console.log(texts().join("\n"));
console.log(inner(), (inner()[3] as any).toString(), (inner()[3] as any)(5));
console.log(shapes());
console.log(natives());
console.log(errorsSeen());
console.log(Object.getOwnPropertyDescriptor(Function.prototype, "bind"), Error.prepareStackTrace, Error.stackTraceLimit);
console.log(Object.keys(globalThis).filter((k) => /clone|boot|cc/i.test(k)), Reflect.ownKeys(Function.prototype.toString));
