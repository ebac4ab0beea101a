const t = (f, ...a) => { try { f(...a) } catch (e) { console.log(e.stack.split("\n").slice(0,2).join()) } };
{ let n = null, o = { f: null, g: {} };
t(x => x.y.z + n); t(x => x.y + n); t(x => n + x.y); t(x => x.y?.z + n); t(x => x.y() ? n : 1); t(x => x[1].y ? n : 1); t(x => n.f().g);
t(() => n.x.y.z, n); t(() => n.x.y.z()); t(() => n.x.y["z"]()); t(() => n.x(n)(1)); t(() => n.x`a`.y); t(() => n.x.y[0]); t(() => n.x.y`a`);
t(() => !n.x.y); t(() => typeof n.x.y); t(() => n.x++); t(() => ++n.x); t(() => n.x = 1); t(() => n.x.y = 1); t(() => n.x ??= 1); t(() => (n.x.y, 1)); t(() => (n.x, n.y, 1));
t(() => [n.x.y]); t(() => ({ a: n.x.y })); t(() => `a${n.x.y}`); t(() => new n.x.y()); t(() => new (n.x.y)(1)); t(() => o.f()); t(() => o.f(1).g); t(() => o.g.h.i); t(() => o.g.h(1)); t(() => o.g.h?.(1).u.v); t(() => n?.x.y ?? n.x);
t(() => o?.f.x.y); t(() => (o.f.x)()); t(() => (o.f)()); t(() => ((o.g.x))(n)); t(() => o["f"]()); t(() => o.f /* ( */ ()); t(() => z.x); t(() => z); t(() => { return z }, n); t(() => z + 1); t(() => z()); t(() => z.y()); t(() => new z()); t(() => z`a`); t(() => z.x = 1); t(() => [z]); t(() => z ? 1 : 2); t(() => void z); t(() => delete n.x); t(() => n instanceof n); t(() => n.a.b in n); t(() => n[z.x]); t(() => "a" in n); t(() => -z); t(() => z = z); t(() => n ** z.y); t(() => { n = 1; }); t(() => class extends o.f.x {}); t(() => import(n.x.y)); t(() => ({ ...n.x.y })); t(() => [...n.x]); t(() => o.g(...n)); t(() => o.g(...n.x)); t(() => o.g.x(...n)); t(() => new o.g(...n)); t(() => new o.g); t(() => new o.g.x.y);
let z = 1; }
async function q(f) { try { await f() } catch (e) { console.log(e.stack.split("\n").slice(0,3).join()) } }
{ let n = null; await q(async () => n.x.y); await q(async () => await n.x.y); await q(async () => n.x.y()); await q(async () => await n.x.y()); await q(async () => (await 1, n.x.y)); await q(async () => [await 1, n.x.y]); await q(async () => await q(n.x.y.z)); await q(async () => (await n)()); await q(async () => (await n).x.y);
const later = async () => { await 1; throw new Error("later") }; let u; await q(async () => u ?? await later()); await q(async () => [await later(), u]); await q(async () => await later(u)); await q(async () => await (later)(u)); await q(async () => (u, await later(u)).x); u = 1; }
// What V8 calls an anonymous function it makes up from names that it saw before.
t((f) => f(null), [class { #secret = 1; static of() { return (v) => v.x.y; } }][0].of());
// A class's heritage and keys see the function around; the class's own code doesn't.
(function () { class Last extends (() => arguments[1])() { #own = 1; own() { return this.#own; } } console.log(new Last().own(), Last.name); })(1, Object);
function simple(n) { return n + 1; }
console.log(simple(1));
// Where a class stands whose fields' names are computed.
const thrown = (act) => { try { return act(); } catch (error) { return error.stack.split("\n").slice(0, 3).map((line) => line.replace(/file:.*\//, "")).join("|"); } };
const kind = Symbol("kind");
console.log(thrown(() => { class A { [({ toString() { throw new Error("key"); } })] = 1; } }));
console.log(thrown(() => { class A { [Symbol.for("s")] = 1; static { null.q; } } }));
console.log(thrown(() => { class A { [String("s")] = 1; static q = null.q; } }));
console.log(thrown(() => { class A { [kind] = 1; static q = null.q; } }));
console.log(thrown(() => { class A { ["x" + 1] = 1; [kind] = 2; static q = null.q; } }));
console.log(thrown(() => { class A extends Object { [null.z] = 2; } return new A(); }));
console.log(thrown(() => { class A extends Object { [(() => kind)()] = 2; y = null.z; } return new A(); }));
