/** Heaps that travel, and what a migrated method does to them. One table drives every direction. */
import { types } from "node:util";
import { iteratorKeeper } from "./mod.ts";
import { FakeScope, type FakeSide } from "./fake_side_test.ts";
import { SITE, TALLY } from "./program_test.ts";

export interface Fixture {
  readonly name: string;
  make(side: FakeSide): any;
  /** What the method does; what it returns travels home too. */
  mutate?(root: any, side: FakeSide): unknown;
}

const keeper = iteratorKeeper(types.isProxy);
/** What rewritten code does for `list.keys()`, `.values()`, `.entries()` or `[Symbol.iterator]()` that it stores. */
const keep = (asked: number, list: any): Iterator<unknown> =>
  keeper(asked, list, list[["keys", "values", "entries", Symbol.iterator][asked]!]()) as Iterator<unknown>;

const shared = () => {
  const leaf = { leaf: true };
  return { a: leaf, b: [leaf, leaf], self: undefined as unknown };
};

export const FIXTURES: readonly Fixture[] = [
  {
    name: "primitives",
    make: () => ({
      list: [
        undefined,
        null,
        true,
        false,
        0,
        -0,
        NaN,
        Infinity,
        1,
        -1,
        127,
        128,
        -129,
        2 ** 31,
        -(2 ** 31),
        1.5,
      ],
      big: [0n, -1n, 2n ** 200n, -(2n ** 64n)],
      strings: ["", "a", "é", "日本", "\ud800", "x\udc00y", "a".repeat(100), "é".repeat(1000), "\0", "😀"],
    }),
    mutate(root) {
      root.list[5] = 0;
      root.list[4] = -0;
      root.big.push(7n);
      root.strings[4] += "z";
      return root.list.length;
    },
  },
  {
    name: "Map and Set iterators in progress",
    make() {
      const map = new Map<unknown, unknown>([[1, { one: 1 }], ["two", 2], [3, 3]]);
      const set = new Set<unknown>(["a", map, "c"]);
      const root = {
        iterators: [map.values(), set.entries(), map.keys()] as IteratorObject<unknown>[],
        map,
        set,
        others: [new Map([[1, 1]]), new Set([1])],
      };
      root.iterators[0]!.next();
      return root;
    },
    mutate(root) {
      const [values, pairs, keys] = root.iterators;
      const seen = [values.next().value, pairs.next().value, keys.next().value];
      root.map.delete("two");
      root.map.set("four", 4).set("two", { again: 2 });
      root.set.delete("c");
      root.iterators.push(root.set.values(), root.others[0].entries());
      return seen;
    },
  },
  {
    name: "array iterators in progress",
    make() {
      const list: unknown[] = [1, { two: 2 }, 3];
      const bytes = new Uint8Array([7, 8]);
      const root = { list, iterators: [keep(1, list), keep(2, list), keep(0, bytes), keep(3, list)] };
      for (const iterator of root.iterators) iterator.next();
      for (let i = 0; i < 3; i++) root.iterators[3]!.next();
      return root;
    },
    mutate(root) {
      const seen = root.iterators.map((iterator: Iterator<unknown>) => iterator.next());
      root.list.push(4);
      root.iterators.push(keep(1, root.list), keep(1, new Float64Array(1)));
      return seen;
    },
  },
  {
    name: "aliases and cycles",
    make() {
      const root = shared();
      root.self = root;
      return root;
    },
    mutate(root) {
      root.a.leaf = false;
      root.b.push({ fresh: root.a });
      root.c = root.b[2];
    },
  },
  {
    name: "null prototypes and __proto__ keys",
    make: () => {
      const odd = Object.create(null);
      odd.__proto__ = { not: "a prototype" };
      return { odd, own: JSON.parse('{"__proto__": 1, "constructor": 2}') };
    },
    mutate(root) {
      Object.defineProperty(root, "__proto__", {
        value: 5,
        enumerable: true,
        configurable: true,
        writable: true,
      });
      Object.setPrototypeOf(root.own, null);
    },
  },
  {
    name: "property attributes and order",
    make: () =>
      Object.defineProperties({ z: 1, a: 2, 7: 3, 2: 4, m: 5 }, {
        hidden: { value: 1 },
        fixed: { value: 2, enumerable: true },
        loose: { value: 3, configurable: true },
      }),
    mutate(root) {
      delete root.a;
      root.a = "again";
      delete root.m;
      root.b = 1;
      root[1] = "index";
      delete root[7];
      Object.defineProperty(root, "loose", { enumerable: true });
    },
  },
  {
    name: "accessors",
    make: (side) => {
      const get = side.closure<() => number>(SITE.getter);
      return Object.defineProperty({ before: 1 } as any, "x", { get, enumerable: true, configurable: true });
    },
    mutate(root, side) {
      Object.defineProperty(root, "y", { set: side.closure<() => number>(SITE.getter), configurable: true });
      Object.defineProperty(root, "x", { value: 9, writable: true });
    },
  },
  {
    name: "symbols",
    make: () => {
      const unique = Symbol("unique");
      return {
        unique,
        again: [unique, Symbol(), Symbol.for("registered"), Symbol.iterator],
        [unique]: "by symbol",
        [Symbol.for("registered")]: 1,
        [Symbol.iterator]: 2,
      };
    },
    mutate(root) {
      root.fresh = Symbol("fresh");
      root[root.fresh] = root.unique;
      delete root[root.unique];
      root[root.unique] = "last now";
    },
  },
  {
    name: "frozen, sealed, non-extensible",
    make: () => ({
      frozen: Object.freeze({ a: 1, b: [1] }),
      sealed: Object.seal({ a: 1 }),
      fixed: Object.preventExtensions({ a: 1 }),
      later: { a: 1 },
      list: Object.freeze([1, { x: 1 }]),
      lateList: [1, 2],
    }),
    mutate(root) {
      root.frozen.b.push(2);
      root.sealed.a = 2;
      delete root.fixed.a;
      root.later.b = 2;
      Object.freeze(root.later);
      root.list[1].x = 2;
      root.lateList.push(3);
      Object.freeze(root.lateList);
    },
  },
  {
    name: "arrays",
    make: () => {
      const holes = [1, , 3] as unknown[];
      holes.length = 6;
      const sparse: unknown[] = [];
      sparse[4_000_000_000] = "far";
      const extra = Object.assign([1, 2], { note: "x", [-1]: "negative" });
      const odd = Object.defineProperty([1, 2, 3], 1, { value: 9, enumerable: false, configurable: true });
      return {
        holes,
        sparse,
        extra,
        odd,
        empty: [],
        nested: [[[]]],
        noProto: Object.setPrototypeOf([1], null),
      };
    },
    mutate(root) {
      root.holes[1] = 2;
      delete root.holes[2];
      root.holes.length = 4;
      root.sparse[3] = 1;
      root.extra.shift();
      delete root.extra.note;
      root.odd.reverse();
      root.empty.length = 3;
      root.nested[0].push(root.nested);
      return root.holes;
    },
  },
  {
    name: "Map and Set",
    make: () => {
      const key = { key: 1 };
      return {
        map: new Map<unknown, unknown>([["a", 1], [key, key], [NaN, -0], ["c", new Map()]]),
        set: new Set<unknown>([1, key, "x", NaN]),
        decorated: Object.assign(new Map([[1, 2]]), { extra: true }),
      };
    },
    mutate(root) {
      root.map.delete("a");
      root.map.set("a", 2);
      root.map.get("c").set("inner", root.map);
      root.map.set(NaN, { fresh: 1 });
      root.set.delete(1);
      root.set.add("y");
      root.set.add(1);
      root.decorated.clear();
    },
  },
  {
    name: "Map subclass",
    make: (side) => {
      const Registry = side.class(SITE.Registry);
      return { Registry, registry: new Registry([[1, 2]]) };
    },
    mutate(root) {
      root.registry.set("k", root.Registry);
      root.other = new root.Registry();
      return root.registry.count();
    },
  },
  {
    name: "buffers and views",
    make: () => {
      const buffer = new ArrayBuffer(16);
      const bytes = new Uint8Array(buffer, 4, 8);
      bytes.set([1, 2, 3]);
      const resizable = new ArrayBuffer(8, { maxByteLength: 64 });
      return {
        bytes,
        floats: new Float64Array(buffer, 8, 1),
        view: new DataView(buffer, 2),
        resizable,
        tracking: new Uint8Array(resizable),
        fixedView: new Uint8Array(resizable, 0, 8),
        full: new Uint8Array(new ArrayBuffer(4, { maxByteLength: 4 })),
        own: Object.assign(new Int32Array([1, -2]), { note: 1 }),
      };
    },
    mutate(root) {
      root.floats[0] = Math.PI;
      root.view.setInt16(0, 513);
      root.resizable.resize(24);
      root.tracking[20] = 7;
      root.late = new Uint16Array(root.resizable, 8, 8);
      root.own[1] = 5;
      root.fresh = new BigInt64Array(2);
    },
  },
  {
    name: "large buffers",
    make: () => ({
      a: new Uint8Array(100_001).fill(1),
      b: new Uint8Array(40_000),
      c: new Uint8Array(20_000),
    }),
    mutate(root) {
      root.a[99_999] = 2;
      root.d = new Uint8Array(50_000).fill(3);
      root.c = new Uint8Array(root.c.buffer.transfer(10));
    },
  },
  {
    name: "arrays with elements of one sort",
    make: () => ({
      integers: [1, 2, 3],
      doubles: [0.5, -0, 7, NaN],
      texts: ["a", undefined, null, [0.5]],
      mixed: [1, 0.5, "a"],
      longest: Array.from({ length: 63 }, (_, i) => i / 2),
      longer: Array.from({ length: 64 }, (_, i) => i / 2),
    }),
    mutate(root) {
      root.integers[1] = 0.5;
      root.doubles.length = 1;
      delete root.texts[0];
      root.born = [[-0], [1], [[]], [, 1]];
    },
  },
  {
    name: "long arrays",
    make: () => ({
      full: Array.from({ length: 300 }, (_, i) => i),
      holes: Object.assign(Array.from({ length: 300 }), { 10_000: 1, note: 2 }),
      half: Object.assign(new Array(200), Array.from({ length: 100 }, () => null)),
    }),
    mutate(root) {
      delete root.half[0];
      root.full.note = root.full.splice(10, 5);
    },
  },
  {
    name: "detached buffers",
    make: () => ({ buffer: new Uint8Array([1, 2, 3]).buffer, bytes: null as Uint8Array | null }),
    mutate(root) {
      root.moved = root.buffer.transfer();
    },
  },
  {
    name: "dates, regular expressions, boxes",
    make: () => {
      const regexp = /a(b)?/dgi;
      regexp.exec("xxab");
      return {
        dates: [new Date(86400000), new Date(NaN)],
        regexp,
        boxes: [Object(1), Object("two"), Object(false), Object(3n), Object(Symbol.iterator)],
      };
    },
    mutate(root) {
      root.dates[1].setTime(1);
      root.regexp.lastIndex = 0;
      root.regexp.note = /late/u;
      root.boxes[1].extra = 1;
    },
  },
  {
    name: "errors",
    make: (side) => {
      const Failure = side.class(SITE.Failure);
      const cause = new TypeError("inner");
      return {
        outer: new Error("outer", { cause }),
        many: new AggregateError([cause, 1], "many"),
        failure: Object.assign(new Failure("custom"), { code: 7 }),
        bare: new RangeError(),
      };
    },
    mutate(root) {
      root.outer.message = "changed";
      root.outer.stack = "rewritten";
      delete root.bare.stack;
      root.fresh = new RangeError("fresh");
      delete root.fresh.stack;
      root.failure.cause = root.outer;
    },
  },
  {
    name: "closures that share a scope",
    make: (side) => {
      const scope = new FakeScope(0, [10]);
      return { increment: side.closure(SITE.increment, [scope]), read: side.closure(SITE.read, [scope]) };
    },
    mutate(root, side) {
      root.increment();
      const scope = (side.describe(root.read) as any).scopes[0];
      root.bornThere = side.closure(SITE.increment, [scope]);
      root.bornThere();
      return root.read(0);
    },
  },
  {
    name: "functions as objects",
    make: (side) => {
      const fn = side.closure<any>(SITE.plainFunction);
      fn.note = { on: fn };
      fn.prototype.method = side.closure(SITE.anonymous);
      const renamed = side.closure(SITE.anonymous);
      Object.defineProperty(renamed, "name", { value: "renamed" });
      return {
        fn,
        renamed,
        instance: new fn(),
        generator: side.closure(SITE.generator),
        builtin: Math.max,
        frozen: Object.freeze(side.closure(SITE.anonymous)),
      };
    },
    mutate(root) {
      delete root.fn.note;
      delete root.renamed.name;
      root.renamed.late = 1;
      root.fn.prototype = { constructor: root.fn, replaced: true };
      root.fn.length2 = root.generator.prototype;
    },
  },
  {
    name: "default names come back",
    make: (side) => {
      const fn = side.closure(SITE.plainFunction);
      Object.defineProperty(fn, "name", { value: "other" });
      return { fn };
    },
    mutate(root) {
      Object.defineProperty(root.fn, "name", { value: "plainFunction" });
    },
  },
  {
    name: "bound functions",
    make: (side) => {
      const target = side.closure(SITE.plainFunction);
      const self = { self: true };
      return { bound: side.bind(target, self, 1, self), twice: side.bind(side.bind(target, null), self) };
    },
    mutate(root, side) {
      root.fresh = side.bind(root.bound, undefined, root);
    },
  },
  {
    name: "super methods",
    make: (side) => {
      const home: any = Object.setPrototypeOf({}, { base: 1 });
      home.method = side.closure(SITE.superMethod, [], home);
      return { home };
    },
    mutate: (root) => root.home.method(),
  },
  {
    name: "module bindings",
    make: (side) => {
      side.bindings.set(TALLY.index, { tally: 1 });
      return { fn: side.closure(SITE.usesBinding) };
    },
    mutate(root, side) {
      (side.readBinding(TALLY) as any).tally++;
      const old = root.fn();
      side.writeBinding(TALLY, { tally: "new", old });
    },
  },
  {
    name: "classes and private fields",
    make: (side) => {
      const Point = side.class(SITE.Point);
      const origin = new Point({ deep: 1 }, 2);
      Point.origin = origin;
      return { list: [origin, new Point(origin, origin)] };
    },
    mutate(root) {
      root.list[0].x = "changed";
      const Point = root.list[0].constructor;
      root.list.push(new Point(root.list[1], 0));
      Point.origin = root.list[2];
      Point.prototype.added = 1;
      return root.list[1].norm();
    },
  },
  {
    name: "class reached from an instance only",
    make: (side) => [new (side.class(SITE.Point))(1, 2)],
    mutate: (root) => root[0].constructor,
  },
  {
    name: "class members by themselves",
    make: (side) => {
      const Point = side.class(SITE.Point);
      return {
        norm: Point.prototype.norm,
        label: Object.getOwnPropertyDescriptor(Point.prototype, "label")!.get,
      };
    },
    mutate(root) {
      root.norm.extra = 1;
    },
  },
  {
    name: "computed class keys",
    make: (side) => {
      const key = Symbol("field");
      const Point3 = side.class(SITE.Point3, [], [key]);
      Object.setPrototypeOf(Point3, Function.prototype);
      Object.setPrototypeOf(Point3.prototype, Object.prototype);
      return { key, Point3 };
    },
  },
  {
    name: "changed prototypes",
    make: () => ({ a: { x: 1 }, b: Object.create({ inherited: 1 }) }),
    mutate(root) {
      Object.setPrototypeOf(root.a, root.b);
      Object.setPrototypeOf(root.b, null);
    },
  },
  {
    name: "arguments",
    make: () => ({
      strict: (function (..._: unknown[]) {
        return arguments;
      })(1, { two: 2 }),
      sloppy: Function("a", "return arguments").call(null, 1).length,
    }),
    mutate(root) {
      root.strict[0] = "changed";
      root.strict.length = 1;
    },
  },
  {
    name: "weak collections",
    make: () => {
      const kept = { kept: 1 }, other = { other: 1 }, secret = { secret: 1 };
      const map = new WeakMap<object, unknown>([[kept, { state: kept }], [other, secret], [
        {},
        "unreachable",
      ]]);
      map.set(secret, "chained");
      return { map, set: new WeakSet([kept, {}]), kept, other };
    },
    mutate(root) {
      const fresh = {};
      root.map.get(root.kept).changed = true;
      root.map.set(fresh, "fresh").set(root.other, 5);
      root.map.delete(root.kept);
      root.set.add(fresh);
      root.set.delete(root.kept);
      root.late = new WeakMap([[fresh, root.map], [root, 1]]);
      return fresh;
    },
  },
  {
    name: "weak collections whose keys come later",
    make: () => {
      const key = {};
      return [new WeakMap([[key, [key]]]), Object.assign(new WeakSet([key]), { note: 1 }), key];
    },
    mutate(root) {
      root[0].get(root[2]).push(root);
      root[1].note = new WeakRef(root[2]);
    },
  },
  {
    name: "WeakRef",
    make: () => {
      const target: any = { target: true };
      target.self = new WeakRef(target);
      return target;
    },
    mutate(root) {
      root.self.deref().seen = new WeakRef(root.self);
    },
  },
  {
    name: "settled promises",
    make: () => {
      const value = { value: 1 } as any;
      value.of = Promise.resolve(value);
      const failed = Promise.reject(new RangeError("no"));
      failed.catch(() => {});
      return { done: Object.assign(Promise.resolve(5), { note: 1 }), failed, value };
    },
    mutate(root) {
      root.done.note = root.value.of;
      root.fresh = Promise.resolve(root);
    },
  },
  {
    name: "large things of which little changes",
    make: () => {
      const map = new Map<unknown, unknown>();
      const root = {
        list: [] as unknown[],
        map,
        set: new Set<unknown>(),
        table: {} as any,
        floats: new Float64Array(64),
      };
      for (let i = 0; i < 200; i++) {
        root.list.push(i % 50 === 0 ? root : `element ${i}`);
        map.set(`key ${i}`, i % 40 === 0 ? root.list : i);
        root.set.add(`member ${i}`);
        root.table[`name ${i}`] = i % 3;
      }
      return root;
    },
    mutate({ list, map, set, table, floats }) {
      list[7] = { fresh: list };
      list.splice(120, 2, "put in");
      delete list[150];
      map.delete("key 3");
      map.set("key 3", "at the end");
      map.set("key 100", set);
      set.delete("member 199");
      table["name 150"] = map;
      floats[9] = 0.5;
    },
  },
  {
    name: "proxies",
    make: (side) => {
      const target = { a: 1 } as any;
      const proxy = new Proxy(target, { get: side.closure<any>(SITE.anonymous), has: undefined as any });
      target.proxy = proxy;
      return { proxy, target, callable: new Proxy(side.closure(SITE.plainFunction), {}) };
    },
    mutate(root) {
      root.target.b = 2;
      root.fresh = new Proxy(root.proxy, {});
    },
  },
  {
    name: "objects of the host in plain values",
    make: () => {
      const url = new URL("https://user@example.org:8080/a?b=1&b=2#c");
      return {
        url,
        query: url.searchParams,
        params: new URLSearchParams("x=1&y=%20"),
        headers: Object.assign(new Headers([["A", "1"], ["a", "2"]]), { note: 1 }),
        encoder: new TextEncoder(),
        money: new Intl.NumberFormat("de", { style: "currency", currency: "EUR" }),
        day: Temporal.PlainDate.from("2024-02-29"),
      };
    },
    mutate(root) {
      root.query.append("d", "new");
      root.url.hash = "e";
      root.params.delete("x");
      root.headers.set("b", "3");
      root.fresh = new URL("file:///x");
      root.later = root.day.add({ days: 1 });
    },
  },
];
