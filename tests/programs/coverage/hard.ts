// What has hurt others: one method a case, each made on the device, used and changed at the clone, and looked at again.
import { aState, up } from "./cycle_a.ts";
import { bState, define } from "./cycle_b.ts";
import * as initialised from "./initialised.ts";

// closures asked in the middle of a loop
function inHead(fs: any[]) {
  return fs.map((f) => f()).join();
}
const inTest = (fs: any[]) => fs.map((f) => f()).join();
function inUpdate(fs: any[]) {
  return fs.map((f) => f()).join();
}
function inBody(fs: any[]) {
  return fs.map((f) => f().join()).join();
}

// defaults and patterns with side effects
let ticks = 0;
const log: string[] = [];
const tick = (text: string) => log.push(text) && text + ++ticks;
function make({ a = tick("a"), ["b" + ticks]: b = tick("b"), ...rest }: any = {}, [c = tick("c"), , d]: any = []) {
  return { more: () => a += "!", all: () => [a, b, c, d, Object.keys(rest), ticks] };
}
function patterns(o: any) {
  o.given.more();
  o.born = make({ a: 1, z: 2 }, [3, 4, 5]);
  o.other = make();
  return [o.given.all(), o.born.more(), o.born.all(), o.other.all()];
}

function importCycle() {
  return [up(3), new (define())().hello(), aState.n, bState.m];
}

function innerClasses(o: any) {
  o.born = o.list.cursor(3);
  o.sized = new (o.cursor.constructor.sized())();
  return [o.cursor.next(), o.cursor.next(), o.reader(), o.born.next(), o.born.reader(), o.sized.next(), o.sized.by2];
}

// class factories
const Counted = (Base: any) => {
  let made = 0;
  return class extends Base {
    #c = ++made;
    static get made() {
      return made;
    }
    static has(o: object) {
      return #c in o;
    }
    get c() {
      return this.#c;
    }
    set c(c) {
      this.#c = c;
    }
  } as any;
};
const Named = (Base: any) =>
  class Named extends Base {
    static names: string[] = [];
    name = "n" + Named.names.push("x");
    hi() {
      return super.hi() + this.name;
    }
  } as any;
class Root {
  hi() {
    return "root";
  }
}
class Mixed extends Named(Counted(Root)) {}
const Other = Counted(Root);
function factories(o: any) {
  o.first.c += 5;
  o.second = new Mixed();
  o.third = new Other();
  return [o.first.hi(), o.second.hi(), (Mixed as any).made, Other.made, Other.has(o.first), o.first.c, o.third.c];
}

// private names on objects that no constructor of the class made
class Stamper extends (function (o: object) {
  return o;
} as any) {
  #x = 1;
  static bump(o: any) {
    return #x in o ? ++o.#x : "none";
  }
}
function privates(o: any) {
  new Stamper(o.born = {});
  if (!("late" in o)) {
    new Stamper(o.frozen);
    new Stamper(o.map);
  }
  return [Stamper.bump(o.stamped), Stamper.bump(o.plain), Stamper.bump(o.bare), Stamper.bump(o.born)];
}

// live iterators, which stay on the device
function iteratedMap(m: Map<string, number>) {
  m.delete("a");
  m.delete("c");
  m.set("a", 9).set("e", 5);
  return m.size;
}
function iteratedSet(s: Set<number>) {
  for (const n of [2, 3]) s.delete(n);
  for (const n of [7, 2]) s.add(n);
  return s.size;
}
function refilled(m: Map<string, number>) {
  const entries = [...m];
  m.clear();
  for (const [key, value] of entries) m.set(key, value);
  return m.size;
}
function refilledSet(s: Set<number>) {
  const members = [...s];
  s.clear();
  for (const n of members) s.add(n);
  return s.add(9).size;
}

// two closures of one scope, one born on each side
function scope() {
  let n = 0;
  return { up: () => ++n, make: () => () => n += 10, born: null as any, here: null as any };
}
function madeOfTexts(o: any) {
  return [o.add(1, 2), o.up(), o.up(), o.again(5)(6), String(o.add)];
}
function bornThere(o: any) {
  o.born = o.make();
  return [o.up(), o.born(), o.up()];
}
function usedAgain(o: any) {
  return [o.born(), o.up(), o.here()];
}

// one guest, many invocations
let mark = 0;
function leftovers(n: number) {
  (globalThis as any).left = ((globalThis as any).left ?? 0) + n;
  const timer = setTimeout(() => mark = -1, 0);
  clearTimeout(timer);
  return [mark += n, (globalThis as any).left];
}

// a module that comes out differently each time
const given = { ...initialised, table: [...initialised.table] };
function moduleValues() {
  const same = initialised.table.every((n, i) => n === given.table[i]) && initialised.loadedMs === given.loadedMs &&
    initialised.mark === given.mark && initialised.where === given.where;
  initialised.table.push(1);
  initialised.move();
  return [same, initialised.isOurs(initialised), initialised.nextId()];
}

function uninitialised(o: { f: () => number }) {
  try {
    return o.f();
  } catch (error) {
    return (error as Error).message;
  }
}
const reader = { f: () => late };

async function show(name: string, work: () => unknown) {
  console.log(name, await work());
}

await show("inHead", () => {
  const seen: unknown[] = [];
  for (let i = 0, f = () => i++, n = inHead([f]); i < 3; i++) seen.push(n, i, f());
  return seen;
});
await show("inTest", () => {
  const seen: unknown[] = [];
  const fs: any[] = [];
  for (let i = 0; fs.push(() => i++) && seen.push(inTest(fs)) && i < 4; i++) seen.push(i);
  return [seen, fs.map((f) => f())];
});
await show("inUpdate", () => {
  const seen: unknown[] = [];
  const fs: any[] = [];
  for (let i = 0; i < 4; fs.push(() => i++), seen.push(inUpdate(fs)), i++) seen.push(i);
  return [seen, fs.map((f) => f())];
});
await show("inBody", () => {
  const seen: unknown[] = [];
  const fs: any[] = [];
  for (let i = 0, j = 10; i < 3; i++, j--) {
    let k = i * 2;
    fs.push(() => [i, j++, k++]);
    seen.push(inBody(fs), i, j, k);
  }
  return [seen, fs.map((f) => f())];
});
await show("patterns", () => {
  const o: any = { given: make() };
  return [patterns(o), o.given.more(), o.born.all(), o.other.more(), ticks, log];
});
await show("importCycle", () => [importCycle(), up(1), aState, bState]);
await show("factories", () => {
  const o: any = { first: new Mixed() };
  return [factories(o), o.third.c, o.second.c, new Mixed().c, Other.made, o.third instanceof Other];
});
await show("privates", () => {
  const o: any = { stamped: {}, plain: {}, bare: Object.create(null), frozen: Object.freeze({}), map: new Map() };
  new Stamper(o.stamped);
  new Stamper(o.bare);
  const first = [privates(o), ...Object.values(o).map(Stamper.bump)];
  // An object that has migrated.
  new Stamper(o.plain);
  o.late = {};
  return [first, privates(o), ...Object.values(o).map(Stamper.bump)];
});
class List {
  #items: number[];
  #steps = 0;
  constructor(...items: number[]) {
    this.#items = items;
  }
  cursor(step: number) {
    const list = this;
    return new class Cursor {
      #at = 0;
      [`by${step}`] = step;
      next() {
        list.#steps++;
        return list.#items[(this.#at += step) - step];
      }
      reader = () => [list.#steps, this.#at, #items in list];
      static sized = () => class extends Cursor {
        size = () => list.#items.length;
      };
    }();
  }
}
await show("innerClasses", () => {
  const list = new List(1, 2, 3, 4, 5, 6, 7);
  const o: any = { list, cursor: list.cursor(2), other: new List(8).cursor(1) };
  o.reader = o.cursor.reader;
  return [innerClasses(o), o.cursor.reader(), o.born.next(), o.sized.next(), o.sized.size(), o.other.next(), o.cursor];
});
/** Calls the method in the middle of iterating. */
function iterating(collection: Iterable<any>, method: (collection: any) => unknown) {
  const seen: unknown[] = [];
  for (const item of collection) if (seen.push(item) === 2) seen.push(method(collection));
  return [seen, [...collection]];
}
await show("iteratedMap", () => iterating(new Map([["a", 1], ["b", 2], ["c", 3], ["d", 4]]), iteratedMap));
await show("iteratedSet", () => iterating(new Set([1, 2, 3, 4]), iteratedSet));
await show("refilled", () => iterating(new Map([["a", 1], ["b", 2], ["c", 3]]), refilled));
await show("refilledSet", () => iterating(new Set([1, 2, 3]), refilledSet));
const both = scope();
const madeUp = new Function("n", "return () => ++n")(3);
const texts = { add: new Function("a", "b", "return a + b"), up: madeUp, again: new Function("k", "return (x) => x * k") };
await show("madeOfTexts", () => [madeOfTexts(texts), madeUp()]);
await show("bornThere", () => bornThere(both));
both.here = both.make();
await show("usedAgain", () => [usedAgain(both), both.up(), both.born(), both.here()]);
await show("leftovers", () => [leftovers(1), leftovers(2), mark]);
await new Promise((resolve) => setTimeout(resolve, 5));
await show("leftovers", () => [leftovers(3), mark, (globalThis as any).left]);
await show("moduleValues", () => moduleValues());
console.log(initialised.table.length, initialised.where.slice(-1), initialised.isOurs(initialised), initialised.nextId());
await show("uninitialised", () => uninitialised(reader));
const late = 5;
await show("uninitialised", () => uninitialised(reader));
