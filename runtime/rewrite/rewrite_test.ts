import assert from "node:assert/strict";
import { askArguments } from "../thread/ask_arguments.ts";
import { ParseError } from "./parse.ts";
import { RewrittenModule } from "./rewrite.ts";

/** A registry that only remembers what modules hand it. */
interface Seen {
  accessor(n: number, write?: boolean, value?: unknown): any;
  control(n: number, value: unknown): void;
  readonly classes: unknown[][];
  /** Iterators that were kept: how they were asked for and of what. */
  readonly kept: unknown[][];
}

const module = (source: string, isModule = false) =>
  new RewrittenModule({ url: "file:///app/a.js", source, isModule, path: "a.js", key: "k" });

/** Source as the device runs it, without the prelude. */
function device(source: string, methods: string[] = []): string {
  const { text } = module(source).device(new Set(methods.map((name) => `a.js#${name}`)));
  return text.replace(
    /const \$ccR=.*?(?:switch\(n\)\{.*?\}\}|\$ccC=\$ccR\(.*?\))\);/,
    "",
  );
}

/** Evaluates the rewritten script; returns what `result` holds and what the registry saw. */
function run(source: string, methods: string[] = []): { result: any; seen: Seen } {
  const { text } = module(`${source}\nexports.result = result;`).device(
    new Set(methods.map((name) => `a.js#${name}`)),
  );
  const classes: unknown[][] = [];
  let seen: Seen | undefined;
  const scriptModule = {
    _compile(_key: string, accessor: Seen["accessor"], control: Seen["control"]) {
      const kept: unknown[][] = [];
      seen = { accessor, control, classes, kept };
      const register = function (...args: unknown[]) {
        classes.push(args);
      };
      return Object.assign(register, {
        keep: (asked: number, of: unknown, given: unknown) => (kept.push([asked, of]), given),
        check: () => {},
      });
    },
  };
  const exports: { result?: unknown } = {};
  new Function("exports", "require", "module", "__filename", "__dirname", text)(
    exports,
    undefined,
    scriptModule,
  );
  return { result: exports.result, seen: seen! };
}

/** What a closure answers when it is asked: its captured variables by the accessor's numbers. */
function ask(seen: Seen, fn: Function, count: number): unknown[] {
  let values: unknown[] = [];
  seen.control(0, (read: (n: number) => unknown) => {
    values = Array.from({ length: count }, (_, n) => read(n));
  });
  fn(...askArguments());
  seen.control(0, undefined);
  return values;
}

for (
  const [what, source, expected] of [
    ["a function gets a marker only", "function f(a) { return a }", "function/*!cc:k:0*/ f(a) { return a }"],
    ["an arrow with one name", "f = x => x", "f = x/*!cc:k:0*/ => x"],
    ["an async arrow", "f = async x => x", "f = async/*!cc:k:0*/ x => x"],
    ["a getter", "o = { get x() { return 1 } }", "o = { get x(/*!cc:k:0*/) { return 1 } }"],
  ] as const
) {
  Deno.test(`device() keeps the rest of the text when ${what}`, () => {
    const printed = device(source);
    assert.ok(printed.includes(expected.split("/*!")[0]!), printed);
    assert.match(printed, /\/\*!cc:k:0\*\//);
    assert.equal(printed.replace(/\/\*!cc:k:\d+\*\//g, "").endsWith(source), true, printed);
  });
}

Deno.test("a closure that is asked hands over its variables and does nothing else", () => {
  const { result, seen } = run(
    "let hits = 0; function make(a, b) { let c = a + b; return x => { hits++; c++; return c + x + b } } const result = { f: make(1, 2), hits: () => hits };",
  );
  assert.deepEqual(ask(seen, result.f, 2), [2, 3]);
  assert.equal(result.hits(), 0);
  assert.equal(result.f(1), 7);
  assert.deepEqual(ask(seen, result.f, 2), [2, 4]);
});

Deno.test("a closure that is asked evaluates no computed key and no default of its parameters", () => {
  const { result, seen } = run(
    "let hits = 0; const result = { hits: () => hits, make: (a) => [({ [hits++]: x = hits++, ...y }) => a, (...{ z = hits++ }) => a, ([{ [hits++]: x } = hits++] = hits++) => a] };",
  );
  for (const fn of result.make(7)) assert.deepEqual(ask(seen, fn, 1), [7]);
  assert.equal(result.hits(), 0);
});

Deno.test("a closure that is asked does not reach its own migration point", () => {
  const { result, seen } = run("const make = a => () => a; const result = make(3);", ["make.<1>"]);
  let reached = 0;
  seen.control(2, () => void reached++);
  assert.deepEqual(ask(seen, result, 1), [3]);
  assert.equal(reached, 0);
  assert.equal(result(), 3);
  assert.equal(reached, 1);
});

Deno.test("a migration point gets the arguments as they came and may answer for the method", () => {
  const { result, seen } = run(
    "let made = 0; function f(a, { b = made++ } = {}, ...rest) { return [a, b, rest] } const result = { f, made: () => made };",
    ["f"],
  );
  const calls: unknown[][] = [];
  seen.control(2, (_self: unknown, args: ArrayLike<unknown>) => {
    calls.push(Array.from(args));
    return calls.length === 1 ? { v: "away" } : undefined;
  });
  assert.equal(result.f(1, undefined, 3), "away");
  assert.equal(result.made(), 0);
  assert.deepEqual(result.f(1), [1, 0, []]);
  assert.deepEqual(calls, [[1, undefined, 3], [1]]);
  assert.equal(result.f.length, 1);
});

Deno.test("array iterators that are stored or passed on are made by the runtime", () => {
  const { result, seen } = run(
    "const log = []; const list = () => (log.push('list'), [5, 6]); const a = [1, 2];" +
      "function use(i) { return i } class Box { #a = a; own = this.#a.keys(); open() { const i = this.#a[Symbol.iterator](); return i } }" +
      "const box = new Box(); let later; later = a.entries();" +
      "const [first] = a.values(); for (const item of a.values()) log.push(item);" +
      "const result = { log, first, all: [a.values(), use(list().keys()), { x: a.values() }.x, later, box.own, box.open()], map: new Map(a.entries()), paren: (a).values(), odd: use(new Map([[1, 2]]).keys()) };",
  );
  assert.deepEqual(result.all.map((iterator: Iterable<unknown>) => [...iterator]), [
    [1, 2],
    [0, 1],
    [1, 2],
    [[0, 1], [1, 2]],
    [0, 1],
    [1, 2],
  ]);
  assert.deepEqual([result.log, result.first, [...result.paren]], [[1, 2, "list"], 1, [1, 2]]);
  const kept = seen.kept.map(([asked, of]) => [asked, Array.isArray(of) ? [...of] : of]);
  assert.deepEqual(kept, [
    [0, [1, 2]],
    [2, [1, 2]],
    [1, [1, 2]],
    [0, [5, 6]],
    [1, [1, 2]],
    [3, [1, 2]],
    [0, new Map([[1, 2]])],
  ]);
});

Deno.test("a name that hides Symbol has no iterator of the language", () => {
  const { result, seen } = run(
    "const result = (Symbol => { const i = [3][Symbol.iterator](); return i })({ iterator: 'pop' });",
  );
  assert.deepEqual([result, seen.kept], [3, []]);
});

Deno.test("closures of one round of a loop share that round's variables only", () => {
  const { result, seen } = run(
    "const result = []; for (const start of [1, 5]) { let n = start; result.push(() => ++n, () => n) }",
  );
  result[0]();
  assert.deepEqual([ask(seen, result[1], 1), ask(seen, result[3], 1)], [[2], [5]]);
});

Deno.test("a scope with many shared variables is named by one accessor", () => {
  const names = Array.from({ length: 12 }, (_, i) => `v${i}`);
  const { result, seen } = run(
    `function make() { let ${names.map((name, i) => `${name} = ${i}`).join(",")}; return [${
      names.map((name) => `() => ${name}++`).join(",")
    }] } const result = make();`,
  );
  let whole: ((n: number) => unknown) | undefined;
  seen.control(0, (read: (n: number) => any) => whole = read(-1));
  result[3]();
  seen.control(0, undefined);
  assert.deepEqual(names.map((_, n) => whole!(n)), names.map((_, n) => n));
});

Deno.test("the names of fields are noted once each, for their own class", () => {
  const { result, seen } = run(
    "let n = 0; const next = () => 'k' + n++, s = Symbol(), o = { toString: () => 'o' };" +
      "class A { [next()] = class { [next()] = 2 }; [s] = 3; [o] = 4; [-0] = 5 }" +
      "const a = new A(), result = [Reflect.ownKeys(a), Object.keys(new a.k0()), s, o];",
  );
  const [keys, inner, s, o] = result;
  assert.deepEqual(keys, ["0", "k0", "o", s]);
  assert.deepEqual(inner, ["k1"]);
  const noted = seen.classes.map((registered) => {
    const values: unknown[] = [];
    for (let field = registered[6] as any; field !== undefined; field = field.n) values.push(field.v);
    return values;
  });
  assert.deepEqual(noted, [[-0, o, s, "k0"], ["k1"]]);
});

Deno.test("a class registers itself with access to its private names", () => {
  const { result, seen } = run(
    "class A { #x = 1; static #s = 2; get() { return this.#x + A.#s } } const result = new A();",
  );
  const [[, cls, , access]] = seen.classes as [[number, Function, unknown, any]];
  assert.equal(result.constructor, cls);
  assert.equal(access(0, result), 1);
  access(1, result, 10);
  assert.equal(result.get(), 12);
});

Deno.test("sloppy code keeps its arguments, its this and its functions in blocks", () => {
  const { result } = run(
    "function f(a) { arguments[0] = 5; return [a, this === globalThis] } if (true) { function g() { return 1 } } const result = [f(1), g()];",
  );
  assert.deepEqual(result, [[5, true], 1]);
});

Deno.test("what is put in at the start stands behind a line for the shell and behind directives", () => {
  for (
    const head of [
      "#!/usr/bin/env deno\n",
      "#!/usr/bin/env deno\n'use strict'\n",
      "'use strict';",
      '"use strict"\n',
    ]
  ) {
    const { text } = module(`${head}const A = class { m() { return 1 } };\nconst result = [new A().m()];`)
      .device(new Set());
    assert.match(text, /^(#!.*\n)?('use strict'|"use strict")?;?const \$ccR=/, text);
  }
});

Deno.test("stack traces of a rewritten module name the original lines", () => {
  const source = "const a = 1;\nfunction f() {\n  return () => { throw new Error('x' + a) };\n}\nf()();";
  const { text, map } = module(source, true).device(new Set(["a.js#f"]));
  assert.deepEqual(map.sources, ["file:///app/a.js"]);
  assert.equal(text.split("\n").length, source.split("\n").length, "no line is added");
});

Deno.test("positionOf() counts lines and columns from 1", () => {
  assert.equal(module("let a;\n  b()").positionOf(9), "2:3");
});

Deno.test("the table names the call that is the last thing a module does", () => {
  const last = (source: string) => module(source, true).table.last;
  assert.equal(last("f();\nmain();\nfunction f() {}\nexport {};"), "2:1");
  assert.equal(last("main().then(() => 1).catch(console.error);"), "1:1");
  assert.equal(last("void a.main();"), "1:8");
  assert.equal(last("main().catch(handler());"), "1:8");
  assert.equal(last("main();\nconst x = 1;"), undefined);
});

Deno.test("a guest form runs no statement and keeps every binding", () => {
  const { text } = module("sideEffect(); let a = 1; export function f() { return a++ }", true).guestForm(
    new Set(),
  );
  assert.ok(!text.includes("sideEffect()"));
  assert.match(text, /let a;/);
  assert.match(text, /function\/\*!cc:k:0\*\/ f\(\) \{\$ccK!==void 0&&\$ccK\(\); return a\+\+ \}/);
});

Deno.test("a guest's functions that a host may enter have a check, those that are only called have none", () => {
  const entered = (source: string) => {
    const whole = module(source, true);
    const site = whole.table.sites.findIndex((item) => item.name === "f");
    const text = whole.table.sites[site]!.owner !== undefined
      ? whole.makers([whole.table.sites.findIndex(({ kind }) => kind === "class")], "guest", new Set())
      : whole.makers([site], "guest", new Set());
    return Object.values(text).some((maker) => maker.text.includes("$ccK!==void 0&&"));
  };
  assert.equal(entered("let n = 0; function f() { n++ } f();"), false);
  assert.equal(entered("let n = 0; function f() { n++ } on('close', f);"), true);
  assert.equal(entered("let n = 0; const f = () => n;"), true);
  assert.equal(entered("const f = (a, b) => a - b;"), false);
  assert.equal(entered("class C { f() {} }"), false);
  assert.equal(entered("class C { f() {} g(s) { s.on('end', this.f) } }"), true);
  const { text } = module("let n = 0; on('close', () => n);", true);
  assert.ok(!text.includes("&&$ccK"), "the device's form has none");
});

Deno.test("a callee that is renamed does not go on with the line before", () => {
  const source =
    "function make() { let f = () => 1\n let n = 0\n return function g() { n = 2\nf()\nreturn f() + n } }\nvar made = make()";
  const whole = module(source);
  const site = whole.table.sites.findIndex((item) => item.name === "g");
  const maker = whole.makers([site], "device", new Set())[site]!.text;
  const env = { f: () => 1, n: 0 };
  const make = new Function("$ccE", `return ${maker}`)({ $ccK: undefined });
  assert.equal(make(env)(), 3);
});

Deno.test("what is put in behind a directive without a semicolon does not go on with it", () => {
  const source = `'use strict'
function outer() { 'use strict'
let n = 1
function f() { 'use strict'
return n++ }
return f }
const result = outer()()`;
  assert.equal(run(source, ["f", "outer"]).result, 1);
});

Deno.test("RewrittenModule() throws a ParseError for what is no JavaScript", () => {
  assert.throws(() => module("let = ;"), ParseError);
});

Deno.test("no migration point stands where parameters refer to names that the body declares anew", () => {
  const { table } = module(
    "function f(a, g = () => a) { var a = 1; return g() } function h(a, g = () => a) {}",
  );
  assert.match(table.sites.find((site) => site.name === "f")!.pinned!, /declares anew/);
  assert.equal(table.sites.find((site) => site.name === "h")!.pinned, undefined);
});

Deno.test("a migration point keeps closures in the last parameter whole", () => {
  const { result } = run("function f(a, g = (v) => a = v) { g(4); return a } const result = f(1);", ["f"]);
  assert.equal(result, 4);
});

Deno.test("closures of a loop's head name their own round: born in its start, test, update and body", () => {
  const { result, seen } = run(
    "const f = []; for (let i = 0, start = f.push(() => i++); f.push(() => i++) && i < 2; f.push(() => i++), i++) f.push(() => i++); const result = f;",
  );
  const rounds = result.map((fn: Function) => {
    let round: unknown;
    seen.control(0, (read: (n: number) => unknown) => round = read(-1));
    fn();
    seen.control(0, undefined);
    return round;
  });
  const [start, ...others] = rounds;
  const [test1, body1, update2, test2, body2, update3, test3] = others;
  assert.equal(new Set([start, test1, test2, test3]).size, 4);
  assert.deepEqual([body1, update2, body2, update3], [test1, test2, test2, test3]);
});

const made = (script: string) =>
  new RewrittenModule({ url: "made:1", source: script, isModule: false, path: "made:1", key: "k" });

Deno.test("device() asks for what to evaluate in the stead of Function", () => {
  const of = (source: string) => module(source).device(new Set()).text;
  const text = of("const F = Function; const f = new F('a', 'return a'); g(Function.apply(null, list))");
  assert.match(
    text,
    /\$ccF\(\$ccX=\$ccB\(F,\['a', 'return a'\]\),\$ccX\.text===void 0\?new F\(\$ccX\.args\[0\],/,
  );
  assert.match(text, /\$ccB\(Function,list,1\),.*\?Function\.apply\(null, \$ccX\.args\):\$ccX\.eval\(/);
  assert.match(of("new (Function('a'))"), /\$ccB\(Function,/);
  for (const left of ["new new Function('a')()", "Function?.('a')", "new Own('a')", "Function.apply(null)"]) {
    assert.doesNotMatch(of(left), /\$ccB\(/);
  }
});

Deno.test("device() of a function made of texts is a maker of it, or nothing if it makes no others", () => {
  assert.equal(made("return function anonymous(a\n) {\nreturn a\n}").device(new Set()).text, "");
  const { text } = made("return function anonymous(n\n) {\nreturn () => ++n\n}").device(new Set());
  const asked: unknown[] = [];
  const maker = (0, eval)(text)((key: string) => void asked.push(key));
  assert.deepEqual([asked, maker()(3)(), maker()(3)(), maker() === maker()], [["k"], 4, 4, false]);
  assert.equal(
    made("return function anonymous(n\n) {\nreturn () => ++n\n}").table.sites[0]!.id,
    "made:1#anonymous",
  );
});

Deno.test("a script that is more than one function isn't taken for one", () => {
  for (const body of ["}, function () {", "}; function f() {", "} + 1; {"]) {
    assert.throws(() => made(`return function anonymous(\n) {\n${body}\n}`), ParseError, body);
  }
});
