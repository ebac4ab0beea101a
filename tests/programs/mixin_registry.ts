// Mixins with private fields, a WeakMap and a registry of what they made.
const hidden = new WeakMap<object, { count: number; log: string[] }>();
const HOOK = Symbol("hook");
type Ctor<T = object> = new (...args: any[]) => T;
const Counted = <B extends Ctor>(Base: B) => {
  return class Counted extends Base {
    #own = 0;
    static made = 0;
    static #registry = new Set<object>();
    constructor(...args: any[]) { super(...args); Counted.made++; Counted.#registry.add(this); hidden.set(this, { count: 0, log: [] }); }
    bump(n = 1) { this.#own += n; hidden.get(this)!.count += n; hidden.get(this)!.log.push(`bump ${n}`); return this; }
    get own() { return this.#own; }
    static known() { return [...Counted.#registry].length; }
    [HOOK](): string { return `counted:${this.#own}`; }
    static is(x: object) { return #own in x; }
  };
};
const Named = <B extends Ctor<{ [HOOK]?(): string }>>(Base: B, tag: string) => class extends Base {
  #name = tag; names = new Map<string, number>();
  rename(n: string) { this.names.set(this.#name, (this.names.get(this.#name) ?? 0) + 1); this.#name = n; return this; }
  [HOOK](): string { return `${super[HOOK]?.()}|${this.#name}`; }
  toJSON() { return { name: this.#name, names: [...this.names] }; }
};
class Root { id: number; constructor(id: number) { this.id = id; } }
const A = Named(Counted(Root), "a");
const B = class extends Named(Counted(A as any) as any, "b") { #deep = { v: 1n }; deep() { return this.#deep.v **= 2n, this.#deep.v += 1n; } };
const items: any[] = [new A(1), new (B as any)(2), new A(3)];
function work(list: any[]): string[] {
  const out: string[] = [];
  for (const [i, item] of list.entries()) {
    item.bump(i + 1).rename(`n${i}`).bump();
    if (item.deep) out.push(String(item.deep()));
    out.push(item[HOOK]() + JSON.stringify(item));
    hidden.get(item)!.log.push("worked");
  }
  const extra: any = new (B as any)(list.length); extra.bump(7); list.push(extra);
  items.sort((x, y) => y.id - x.id);
  return out;
}
for (let round = 0; round < 3; round++) {
  console.log(work(items).join("\n"));
  console.log(items.map((i) => [i.id, i.own, hidden.get(i), i[HOOK]()]), items.every((i) => (Object.getPrototypeOf(A) as any).is(i)));
  console.log((Object.getPrototypeOf(A) as any).known(), (Object.getPrototypeOf(A) as any).made, items[0] instanceof A, items[0].constructor === B || items[0].constructor === A);
}
