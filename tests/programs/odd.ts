const out: unknown[] = [];
// functions in odd places
class K {
  static [Symbol.hasInstance](x: any) { return x === 1; }
  ["comp" + "uted"]() { return "c"; }
  static async *gen() { yield* [1, 2]; }
  "quoted"() { return 1; }
  1.5() { return 2; }
  get [Symbol.toStringTag]() { return "KK"; }
}
function callsNew(this: any) { return new.target === undefined ? "call" : new.target.name; }
function withThis(this: any, a = this?.x ?? "none", b = arguments.length) { return [a, b]; }
const arrowThis = { x: 5, m() { return [1].map(() => this.x)[0]; }, s: { get y() { return "gy"; } } };
function paramScopes(a: any, f = () => a, g = (v: any) => a = v) { var a: any; const first = a; a = 9; g(4); return [first, a, f()]; }
function shadows(x: number) { { let x = 2; var f = () => x++; } const y = () => x; f(); return [f(), y(), ((x) => x)(7)]; }
function closuresInHead() { const fs: any[] = []; for (let i = 0, inc = () => i++; i < 3; inc(), i++) fs.push(() => i, inc); return fs.length; }
function tryReturn() { try { return "t"; } finally { out.push("f"); } }
function labels() { a: { b: { break a; } } return [void 0, typeof null, !0]; }
function getset() { const o = { __proto__: { inherited: 1 }, get a() { return 1; }, set a(v) { out.push(v); }, "b c": 1, async *ag() {}, [`k${1}`]: () => 1 } as any; o.a = 3; return [o.inherited, Object.keys(o), o.k1.name, o]; }
function evalOrder() { const log: string[] = []; const t = (s: string) => (log.push(s), s); ({ [t("a")]: t("b"), ...{ [t("c")]: 1 } }); const { [t("d")]: z = t("e") } = {} as any; t("f"); (t("g"), [t("h"), t("i")]); return [log, z]; }
const iife = ((n) => function fact(k: number): number { return k ? k * fact(k - 1) : n; })(1);
function big() { return [10n ** 20n, BigInt.asUintN(8, 257n), 0.1 + 0.2, 1e21, -0, [NaN].includes(NaN), parseInt("08"), (25).toString(36), 0b11, 0o17, 1_000]; }
function strings() { return ["\u{1F600}".length, [..."a\u{1F600}"], "x".at(-1), "ß".toUpperCase(), "abc".replace(/b/, (m, i) => m + i), "\x41\n".trim(), `a${1}${`b${2}`}`]; }
function dates() { const d = new Date(2024, 1, 29, 12); return [d.toISOString(), d.getDay(), String(d), d.toLocaleDateString("en-US"), JSON.stringify({ d }), structuredClone(d) instanceof Date]; }
function sets() { const s = new Set([1, 2, 3]); return [s.union(new Set([4])), s.isSubsetOf(new Set([1, 2, 3, 4])), Object.groupBy([1, 2, 3], (x) => x % 2 ? "odd" : "even"), Map.groupBy([1, 2], (x) => x)]; }
function weak() { const k = {}; const w = new WeakSet([k]); const r = new WeakRef(k); return [w.has(k), r.deref() === k]; }
function symbols() { const s = Symbol("d"); return [s.description, Symbol.keyFor(Symbol.for("x")), { [s]: 1 }, Symbol.iterator.toString()]; }
function sort() { return [[3, 1, 2].sort((a, b) => b - a), ["b", "a"].toSorted(), [1, [2, [3]]].flat(Infinity), Array.from({ length: 3 }, (_, i) => i * i), [1, 2, 3].findLast((x) => x < 3)]; }
function errors() { const r: string[] = []; for (const f of [() => null!.x, () => (1 as any)(), () => { throw { a: 1 }; }, () => new Array(-1), () => "x".repeat(-1), () => JSON.parse("{"), () => decodeURIComponent("%"), () => { "use strict"; (Object.freeze([]) as any).push(1); }, () => (undefined as any).foo, () => { const { a } = null as any; return a; }] as any[]) { try { f(); } catch (e: any) { r.push(e?.message ?? JSON.stringify(e)); } } return r; }
async function asyncOdd() { const r: unknown[] = []; for await (const x of [Promise.resolve(1), 2]) r.push(x); r.push(await { then(f: any) { f("thenable"); } }); try { await Promise.reject(new Error("rej")); } catch (e: any) { r.push(e.message); } r.push(await Promise.all([1, Promise.resolve(2)])); return r; }
console.log(1 instanceof (K as any), new K(), (new K() as any).computed(), (new K() as any)[1.5](), `${new K()}`);
console.log((callsNew as any)(), new (callsNew as any)().constructor === callsNew, withThis.call({ x: 1 }), (withThis as any)());
console.log(arrowThis.m(), arrowThis.s.y, paramScopes(1), shadows(1), closuresInHead(), tryReturn(), labels(), getset(), out);
console.log(evalOrder(), iife(5), big(), strings());
console.log(dates(), sets(), weak(), symbols(), sort());
console.log(errors());
console.log(await asyncOdd());
for await (const x of K.gen()) console.log(x);
