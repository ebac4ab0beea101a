// Heaps that programs rarely have: each goes there and back twice, and changes on both sides.
// deno-lint-ignore-file no-explicit-any
interface Case { name: string; state: any; act(state: any, turn: number): unknown; show(state: any): unknown }
const cases: Case[] = [];
function add<T>(name: string, state: T, act: (state: T, turn: number) => unknown, show: (state: T) => unknown): void {
  cases.push({ name, state, act, show });
}

class Branded { #mark = 1; get mark() { return this.#mark; } static is(x: any) { return #mark in x; } bump() { return ++this.#mark; } }
{
  const proto = Object.create(Branded.prototype, { shown: { get() { return Branded.is(this) ? this.mark : "unbranded"; }, enumerable: true } });
  const own = Object.setPrototypeOf(new Branded(), proto);
  add("getter with a brand on a prototype", { own, proto }, (s) => [s.own.bump(), s.own.shown, s.proto.shown], (s) => [s.own.shown, s.proto.shown, Object.getPrototypeOf(s.own) === s.proto]);
}
class Stack2 extends Array { static get [Symbol.species]() { return Array; } top() { return this.at(-1); } }
add("Symbol.species subclass", { list: Stack2.of(1, 2, 3) as Stack2 }, (s, t) => { s.list.push(t); return [s.list.map((x) => x).constructor.name, s.list.top()]; }, (s) => [s.list, s.list instanceof Stack2, s.list.filter(Boolean).constructor === Array]);
class Sealed { #n = 0; #step() { return ++this.#n; } go() { return this.#step(); } constructor() { Object.freeze(this); } }
add("frozen instance with private methods", { f: new Sealed() }, (s) => s.f.go(), (s) => [s.f.go(), Object.isFrozen(s.f)]);
{
  const long: any[] = []; long.length = 2 ** 32 - 1; long[5] = "x";
  add("array of the greatest length", { long }, (s, t) => { s.long[4294967290 + t] = t; return s.long.length; }, (s) => [s.long.length, Object.keys(s.long)]);
}
add("Map keyed by NaN and zeros", { map: new Map<any, any>([[NaN, 1], [-0, "z"], [undefined, "u"]]) }, (s, t) => { s.map.set(NaN, t); s.map.set(0, `zero${t}`); return s.map.get(-0); }, (s) => [[...s.map], Object.is([...s.map.keys()][1], 0)]);
{
  const buffer = new ArrayBuffer(8, { maxByteLength: 64 });
  add("resizable buffer that shrinks at the clone", { buffer, all: new Uint8Array(buffer), tail: new Uint16Array(buffer, 4), fixed: new Uint8Array(buffer, 2, 4), view: new DataView(buffer, 6) },
    (s, t) => { s.all[0] = t + 7; s.buffer.resize(t === 0 ? 3 : 12); return [s.all.length, s.tail.length, s.fixed.length]; },
    (s) => [s.all.length, s.tail.length, s.fixed.length, s.fixed.byteOffset, s.buffer.byteLength, s.all[0], (() => { try { return s.view.byteLength; } catch (e) { return (e as Error).name; } })()]);
}
const made: any[] = [];
for (let i = 0; i < 3; i++) made.push(class { static seen: number; static next: () => number; static { this.seen = i * 10; this.next = () => ++i + this.seen; } });
add("static blocks over loop variables", { made }, (s) => s.made.map((c: any) => c.next()), (s) => s.made.map((c: any) => [c.next(), c.seen]));
function* finals(log: string[]) { try { yield 1; } finally { log.push("in finally"); yield "from finally"; log.push("after"); } }
{
  const log: string[] = []; const gen = finals(log); gen.next(); gen.return(9 as any);
  add("generator suspended in finally", { gen, log }, (s) => s.log.length, (s) => [s.log, s.gen.next()]);
}
async function* ticks() { yield 1; yield 2; }
add("async generator", { gen: ticks() }, (s, t) => { (s as any).t = t; return typeof s.gen.next; }, (s) => (s as any).t);
{
  const text = "añ😀z"[Symbol.iterator](); text.next();
  const matches = "a1b2c3".matchAll(/[a-z](\d)/g); matches.next();
  add("string iterators", { text }, (s) => s.text.next(), (s) => s.text.next());
  add("matchAll iterators", { matches }, (s) => s.matches.next().value?.[1], (s) => s.matches.next().value?.[1]);
}
add("iterator helpers", { helper: [1, 2, 3, 4, 5].values().map((x) => x * 2).filter((x) => x > 2).take(3) }, (s) => s.helper.next(), (s) => s.helper.next());
add("proxies", { p: new Proxy<any>({ a: 1 }, { get: (t, k) => k in t ? t[k] : `no ${String(k)}`, set(t, k, v) { t[k] = v * 2; return true; } }) }, (s, t) => { s.p.a = t; return [s.p.a, s.p.nothing]; }, (s) => [s.p.a, s.p.b]);
{
  const { proxy, revoke } = Proxy.revocable<any>({}, {}); revoke();
  add("revoked proxy", { proxy, n: 0 }, (s, t) => s.n = t, (s) => [s.n, typeof s.proxy]);
}
const T = (globalThis as any).Temporal;
add("Temporal", { when: T?.PlainDate.from("2024-02-29"), span: T?.Duration.from("P1DT2H") }, (s) => { s.when = s.when?.add(s.span); return String(s.when); }, (s) => [String(s.when), String(s.span)]);
add("Intl", { f: new Intl.NumberFormat("de", { style: "currency", currency: "EUR" }), c: new Intl.Collator("sv"), l: new Intl.Locale("en-GB", { calendar: "gregory" }), p: new Intl.PluralRules("en", { type: "ordinal" }) }, (s) => [s.f.format(1234.5), s.p.select(2)], (s) => [s.f.format(2), ["z", "ä"].sort(s.c.compare), s.l.toString()]);
{
  const held: any = { name: "held" }; Error.captureStackTrace(held);
  add("captureStackTrace", { held }, (s, t) => { s.held.name = `n${t}`; return typeof s.held.stack; }, (s) => [s.held.name, s.held.stack.split("\n").length > 1, Object.getOwnPropertyDescriptor(s.held, "stack")!.enumerable]);
}
add("DOMException", { e: new DOMException("told", "AbortError") as any }, (s, t) => { s.e.extra = t; return [s.e.code, s.e.name]; }, (s) => [s.e.extra, s.e instanceof DOMException, s.e.message, String(s.e)]);
add("structuredClone'd", { c: structuredClone({ d: new Date(5), m: new Map([[{ k: 1 }, new Set([1n])]]), e: new RangeError("r"), r: /x/gi }) as any }, (s, t) => { s.c.t = t; return s.c.e.message; }, (s) => [s.c.d.getTime(), [...s.c.m.keys()][0], s.c.e instanceof RangeError, s.c.t]);
{
  const end = { end: true }; const a = new WeakRef(end); const b = new WeakRef(a);
  add("WeakRef chain", { b, a, end }, (s, t) => { (s.b.deref()!.deref() as any).t = t; return s.b.deref() === s.a; }, (s) => [s.end, s.b.deref()!.deref() === s.end]);
}
{
  let shared = 0;
  const s0: any = { up: () => ++shared, bornThere: undefined, grow() { let own = shared; s0.bornThere = { inc: () => ++own + ++shared, get: () => [own, shared] }; return own; } };
  add("closures of one scope, born on both sides", s0, (s, t) => t === 0 ? s.grow() : [s.bornThere.inc(), s.up()], (s) => [s.up(), s.bornThere.get(), s.bornThere.inc(), s.bornThere.get()]);
}
{
  const map = new Map([["a", 1], ["b", 2], ["c", 3], ["d", 4]]); const it = map.entries(); it.next();
  add("live Map iterator while merged", { map, it }, (s, t) => { s.map.delete(t === 0 ? "b" : "d"); s.map.set(`n${t}`, t); return [...s.map.keys()]; }, (s) => [s.it.next(), [...s.map]]);
}
class Node2 { next: Node2 | null = null; constructor(public k: number) {} static { (this as any).ring = null; } }
{
  const base: any = class Base { static who() { return "base"; } }; const sub: any = class Sub extends base { static who() { return "sub>" + super.who(); } };
  base.sub = sub; sub.prototype.home = sub; Object.setPrototypeOf(base.prototype, { up: sub });
  add("prototype chain back through classes", { o: new sub(), sub }, (s, t) => { s.sub.count = t; return [s.o.home.who(), s.o.up === s.sub]; }, (s) => [s.sub.count, s.o.constructor === s.sub, s.o.up.sub === s.sub, Object.getPrototypeOf(s.sub).sub === s.sub]);
}
{
  const nulls = Object.create(null); nulls.__proto__ = 5; Object.defineProperty(nulls, "__proto__", { enumerable: false });
  const own = JSON.parse('{"__proto__": {"x": 1}}');
  add("own __proto__", { nulls, own }, (s, t) => { s.own.__proto__.x = t; s.nulls.added = t; return Object.keys(s.own); }, (s) => [Object.getOwnPropertyDescriptor(s.nulls, "__proto__"), s.nulls.added, JSON.stringify(s.own)]);
}
{
  const bare = function () {} as any; bare.prototype = null; delete bare.name; const arrow: any = () => 1; Object.defineProperty(arrow, "length", { value: 7 });
  const cls: any = class { static name = 5; static length = "l"; };
  add("functions with odd own properties", { bare, arrow, cls }, (s, t) => { s.bare.t = t; s.cls.name++; return [Object.keys(s.bare), s.arrow.length]; }, (s) => [s.bare.prototype, Object.hasOwn(s.bare, "name"), s.arrow.length, s.cls.name, s.cls.length, s.bare.t]);
}
{
  const args = (function (_a: any, _b: any) { return arguments; })(1, 2) as any; args[0] = "changed"; args.length = 5; delete args[1];
  add("arguments objects", { args }, (s, t) => { s.args[3] = t; return s.args.length; }, (s) => [Object.prototype.toString.call(s.args), s.args.length, Object.keys(s.args), s.args[0]]);
}
{
  const sparse: any = [, 1, , 2]; sparse.extra = "e"; Object.defineProperty(sparse, 7, { get: () => "got", configurable: true }); Object.defineProperty(sparse, "length", { writable: false });
  add("array with accessors and fixed length", { sparse }, (s, t) => { s.sparse[1] = t; return s.sparse[7]; }, (s) => [s.sparse.length, Object.keys(s.sparse), s.sparse[7], 0 in s.sparse, Object.getOwnPropertyDescriptor(s.sparse, "length")!.writable]);
}
{
  const m: any = new Map(); m.set(m, m); const set: any = new Set([m]); set.add(set); m.set(set, [set]);
  add("Maps and Sets within themselves", { m, set }, (s, t) => { s.m.set(t, s.set); return s.m.get(s.m) === s.m; }, (s) => [s.m.size, s.m.get(s.set)[0] === s.set, s.set.has(s.set), s.m.get(0) === s.set]);
}
{
  const disposed: string[] = []; const stack = new (globalThis as any).DisposableStack(); stack.defer(() => disposed.push("d"));
  add("DisposableStack", { stack, disposed }, (s, t) => t, (s) => [s.stack.disposed, s.disposed]);
}
add("class of null, and new.target", { C: class extends (null as any) { static x = 1; }, make: function (this: any) { return new.target?.name ?? "called"; } as any }, (s, t) => { (s.C as any).x += t; return s.make(); }, (s) => [(s.C as any).x, Object.getPrototypeOf(s.C.prototype), typeof s.make]);
{
  const date = new Date(NaN), re = /(?<y>\d{4})/dgu; re.lastIndex = 3;
  class MyDate extends Date { extra = 1; }
  add("dates and expressions with more to them", { date, re, my: new MyDate(7) }, (s, t) => { s.re.lastIndex = t; s.my.extra = t; s.my.setTime(t); s.date.setTime(t === 0 ? NaN : 5); return s.re.flags; }, (s) => [s.date.getTime(), s.re.lastIndex, s.my.getTime(), s.my.extra, s.my instanceof MyDate]);
}
{
  const err: any = new AggregateError([new TypeError("t", { cause: "c" }), 5], "all"); err.self = err; delete err.stack;
  add("errors without a stack", { err }, (s, t) => { s.err.errors.push(t); return s.err.errors[0].cause; }, (s) => [s.err.errors.length, s.err.self === s.err, "stack" in s.err, s.err.errors[0] instanceof TypeError]);
}
{
  const sym = Symbol("unique"), weak = new WeakMap<any, any>([[sym, { by: "symbol" }]]);
  add("symbols as weak keys", { sym, weak }, (s, t) => { s.weak.get(s.sym).t = t; return s.weak.has(s.sym); }, (s) => [s.weak.get(s.sym), s.sym.description]);
}
add("accessors with private state", { o: (() => { let v = 1; return Object.defineProperty({}, "v", { get: () => v, set: (x) => v = x * 2 }) as any; })() }, (s, t) => { s.o.v = t + 1; return s.o.v; }, (s) => [s.o.v, Object.getOwnPropertyDescriptor(s.o, "v")!.enumerable]);
{
  const many: any = {}; for (let i = 0; i < 2000; i++) many[`k${i % 2 ? i : -i}`] = i; for (let i = 0; i < 1990; i++) delete many[`k${i % 2 ? i : -i}`];
  add("objects in dictionary mode", { many }, (s, t) => { s.many[t] = t; delete s.many.k1991; return Object.keys(s.many).length; }, (s) => Object.keys(s.many));
}
{
  const f16 = (globalThis as any).Float16Array ? new (globalThis as any).Float16Array([1.5, NaN, -0]) : [1.5];
  add("views of every kind", { f16, big: new BigInt64Array([-1n, 2n ** 62n]), clamped: new Uint8ClampedArray([300, -5]), sub: new Float32Array(new ArrayBuffer(32), 8, 3) }, (s, t) => { s.big[0] = BigInt(t); s.sub[1] = t / 3; s.clamped[0] = 1000; return s.f16[0]; }, (s) => [s.big, s.sub[1], s.sub.byteOffset, s.clamped, Object.is(s.f16[2], -0)]);
}
{
  const buffer = new ArrayBuffer(16); const view = new Uint8Array(buffer, 4); const gone = structuredClone(new ArrayBuffer(1)); structuredClone(gone, { transfer: [gone] });
  add("buffers transferred at the clone", { buffer, view, gone } as any, (s: any, t: number) => { if (t === 0) { s.moved = s.buffer.transfer(20); s.moved2 = new Uint8Array(s.moved); s.moved2[5] = 9; } return s.view.length; }, (s: any) => [s.view.length, s.buffer.detached, s.moved.byteLength, s.moved2[5], s.gone.detached]);
}

class Counted extends Map<any, any> { #sets = 0; override set(k: any, v: any) { this.#sets++; return super.set(k, v); } get sets() { return this.#sets; } }
add("Map subclass that counts", { m: new Counted().set("a", 1) as Counted }, (s, t) => { s.m.set(`k${t}`, t); return s.m.sets; }, (s) => [s.m.sets, [...s.m], s.m instanceof Counted]);
class Sized extends Set<any> { label; constructor(items: any[], label: string) { super(items); this.label = label; } override add(x: any) { return super.add(x); } }
add("Set subclass with a constructor of its own", { s: new Sized([1], "L") }, (s, t) => { s.s.add(t + 10); return s.s.size; }, (s) => [[...s.s], s.s.label]);
class Later extends Promise<any> { tag = "t"; static override get [Symbol.species]() { return Promise; } }
add("settled Promise subclass", { p: Later.resolve(5) as any }, (s, t) => { s.p.tag = `t${t}`; return s.p instanceof Later; }, (s) => [s.p.tag, s.p instanceof Later]);
class Bytes extends Uint8Array { #note = "n"; get note() { return this.#note; } set note(n) { this.#note = n; } }
add("typed array subclass with private state", { b: new Bytes(4) }, (s, t) => { s.b[t] = 9; s.b.note = `n${t}`; return s.b.length; }, (s) => [[...s.b], s.b.note, s.b instanceof Bytes]);
class Failed extends Error { #code; override name = "Failed"; constructor(m: string, code: number) { super(m, { cause: { code } }); this.#code = code; } get code() { return this.#code; } }
add("error subclass, thrown there", { n: 0 }, (s, t): any => { s.n++; if (t === 1) throw new Failed("there", 7); return new Failed("given", 8); }, (s) => s.n);
add("Proxy around an array and a class", { list: new Proxy<any[]>([1], { get: (t, k) => Reflect.get(t, k), deleteProperty: () => false }), C: new Proxy(class K { x = 1; }, { construct: (T, a) => Object.assign(Reflect.construct(T, a), { via: "proxy" }) }) as any }, (s, t) => { s.list.push(t); return [Array.isArray(s.list), new s.C().via]; }, (s) => [[...s.list], new s.C()]);
{
  const proto: any = new Proxy<any>({}, { get: (_, k) => typeof k === "string" ? `from ${k}` : undefined, has: () => false });
  add("Proxy as a prototype", { o: Object.setPrototypeOf({ own: 1 }, proto) as any }, (s, t) => { s.o.own = t; return s.o.missing; }, (s) => [s.o.own, s.o.other]);
}
{
  const tag = (strings: TemplateStringsArray) => strings; const same = () => tag`a${1}b`;
  add("template objects", { first: same(), same }, (s) => [s.first.raw[0], Object.isFrozen(s.first)], (s) => [s.first.raw, Object.isFrozen(s.first), s.same() === s.same()]);
}
{
  const base = { hello() { return "base"; }, get v() { return 1; } };
  const derived: any = { __proto__: base, hello() { return "derived>" + super.hello(); }, get v() { return super.v + 1; }, async *gen() { yield super.hello(); } };
  add("super in object literals", { derived, base }, (s, t) => { (s.base as any).t = t; return [s.derived.hello(), s.derived.v]; }, (s) => [s.derived.hello(), s.derived.v, (s.base as any).t, Object.getPrototypeOf(s.derived) === s.base]);
}
class Auto { seen = 0; static #all = new Set<Auto>(); static #count() { return Auto.#all.size; } constructor() { Auto.#all.add(this); } static get count() { return Auto.#count(); } touch = () => ++this.seen; }
add("static private sets, arrow fields", { a: new Auto() }, (s) => { new Auto(); return [s.a.touch(), Auto.count]; }, (s) => [s.a.seen, s.a.touch(), Auto.count]);
{
  function* lazy(n: number) { while (true) yield n++; }
  add("generator that was not started", { make: lazy, g: lazy(3) }, (s, t) => { const g = s.make(t); return [g.next().value, g.next().value]; }, (s) => s.g.next().value);
}
{
  const frozen: any = Object.freeze(new Map([["k", { n: 1 }]])); const list: any = Object.preventExtensions([1, 2]); const sealedF: any = Object.seal(() => sealedF.x); 
  add("frozen Map, fixed array, sealed function", { frozen, list, sealedF }, (s, t) => { s.frozen.set(t, t); s.list[0] = t; s.list.length = 2 - t; return Object.isFrozen(s.frozen); }, (s) => [[...s.frozen], s.list, Object.isExtensible(s.list), Object.isSealed(s.sealedF)]);
}
{
  const key = new ArrayBuffer(2), map = new Map<any, any>([[key, "buffer"], [Symbol.iterator, 1], [Symbol.for("reg"), 2], [add, 3], [1n, 4]]);
  add("Map with odd keys", { key, map }, (s, t) => { s.map.set(1n, t); s.map.set(Symbol.for("reg"), t); return [s.map.get(s.key), s.map.get(Symbol.iterator), s.map.get(add)]; }, (s) => [s.map.size, s.map.get(1n), s.map.get(Symbol.for("reg")), s.map.get(s.key)]);
}
{
  const o: any = { b: 1, 2: "two", a: 1, 1: "one", [Symbol("s")]: 1 };
  add("property order after deletion", { o }, (s, t) => { delete s.o.b; s.o.b = t; s.o[0] = t; return Reflect.ownKeys(s.o).length; }, (s) => Reflect.ownKeys(s.o).map(String));
}
{
  const target: any = { a: 1 }; const bound: any = (function (this: any, x: number, y: number) { return [this.a, x, y]; }).bind(target, 1); const twice = bound.bind({ a: 2 }, 2); bound.own = "o"; const C: any = (class Z { v; constructor(v: number) { this.v = v; } }).bind(null, 4);
  add("bound functions of bound functions and classes", { target, bound, twice, C }, (s, t) => { s.target.a = t; s.bound.own = t; return [s.twice(), new s.C().v]; }, (s) => [s.bound(9), s.twice(), s.bound.own, new s.C().v, s.C.name, s.twice.length]);
}
{
  const a: any = { name: "a" }, b: any = { name: "b", a }; a.b = b; a.err = new Error("loop", { cause: a }); b.list = [a, b, [a]]; b.get = () => a;
  add("rings through everything", { a, b }, (s, t) => { s.b.list[2][1] = s.b; s.a.t = t; return s.b.get() === s.a; }, (s) => [s.a.err.cause === s.a, s.b.list[2][1] === s.b, s.b.get().t, s.a.b.a === s.a]);
}
{
  const late: any[] = []; for (const x of [1, 2]) for (let i = 0; i < 2; i++) late.push({ get: () => x * 10 + i, inc: () => i++ });
  add("nested loops' closures", { late }, (s) => s.late.map((l) => (l.inc(), l.get())), (s) => s.late.map((l) => (l.inc(), l.get())));
}
{
  const em = new EventTarget(); const ac = new AbortController();
  add("host objects that stay", { em, ac, n: 1 }, (s, t) => s.n = t, (s) => [s.n, s.ac.signal.aborted, s.em instanceof EventTarget]);
}
{
  const fr = new FinalizationRegistry(() => {}); const t0 = {}; fr.register(t0, "held", t0);
  add("FinalizationRegistry", { fr, t0 }, (s, t) => { s.fr.register({ t }, t); return typeof s.fr; }, (s) => s.fr.unregister(s.t0));
}
{
  let log = ""; const o: any = { get a() { log += "get;"; return 1; }, set a(v) { log += `set${v};`; }, toJSON() { log += "json;"; }, [Symbol.toPrimitive]() { log += "prim;"; return 1; }, get [Symbol.toStringTag]() { log += "tag;"; return "T"; }, *[Symbol.iterator]() { log += "it;"; }, then: undefined };
  add("objects that see every touch", { o, log: () => log }, (s, t) => { s.o.a = t; return s.log(); }, (s) => s.log());
}
{
  const big: any = 2n ** 4000n, text = "\ud800lone\u0000" + "é".repeat(70000), deep: any = {}; let at = deep; for (let i = 0; i < 30000; i++) at = at.next = { i };
  add("large values", { big, text, deep }, (s, t) => { s.big += BigInt(t); s.deep.t = t; return s.text.length; }, (s) => [s.big === 2n ** 4000n + BigInt(s.deep.t), s.text.charCodeAt(0), s.text.length, (() => { let n = 0; for (let a = s.deep; a; a = a.next) n++; return n; })()]);
}
{
  const seg = new Intl.Segmenter("en", { granularity: "word" }); const durations = (Intl as any).DurationFormat ? new (Intl as any).DurationFormat("en") : seg;
  add("Intl.Segmenter and more", { seg, durations, names: new Intl.DisplayNames("en", { type: "region" }) }, (s) => [[...s.seg.segment("a b")].length, s.names.of("DE")], (s) => [s.seg.resolvedOptions().granularity, s.names.of("FR")]);
}
{
  const bytes = new Uint8Array(200_000).map((_, i) => i); const same = [bytes, bytes.subarray(10, 20), new DataView(bytes.buffer, 5)] as const;
  add("large buffer under several views", { bytes, same }, (s, t) => { s.same[2].setUint8(0, 77 + t); s.bytes[199_999] = t; return s.same[1][0]; }, (s) => [s.bytes[5], s.bytes[199_999], s.same[1].buffer === s.bytes.buffer, s.same[0] === s.bytes]);
}
class Base0 { constructor() { (this as any).init?.(); } }
class Hooked extends Base0 { static made = 0; f = ++Hooked.made; init() { Hooked.made += 100; } static [Symbol.hasInstance](x: any) { return typeof x === "object" && x !== null && "f" in x; } }
add("constructors and field initialisers with effects", { h: new Hooked(), list: [new Hooked()] }, (s, t) => { s.list.push(new Hooked()); return [Hooked.made, t]; }, (s) => [s.list.length, s.h.f, Hooked.made, ({ f: 1 }) instanceof Hooked]);

// One each: a method that was given up stays on the device.
const works = [work0, work1, work2, work3, work4, work5, work6, work7, work8, work9, work10, work11, work12, work13, work14, work15, work16, work17, work18, work19, work20, work21, work22, work23, work24, work25, work26, work27, work28, work29, work30, work31, work32, work33, work34, work35, work36, work37, work38, work39, work40, work41, work42, work43, work44, work45, work46, work47, work48, work49, work50, work51, work52, work53, work54, work55, work56, work57, work58, work59, work60];
function work0(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work1(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work2(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work3(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work4(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work5(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work6(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work7(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work8(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work9(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work10(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work11(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work12(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work13(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work14(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work15(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work16(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work17(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work18(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work19(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work20(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work21(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work22(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work23(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work24(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work25(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work26(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work27(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work28(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work29(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work30(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work31(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work32(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work33(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work34(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work35(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work36(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work37(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work38(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work39(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work40(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work41(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work42(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work43(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work44(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work45(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work46(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work47(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work48(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work49(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work50(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work51(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work52(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work53(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work54(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work55(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work56(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work57(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work58(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work59(c: Case, turn: number): unknown { return c.act(c.state, turn); }
function work60(c: Case, turn: number): unknown { return c.act(c.state, turn); }
const shown = (value: unknown) => Deno.inspect(value, { depth: 6, breakLength: Infinity, compact: true }).replaceAll("\n", " ");
const only = Deno.args[0];
for (const c of cases) {
  if (only !== undefined && !c.name.includes(only)) continue;
  for (const turn of [0, 1]) {
    let told: unknown;
    try { told = works[cases.indexOf(c)]!(c, turn); } catch (e) { told = `threw ${e}`; }
    let after: unknown;
    try { after = c.show(c.state); } catch (e) { after = `threw ${e}`; }
    console.log(`${c.name} ${turn}: ${shown(told)} | ${shown(after)}`);
  }
}
