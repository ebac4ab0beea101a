const order: string[] = [];
function note<T>(name: string, value: T): T {
  order.push(name);
  return value;
}

function take({ a = note("a", 1), b: { c = note("c", 2), ...others } = note("b", {} as any), [note("key", "d")]: e = 9 }: any, [x, , y = x, ...z]: any[] = [7]) {
  return { a, c, others, e, x, y, z };
}

function swap(list: number[]) {
  let [first, second] = list;
  [first, second] = [second, first];
  ({ 0: list[0], 1: list[1] } = [first, second] as any);
  const { length, ...rest } = list as any;
  return [first, second, length, rest];
}

const spread = (...args: number[]) => [...args, ...new Set(args), ...(args.length > 2 ? "ab" : "")];

function label(rows: string[][]) {
  const found: string[] = [];
  rows: for (const row of rows) {
    cells: for (const cell of row) {
      if (cell === "skip") continue rows;
      if (cell === "end") break rows;
      block: {
        if (cell.length > 2) break block;
        found.push(cell);
        continue cells;
      }
      found.push(cell.toUpperCase());
    }
  }
  return found;
}

function tag(strings: TemplateStringsArray, ...values: unknown[]) {
  return strings.raw.map((text, i) => text + (values[i] ?? "")).join("|") + Object.isFrozen(strings);
}

function render(name: string) {
  const cached = () => tag`x${name}\n${1 + 1}`;
  return [cached(), `${name}${`nested ${name.length}`}`, String.raw`\u0041`];
}

function nullish(o: any) {
  o.a ??= 5;
  o.b ||= 6;
  o.c &&= 7;
  return [o?.x?.y.z, o.f?.(), o?.["a"], delete o?.b, o.big ** 2, 2n ** 64n, o.a?.toFixed?.(1), typeof undeclared];
}
declare const undeclared: unknown;

function loops() {
  const out: unknown[] = [];
  for (var i = 0, fns: (() => number)[] = []; i < 3; i++) fns.push(() => i);
  out.push(fns.map((f) => f()));
  do out.push(i--); while (i > 1);
  for (const k of Object.keys({ b: 1, 2: 1, a: 1, 1: 1 })) out.push(k);
  var hoisted;
  if (hoisted === undefined) var hoisted: any = "set";
  out.push(hoisted, ((a, b) => a + b)(1, 2), void 0, (1, 2));
  return out;
}

console.log(take({ b: { f: 1, g: 2 }, d: 3 }), order.splice(0));
console.log(take({ a: 4 }, [1, 2, undefined, 4, 5]), order.splice(0), take.length);
const list = [1, 2];
console.log(swap(list), list);
console.log(spread(1, 2), spread(1, 2, 2), spread.name, spread.length);
console.log(label([["a", "skip", "b"], ["ccc", "d"], ["end", "x"], ["y"]]));
console.log(render("né"));
const o: any = { c: 1, big: 3 };
console.log(nullish(o), o);
console.log(loops());
