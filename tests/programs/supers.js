// Methods of object literals that use super.
function call(act, ...by) { return act(...by); }
const base = { hi(n) { return `hi ${n} from ${this.name}`; }, get size() { return this.name.length; }, set size(v) { this.kept = v; } };
const other = { hi(n) { return `other ${n} of ${this.name}`; }, get size() { return -1; }, set size(v) {} };
function make(name) {
  let count = 0;
  const o = {
    __proto__: base, name,
    hi(n = 1) { count++; return super.hi(n) + count; },
    later() { return (n) => [super.hi(n), super["si" + "ze"], ++count]; },
    get size() { return super.size + 100; },
    set size(v) { super.size = v + 1; },
    async *steps() { yield super.hi("a"); yield await (async () => super.hi("b"))(); },
    write() { return (v) => { super.extra = v; super.extra += "!"; [super.list] = [[v]]; return [this.extra, this.list, super.nothing?.(1), super.hi?.(2)]; }; },
    inner() { return { __proto__: other, name: "inner", hi: super.hi, both() { return () => super.hi(count); } }; },
  };
  return o;
}
const a = make("ann"), b = make("bob");
function use(o) {
  o.size = 7;
  return [o.hi(), o.hi(2), o.size, o.kept, o.later()(3), o.write()("v"), o.inner().both()(), o.inner().hi.call(o, 5)];
}
console.log(use(a), use(b));
const kept = [a.hi, a.later(), b.write(), b.inner().both()];
function all(fns, o, ...by) { return fns.map((f) => f.apply(o, by)); }
console.log(all(kept, a, "x"), all(kept, b, "y"), kept.map((f) => [f.name, f.length, f.toString()]));
Object.setPrototypeOf(a, other);
console.log(use(a), all(kept, a, "z"));
function change(o) { Object.setPrototypeOf(o, base); return use(o); }
console.log(change(a), a.hi(9), Object.keys(a), a.later.name);
const born = (function () { return { __proto__: base, name: "born", hi() { return () => super.hi("born"); } }; });
function bear(f) { const one = f(), two = f(); two.name = "two"; return [one, two, one.hi(), two.hi()]; }
const [one, two, ...acts] = bear(born);
console.log(one.hi()(), two.hi()(), acts.map((x) => x()), Object.getPrototypeOf(one) === base);
const arrow = (name) => ({ __proto__: base, name, hi() { return super.hi("arrow"); } });
console.log(call(arrow, "q").hi(), call(() => arrow("r").hi()));
function loops() { const made = []; for (const n of ["a", "b"]) { made.push({ __proto__: base, name: n, hi() { return () => super.hi(n); } }); } let i = 0; while (i++ < 2) made.push({ __proto__: base, name: i + "i", hi() { return () => super.hi(i); } }); return made; }
console.log(loops().map((o) => o.hi()()));
for await (const step of a.steps()) console.log(step);
class Up { say(x) { return "up " + x; } static say(x) { return "sup " + x; } }
class Down extends Up {
  say(x) { return "never"; }
  acts() { return [(v) => { super.x = v; super.x++; return this.x; }, () => super.say?.(1), (v) => ({ 0: super.y } = { 0: v }), (k) => super[k]?.call(this, k), () => super.none()]; }
  static acts() { return [(v) => { super.z = v; return this.z; }, () => super.say`t`]; }
}
const down = new Down();
function attempt(f, x) { try { return f(x); } catch (e) { return String(e); } }
console.log(down.acts().map((f) => attempt(f, "say")), Down.acts().map((f) => attempt(f, 5)), Object.keys(down), Object.keys(Down));
function travel(fns, x) { return fns.map((f) => attempt(f, x)); }
console.log(travel(down.acts(), "say"), travel(Down.acts(), 6), down.x, Down.z);
console.log(make.toString().length, arrow.toString(), a.write.toString());
