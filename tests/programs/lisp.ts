// A small Lisp: tail calls, closures, environments that extend Map.
// deno-lint-ignore-file no-explicit-any no-this-alias
type Val = any;
class Sym {
  constructor(readonly name: string) {}
}
const table = new Map<string, Sym>();
const sym = (n: string) => {
  let s = table.get(n);
  if (!s) table.set(n, s = new Sym(n));
  return s;
};
class Env extends Map<Sym, Val> {
  constructor(readonly up?: Env) {
    super();
  }
  find(s: Sym): Env {
    let e: Env | undefined = this;
    while (e && !e.has(s)) e = e.up;
    if (!e) throw new ReferenceError(`unbound ${s.name}`);
    return e;
  }
}
class Lambda {
  constructor(readonly ps: Sym[], readonly body: Val, readonly env: Env) {}
}
function* lex(s: string) {
  yield* s.matchAll(/\(|\)|[^\s()]+/g);
}
function parse(src: string): Val[] {
  const ts = [...lex(src)].map((m) => m[0]);
  let i = 0;
  const one = (): Val => {
    const t = ts[i++];
    if (t === "(") {
      const l: Val[] = [];
      while (ts[i] !== ")") l.push(one());
      i++;
      return l;
    }
    const n = Number(t);
    return Number.isNaN(n) ? sym(t) : n;
  };
  const out: Val[] = [];
  while (i < ts.length) out.push(one());
  return out;
}
let steps = 0;
function ev(x: Val, env: Env): Val {
  for (;;) {
    steps++;
    if (x instanceof Sym) return env.find(x).get(x);
    if (!Array.isArray(x)) return x;
    const [h, ...r] = x;
    if (h instanceof Sym) {
      switch (h.name) {
        case "if":
          x = ev(r[0], env) ? r[1] : r[2];
          continue;
        case "define":
          env.set(r[0], ev(r[1], env));
          return;
        case "lambda":
          return new Lambda(r[0], r[1], env);
        case "begin":
          for (const e of r.slice(0, -1)) ev(e, env);
          x = r.at(-1);
          continue;
        case "let": {
          const e = new Env(env);
          for (const [k, v] of r[0]) e.set(k, ev(v, env));
          env = e;
          x = r[1];
          continue;
        }
      }
    }
    const f = ev(h, env), a = r.map((e: Val) => ev(e, env));
    if (f instanceof Lambda) {
      const e = new Env(f.env);
      f.ps.forEach((p, i) => e.set(p, a[i]));
      env = e;
      x = f.body;
      continue;
    }
    return f(...a);
  }
}
const g = new Env();
for (
  const [k, f] of Object.entries({
    "+": (a: number, b: number) => a + b,
    "-": (a: number, b: number) => a - b,
    "*": (a: number, b: number) => a * b,
    "<": (a: number, b: number) => a < b,
    "=": (a: Val, b: Val) => a === b,
    cons: (a: Val, b: Val) => [a, b],
    car: (a: Val) => a[0],
    cdr: (a: Val) => a[1],
    print: (...a: Val[]) => console.log(...a),
  })
) g.set(sym(k), f);
g.set(sym("nil"), null);
const src =
  `(define fib (lambda (n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))) (define loop (lambda (n acc) (if (= n 0) acc (loop (- n 1) (+ acc n))))) (print (fib ${
    Deno.args[0] ?? 10
  })) (print (loop 500 0)) (print (undefinedthing))`;
try {
  for (const e of parse(src)) ev(e, g);
} catch (e) {
  console.error(String(e));
  console.log(steps);
  Deno.exitCode = 3;
}
