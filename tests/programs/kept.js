// What fails where an iterator would have been kept: messages name the expression, stacks its place.
class F { #q = {}; q = null; go() { return this.#q.values(); } st() { return this.q.values(); } }
const o = { p: {}, f: () => ({}), "a b": {}, n: () => null, u: undefined }; const say = (fn) => { try { fn(); } catch (e) { console.log(e.message, e.stack.split("\n")[1].replace(/file:.*\//, "")); } };
const id = (x) => x;
say(() => new F().values());
const keep = (...all) => all.length;
say(() => keep(new F().values()));
say(() => keep(new F().go()));
say(() => keep(new F().st()));
say(() => keep(o.f().values()));
say(() => keep(o.f(1, o).p.values()));
say(() => keep(o.n().values()));
say(() => keep(o.n()
   .values()));
say(() => { return { a: o.u.values() }; });
say(() => { const it = o.u
    .values(); });
say(() => [id(o).p.values()]);
say(() => [id(o).u.values()]);
say(() => [id(id)(o).values()]);
say(() => [id(o)[Symbol.iterator]()]);
say(() => [o.u[Symbol.iterator]()]);
say(() => [id()[Symbol.iterator]()]);
say(() => [o["a b"].values()]);
say(() => [o["p"].values()]);
say(() => [[1].p.values()]);
say(() => [o.p.f.values()]);
say(() => [(o.p).values()]);
say(() => [o.p /* c */ . values()]);
class M extends Map { values() { say(() => this.nope.x); return super.values(); } entries() { throw new Error("own"); } }
say(() => [...[new M([[1, 2]]).values()]].length);
say(() => [id(new M()).entries()]);
say(() => { const x = { m: new M() }; const it = x.m.entries(); });
const a = [1, 2, 3]; const its = [a.values(), a.keys(), [...a].entries(), new Map([[1, 2]]).entries(), "ab"[Symbol.iterator]()];
console.log(its.map((i) => i.next().value), its.map((i) => Object.prototype.toString.call(i)));
console.log([..."abc"].entries().map(([i, c]) => i + c).toArray());
class T { *[Symbol.iterator]() { yield 1; } keys() { return [1].values(); } } const t = new T(); const x = t.keys(); console.log(x.next(), t[Symbol.iterator]().next());
function z(n) { return n ? [z(n - 1), f2(n).values()].length : 0; } function f2(n) { return [n, ...[n].keys()]; } console.log(z(3));
