// Parameters whose closures share variables with a rest, a setter's body, or names that the body declares anew.
function call(act, ...by) { return act(...by); }
function all(acts, by) { return acts.map((f) => f(by)); }
function rest(act = (by = 0) => n += by + more.length, n = 1, ...more) { n++; return [call(act, more.length), n, Array.isArray(more), more, more.push(9), call(act), rest.length, arguments.length]; }
console.log(rest(), rest(undefined, 4, 5, 6), rest.length, rest.toString());
const arrow = (act = () => [n++, r], n = 5, ...r) => [call(act), r.concat(n), act];
console.log(arrow(), arrow(undefined, 1, 2, 3)[2]());
function pat(act = () => n++ + length, n = 1, ...{ length, 0: first }) { n *= 2; return [call(act), first, act, () => n]; }
console.log(pat(), pat(undefined, 3, "x", "y").slice(2).map((f) => call(f)));
function arr(act = () => n++ + x, n = 1, ...[x, y]) { n *= 2; return [call(act), x, y]; }
console.log(arr(undefined, 2, 3, 4));
function comma(a = () => n++, n = 3,) { n++; return [call(a), n]; }
console.log(comma(), comma.length);
function anew(get = () => n, n = 1) { var n = 5; n++; const mine = () => n++; return [call(get), n, call(mine), n, call(get)]; }
console.log(anew(), anew(undefined, 7));
const x = "outer";
function outer(f = () => x, g = () => typeof h) { var x = "inner"; function h() {} x += "!"; const k = () => x += "?"; return [call(f), call(k), x, call(g), call(() => h.name)]; }
console.log(outer());
function fn(f = (v) => f2 = v ?? f2, f2 = 1, ...r) { function r() {} return [call(f), call(f, 3), typeof r, f2]; }
console.log(fn());
const keptActs = [];
const box = {
  set value([n, act = (by = 0) => n += by]) { n *= 2; keptActs.push(act); },
  set def(n = { v: 1, f: (by = 0) => n.v += by, g: () => n = { v: 100 } }) { keptActs.push((by) => n.v + by, n.f, n.g ?? (() => 0)); n.v++; },
};
box.value = [4]; box.value = [1, () => 7]; box.def = undefined; box.def = { v: 9, f: () => 0 };
console.log(all(keptActs, 2), keptActs.map((f) => call(f, 1)), Object.getOwnPropertyDescriptor(box, "value").set.length, Object.getOwnPropertyDescriptor(box, "def").set.length, Object.getOwnPropertyDescriptor(box, "def").set.toString());
function* gen(act = () => n++ + r.length, n = 1, ...r) { yield act; n *= 10; yield act; }
console.log([...gen(undefined, 2, 3)].map((f) => call(f)));
class Cc { set s({ a = () => b++, b }) { b += 5; this.k = [a, () => b]; } static m(a = () => b++, ...b) { b++; return [a, () => b]; } }
const cc = new Cc(); cc.s = { b: 1 };
console.log(all(cc.k, 0), cc.k.map((f) => call(f)), Cc.m(undefined, 1).map((f) => String(call(f))));
// A constant in a head stays one.
for (const [h = () => k, k = 1] of [[], [1, 2]]) { try { [h] = [k]; console.log("set"); } catch (error) { console.log(error.message, typeof h); } }
