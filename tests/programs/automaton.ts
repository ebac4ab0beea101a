// Thompson's automaton for a regular expression, joined by closures.
interface Frag {
  start: Item;
  outs: ((n: Item) => void)[];
}
class Item {
  ch: string | null | undefined;
  a?: Item;
  b?: Item;
  static count = 0;
  readonly id = Item.count++;
}
function compile(re: string) {
  let i = 0;
  const alt = (): Frag => {
    let l = cat();
    while (re[i] === "|") {
      i++;
      const r = cat();
      const s = new Item();
      s.ch = null;
      s.a = l.start;
      s.b = r.start;
      l = { start: s, outs: [...l.outs, ...r.outs] };
    }
    return l;
  };
  const cat = (): Frag => {
    let l = rep();
    while (i < re.length && re[i] !== "|" && re[i] !== ")") {
      const r = rep();
      for (const o of l.outs) o(r.start);
      l = { start: l.start, outs: r.outs };
    }
    return l;
  };
  const rep = (): Frag => {
    let f = atom();
    while ("*+?".includes(re[i] ?? "x")) {
      const op = re[i++];
      const s = new Item();
      s.ch = null;
      s.a = f.start;
      if (op !== "?") { for (const o of f.outs) o(s); }
      const exit = (n: Item) => {
        s.b = n;
      };
      f = op === "+"
        ? { start: f.start, outs: [exit] }
        : op === "*"
        ? { start: s, outs: [exit] }
        : { start: s, outs: [...f.outs, exit] };
    }
    return f;
  };
  const atom = (): Frag => {
    if (re[i] === "(") {
      i++;
      const f = alt();
      i++;
      return f;
    }
    const s = new Item();
    s.ch = re[i] === "." ? undefined : re[i];
    i++;
    return {
      start: s,
      outs: [(n) => {
        s.a = n;
      }],
    };
  };
  const f = alt();
  const end = new Item();
  end.ch = "\0end";
  for (const o of f.outs) o(end);
  return { start: f.start, end };
}
function match(re: { start: Item; end: Item }, s: string) {
  const closure = (n: Item | undefined, set: Set<Item>) => {
    if (!n || set.has(n)) return;
    set.add(n);
    if (n.ch === null) {
      closure(n.a, set);
      closure(n.b, set);
    }
  };
  let cur = new Set<Item>();
  closure(re.start, cur);
  for (const c of s) {
    const next = new Set<Item>();
    for (const n of cur) {
      if (n.ch !== null && (n.ch === undefined || n.ch === c)) {
        closure(n.a, next);
      }
    }
    cur = next;
  }
  return cur.has(re.end);
}
const re = compile("(a|b)*a(a|b)(a|b)(a|b)(a|b)(a|b)(c|.)?");
let n = 0;
const K = Number(Deno.args[0] ?? 200);
function all(k: number) {
  for (let i = 0; i < k; i++) {
    let s = "";
    for (let j = 0; j < 40; j++) {
      s += (i * 2654435761 >>> j % 32) & 1 ? "a" : "b";
    }
    if (match(re, s)) n++;
  }
}
all(K);
console.log(n, Item.count);
