// Closures that use private names and super outlive the methods that made them.
type Act = (by?: number) => unknown;

/** Migrates with whatever it is given. */
function call(act: Act, by: number) {
  return act(by);
}

function all(acts: Iterable<Act>, by: number) {
  return [...acts].map((act) => act(by));
}

class Base {
  #log: string[] = [];
  protected greeting = "hello";
  greet(name: string) {
    this.#log.push(name);
    return `${this.greeting} ${name}`;
  }
  get count() {
    return this.#log.length;
  }
  declare missing: unknown;
  static make(n: number) {
    return `${this.name} ${n}`;
  }
}

class Counter extends Base {
  #n = 0;
  #acts = new Map<string, Act>();
  static #made = 0;
  static #all: Act[] = [];
  onField = (by = 1) => [this.#n += by, super.count];
  constructor(start: number) {
    super();
    this.#n = start;
    Counter.#made++;
    this.#acts.set("add", (by = 1) => this.#n += by);
    this.#acts.set("double", () => this.#double());
    this.#acts.set("value", () => this.#value);
    this.#acts.set("set", (by = 0) => this.#value = by);
    this.#acts.set("many", (by = 0) => ([this.#n, ...[this.greeting]] = [by, `g${by}`], this.#n++));
    this.#acts.set("maybe", () => [undefined as Counter | undefined, this].map((one) => one?.#n));
  }
  #double() {
    return this.#n *= 2;
  }
  get #value() {
    return `value ${this.#n}`;
  }
  set #value(to: unknown) {
    this.#n = Number(to);
  }
  override greet(name: string) {
    return `never ${name}`;
  }
  acts() {
    return this.#acts;
  }
  supers(key: "greet") {
    let calls = 0;
    return [
      (by = 0) => super.greet(`number ${by} ${++calls}`),
      () => super[key](`computed ${++calls}`),
      () => [1, 2].map((n) => super.greet(`nested ${n}`)),
      () => super.count + calls,
      () => (super.greet as any).name,
      () => attempt(() => (super.missing as any)(calls++)) + calls,
    ] as Act[];
  }
  static remember() {
    this.#all.push(() => this.#made, () => super.make(this.#made), () => Counter.#all.length);
    return this.#all;
  }
  static knows = (value: object) => #n in value;
  static of() {
    return { has: (value: object) => #n in value, get n() { return Counter.#made; }, read(one: Counter) { return one.#n; } };
  }
  *each() {
    yield (by = 0) => this.#n += by;
    yield function (this: unknown, by = 0) {
      return by + Counter.#made;
    };
  }
}

function attempt(act: () => unknown) {
  try {
    return act();
  } catch (error) {
    return String(error);
  }
}

/** The same source makes two classes whose names differ. */
function twice(label: string) {
  return class {
    #secret = label;
    reader() {
      return () => this.#secret;
    }
    static read = (one: { reader(): unknown }) => (one as any).#secret;
  };
}

function outer() {
  class Outer {
    #x = 1;
    inner() {
      const self = this;
      return new class Inner {
        #y = 10;
        reader() {
          return (by = 0) => [this.#y += by];
        }
        both() {
          return () => self.#x + this.#y;
        }
      }();
    }
  }
  return new Outer().inner();
}

function build() {
  const made = new Counter(7);
  return [...made.acts().values(), made.onField, ...made.supers("greet"), ...made.each()];
}

const counter = new Counter(3);
const acts = [...counter.acts().values()];
console.log(all(acts, 4), acts.map((act) => call(act, 5)), all([counter.onField], 2));
console.log(all(counter.supers("greet"), 6), counter.supers("greet").map((act) => call(act, 1)), counter.count);
console.log(all(Counter.remember(), 0), call(Counter.knows as unknown as Act, {} as any));
const { has, read } = Counter.of();
const asks = (value: object) => [has(value), Counter.knows(value), attempt(() => read(value as Counter))];
console.log(asks(counter), asks({}), all([...counter.each()], 1));
const built = build();
console.log(all(built, 2), built.map((act) => act(1)), built.map((act) => act.name));
const [A, B] = [twice("a"), twice("b")];
const [a, b] = [new A(), new B()];
console.log(all([a.reader(), b.reader()] as Act[], 0), A.read(a), attempt(() => A.read(b)));
console.log(call(outer().reader(), 5), call(outer().both(), 0), attempt(() => call(acts[0]!, 1)));
console.log(built[0]!.toString(), Counter.toString().includes("$c" + "c"), Object.getOwnPropertyNames(Counter));
