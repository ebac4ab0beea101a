// A parser that leaves its iterators over arrays, Maps and typed arrays in progress.
type Token = { kind: "num" | "op" | "name" | "("  | ")"; text: string };
class Tokens implements Iterable<Token> {
  #all: Token[] = [];
  constructor(text: string) { for (const m of text.matchAll(/\d+|[a-z]+|[()+*\-\/]/g)) this.#all.push({ kind: /\d/.test(m[0]) ? "num" : /[a-z]/.test(m[0]) ? "name" : m[0] === "(" || m[0] === ")" ? m[0] : "op", text: m[0] }); }
  [Symbol.iterator]() { return this.#all[Symbol.iterator](); }
  entries() { return this.#all.entries(); }
  get all() { return this.#all; }
}
class Peekable<T> implements IterableIterator<T> {
  #it: Iterator<T>; #buf: T[] = []; taken = 0;
  constructor(it: Iterator<T>) { this.#it = it; }
  next(): IteratorResult<T> { this.taken++; return this.#buf.length ? { done: false, value: this.#buf.shift()! } : this.#it.next(); }
  peek() { if (!this.#buf.length) { const r = this.#it.next(); if (r.done) return undefined; this.#buf.push(r.value); } return this.#buf[0]; }
  [Symbol.iterator]() { return this; }
}
const vars = new Map(Object.entries({ x: 3, y: 4, z: 5 }));
const text = "2*(x+3)-y/(2-z) 7+7 (1+(2+(3+x))) y*y*y";
const tokens = new Tokens(text);
const state = { stream: new Peekable(tokens.all[Symbol.iterator]()), order: vars.keys(), pairs: tokens.all.entries(), codes: new TextEncoder().encode(text).values(), hist: new Uint32Array(16), slots: null as null | Iterator<number> };
state.slots = state.hist.keys();
const prec: Record<string, number> = { "+": 1, "-": 1, "*": 2, "/": 2 };
function primary(s: Peekable<Token>): number { const t = s.next().value as Token; if (t.kind === "(") { const v = expr(s, 0); s.next(); return v; } return t.kind === "num" ? +t.text : vars.get(t.text) ?? NaN; }
function expr(s: Peekable<Token>, min: number): number { let left = primary(s); for (let t = s.peek(); t?.kind === "op" && prec[t.text]! > min; t = s.peek()) { s.next(); const right = expr(s, prec[t.text]!); left = t.text === "+" ? left + right : t.text === "-" ? left - right : t.text === "*" ? left * right : left / right; } return left; }
function parseOne(st: typeof state): unknown {
  const value = expr(st.stream, 0);
  const name = st.order.next().value; const pair = st.pairs.next().value; let sum = 0;
  for (let i = 0; i < 5; i++) { const c = st.codes.next(); if (c.done) break; sum += c.value; st.hist[c.value & 15]!++; }
  const slot = st.slots!.next(); if (!slot.done) st.hist[slot.value] = 1000 + slot.value;
  if (typeof value === "number" && value > 10) tokens.all.push({ kind: "num", text: String(value) });
  const tail = tokens.all.values(); tail.next(); (st as any).tail ??= tail;
  vars.set(`v${vars.size}`, value as number);
  return [value, name, pair?.[0], pair?.[1].text, sum, st.stream.taken, st.stream.peek()?.text, slot.value, (st as any).tail.next().value?.text];
}
for (let i = 0; i < 4; i++) console.log(parseOne(state), state.order.next().value, state.pairs.next().value?.[0]);
console.log([...state.stream].map((t) => t.text), [...state.order], [...state.pairs].length, [...state.codes].length, state.hist, [...(state as any).tail].length, [...tokens].length);
