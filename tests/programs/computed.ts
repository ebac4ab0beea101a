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
