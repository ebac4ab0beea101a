let asked = 0;
const key = () => `k${++asked}`;
const make = (a: number) => [
  ({ [key()]: x = 1 }: any) => (a++, x),
  (...{ length = asked++ }: any) => a + length,
  ([{ [key()]: y }, ...{ z = asked++ }]: any = [{}]) => (a += 1, [y, z].length),
  ({ x, ...rest }: any) => [a, x, Object.keys(rest)],
] as any[];
function use(fns: any[]): unknown[] { return fns.map((f) => f({ *[Symbol.iterator]() { yield { k2: 2 }; } })); }
const made = make(5);
console.log(use(made), asked);
console.log(use(made), asked, made[1]());
class Keyed { [key()] = 1; static [key()] = 2; }
function show(value: object) { return Object.keys(value); }
console.log(show(new Keyed()), show(Keyed), asked);

// Classes whose fields' names are computed, by texts, numbers and symbols; and methods of object literals.
const sign = Symbol("sign"), mark = Symbol.for("mark");
let births = 0;
function family(prefix: string) {
  return class Named<T> {
    [prefix + ++births]: T;
    #hidden = prefix;
    [sign] = () => [this.#hidden, prefix];
    [births * 10] = class { [`inner${births}`] = prefix; [mark]() { return prefix; } };
    [mark]() { return Object.keys(this).concat(prefix); }
    static [prefix] = births;
    constructor(value: T) { this[prefix + births as keyof this] = value as any; }
  };
}
const First = family("a"), Second = family("b");
function anew(Kind: any, value: unknown): any { return new Kind(value); }
function about(one: any): unknown[] {
  const inner = Object.values(one).find((value) => /^class/.test(String(value))) as any;
  const innermost = new inner();
  return [Reflect.ownKeys(one), one[sign](), one[mark](), Reflect.ownKeys(innermost), innermost[mark](), one.constructor.name];
}
const one = anew(First, 1), two = anew(Second, 2), three = anew(First, 3);
console.log(about(one), about(two), about(three), births, Object.keys(First), one instanceof First, three instanceof Second);
function literal(name: string) {
  let count = 0;
  return {
    [name]() { return `${name} ${++count}`; },
    async [`${name}Later`](by = 1) { return count += by; },
    get [`${name}Seen`]() { return count; },
    set [sign](to: number) { count = to; },
    *[mark]() { yield name; yield count; },
  } as any;
}
const box = literal("open");
function take(box: any) {
  box[sign] = 5;
  const own = Object.getOwnPropertyDescriptors(box);
  const names = Reflect.ownKeys(own).map((key) => { const at = (own as any)[key]; return (at.value ?? at.get ?? at.set).name; });
  return [box.open(), box.openSeen, [...box[mark]()], names];
}
console.log(take(box), take(literal("open")), await box.openLater(3), box.openSeen, box.open.toString(), box.open());
function call(act: () => unknown) { return act(); }
console.log(call(box.open), call(literal("shut").shut), call(() => anew(family("c"), 4)[mark]()));
const object = { toString: () => (births++, "named") };
class ByObject { [object as any] = 1; }
console.log(anew(ByObject, 0), births);
