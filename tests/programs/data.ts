const key = Symbol("key");
const shared = Symbol.for("shared");
const weak = new WeakMap<object, string>();
const anchor = { name: "anchor" };
weak.set(anchor, "held");

const state = {
  map: new Map<unknown, unknown>([["one", 1], [anchor, new Set([1, "two", anchor])], [NaN, -0]]),
  date: new Date(86_400_000 * 365.25),
  pattern: /(?<word>\w+)/giu,
  bytes: new Uint8Array([1, 2, 3, 255]),
  floats: new Float64Array([0.1, NaN, -Infinity]),
  big: 2n ** 70n,
  [key]: "symbol-keyed",
  [shared]: shared,
  nothing: undefined as unknown,
  sparse: [1, , 3] as unknown[],
};
state.sparse[6] = "far";
(state.sparse as any).extra = "prop";

function scan(text: string) {
  const words: unknown[] = [];
  state.pattern.lastIndex = 3;
  for (let m = state.pattern.exec(text); m !== null && words.length < 3; m = state.pattern.exec(text)) {
    words.push([m[0], m.index, m.groups!.word, state.pattern.lastIndex]);
  }
  return words;
}

function edit(s: typeof state) {
  s.map.delete("one");
  s.map.set("added", s.bytes);
  (s.map.get(anchor) as Set<unknown>).add(s.map);
  s.date.setUTCFullYear(2001);
  s.bytes[0] = 200;
  new DataView(s.bytes.buffer).setUint16(1, 0xbeef);
  s.floats.sort();
  s.big += 1n;
  (s as any)[Symbol.for("shared2")] = s[key];
  s[key] = "changed";
  s.sparse.length = 4;
  s.nothing = { [key]: 1, nested: { deep: [[[s.date]]] } };
  return s.map.get(anchor) === s.map ? null : anchor;
}

const frozen = Object.freeze({ a: Object.freeze([1, 2]), b: { c: 1 } });
const sealed = Object.seal({ x: 1 });
function rigid() {
  const out: string[] = [];
  for (const act of [() => (frozen as any).a = 1, () => (frozen.a as any).push(3), () => (sealed as any).y = 1]) {
    try {
      act();
      out.push("done");
    } catch (error) {
      out.push(`${error}`);
    }
  }
  frozen.b.c = 2;
  sealed.x = 2;
  return [out, Object.isFrozen(frozen), Object.isSealed(sealed), { frozen, sealed }];
}

const accessors = {
  _v: 1,
  get v() {
    return this._v;
  },
  set v(x) {
    this._v = x * 2;
  },
};
Object.defineProperty(accessors, "hidden", { value: "h", enumerable: false, configurable: true });
function props(a: typeof accessors) {
  a.v = 21;
  const b = Object.create(a, { own: { value: 1, enumerable: true } });
  b.v = 4;
  (a as any).later = 1;
  delete (a as any).hidden;
  return [a.v, b.v, Object.getOwnPropertyNames(b), b];
}

const ring: any = { name: "ring", list: [] };
ring.self = ring;
ring.list.push(ring, ring.list);
function knot(r: any) {
  const other: any = { r };
  r.other = other;
  r.list[0] = other;
  return r.self === r && r.list[1] === r.list ? other : "broken";
}

function detach(tree: any) {
  const cut = tree.left;
  tree.left = null;
  cut.value++;
  tree.size--;
  return cut;
}

console.log(scan("the quick brown fox jumps"), state.pattern.lastIndex);
console.log(edit(state) === anchor, state, weak.get(anchor));
console.log(state.map.get("added") === state.bytes, state.date.toISOString(), state.floats);
console.log(rigid(), frozen, sealed);
console.log(props(accessors), accessors, Object.getOwnPropertyDescriptor(accessors, "v"));
console.log(knot(ring), ring);
const tree = { size: 2, left: { value: 1 } as any };
const left = tree.left;
console.log(detach(tree) === left, left, tree);
