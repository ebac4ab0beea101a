import { deepEqual, ok } from "node:assert/strict";
import { RewrittenModule } from "../rewrite/mod.ts";
import { CODE_REFUSALS } from "./code_refusals.ts";
import { CodeRegistry } from "./code_registry.ts";
import { GlobalBindings } from "./global_bindings.ts";

/** What the rewriter says of sites whose closures nothing can make again. */
const OF_SITES = [
  "`its class can't travel: ${site.door.refused}`",
  '`it captures "${variable.name}" where nothing can stand for its scope`',
];

const LATER = "call the method in the function's body";
const CHANGE = "change the function";

/**
 * Scripts whose `result` can't travel, or what they `look` at while they run, with the exact message; each entry of the list
 * has one, and each reason of the rewriter's.
 */
const FIXTURES: readonly (readonly [source: string, what: string, fix: string])[] = [
  [
    "const result = Proxy.revocable({}, {}).revoke",
    "a built-in function that has no name here",
    "keep it out of what the method can reach",
  ],
  [
    "const result = Function('return 1')",
    "a function made by eval, by the engine or by a module that runs unchanged",
    "make it within the method, or in a module of the app",
  ],
  [
    "const result = Function('return ' + (() => 1).toString().replace('cc:k', 'cc:other'))()",
    "a function of an unknown module",
    "restart the app",
  ],
  [
    "const f = (() => { let m = 0; return () => m++ })(); const result = Function('return ' + f)()",
    "the closure a.js#<1>.<1>, which doesn't answer",
    CHANGE,
  ],
  [
    "function f(a, g = () => a, h = look(g)) { a++; return g } const result = f(1)",
    "the closure a.js#f.g: it captures parameters that are still being evaluated",
    LATER,
  ],
  [
    "const make = (A) => A; class A { #x = 1; m() { return () => this.#x } }" +
    "const text = '' + A, own = /static\\{(.+?)!==/.exec(text)?.[1] ?? /;static\\{(.+?)!==/.exec(text)[1];" +
    "const result = new (eval(`((${own}) => (${text}))()`))().m()",
    "the function or class a.js#A.m.<1>: the class around isn't known",
    LATER,
  ],
  [
    "class A {} const text = '' + A, own = /static\\{(.+?)!==/.exec(text)[1]; const result = Function(own, 'return ' + text)()",
    "the class a.js#A, which came into being before its module began to run",
    "make it later",
  ],
  [
    "function f(a, C = class { m() { return a } }, h = look(C)) { a++; return C } const result = f(1)",
    "the class a.js#f.C: it captures parameters that are still being evaluated",
    LATER,
  ],
  [
    "const key = { toString: () => 'k' }; class A { [key] = 1 } const result = A",
    "the class a.js#A: a member with a computed name was moved, or an object names a field",
    "leave it in its class; name fields by texts or symbols",
  ],
  [
    "class A { m() {} } const result = A.prototype.m; delete A.prototype.m",
    "the method a.js#A.m, taken out of its class",
    "keep it in its class",
  ],
  [
    "const result = (() => { with ({ x: 1 }) return () => x })()",
    "the closure a.js#<1>.<1>: it stands in a with statement",
    CHANGE,
  ],
  [
    "const result = (() => { const a = 1; return () => eval('a') })()",
    "the closure a.js#<1>.<1>: it calls eval, which may refer to anything",
    CHANGE,
  ],
  [
    "const c = 1; const result = () => { c = 2 }",
    'the closure a.js#result: it assigns to the constant "c"',
    CHANGE,
  ],
  [
    "function f(o = { m() { return super.x } }) { return o.m } const result = f()",
    "the closure a.js#f.m: it uses super of an object for which nothing can stand",
    CHANGE,
  ],
  [
    "class A {} let result; class B extends A { constructor() { const call = () => super(); result = call; call() } } new B()",
    "the closure a.js#B.constructor.call: it calls super",
    CHANGE,
  ],
  [
    "let result; (async () => { class A { #x = 1; [await 'q'] = 1; m() { return () => this.#x } } result = new A().m() })()",
    "the closure a.js#<1>.A.m.<1>: its class can't travel: the name of one of its fields is computed with a wait",
    CHANGE,
  ],
  [
    "function f(g = () => a, ...[a]) { a = 3; return g } const result = f()",
    'the closure a.js#f.g: it captures "a" where nothing can stand for its scope',
    CHANGE,
  ],
  [
    "let result; (async () => { class A { [await 'q'] = 1 } result = A })()",
    "the closure a.js#<1>.A: the name of one of its fields is computed with a wait",
    CHANGE,
  ],
];

/** What a registry says of what a script holds. */
async function describe(source: string): Promise<unknown> {
  const module = new RewrittenModule({
    ...{ url: "file:///app/a.js", isModule: false, path: "a.js", key: "k" },
    source: `${source};\nexports.result = () => result;`,
  });
  const maker = () => {
    throw new TypeError("nothing is made here");
  };
  const code = { table: () => module.table, text: () => module.text, maker, place: "device" as const };
  const resolve = () => ({ kind: "builtin" as const });
  const registry = new CodeRegistry({ ...code, resolve }, new GlobalBindings(), new WeakMap());
  const script = { _compile: registry.register.bind(registry) };
  const exports: { result?: () => Function } = {};
  let seen: unknown;
  const look = (fn: Function) => seen = registry.describe(fn);
  new Function("exports", "module", "look", module.device(new Set()).text)(exports, script, look);
  await Promise.resolve();
  return seen ?? registry.describe(exports.result!());
}

for (const [source, what, fix] of FIXTURES) {
  Deno.test(`describe() refuses ${what}`, async () => {
    deepEqual(await describe(source), { type: "refused", what, fix });
  });
}

/** The rewriter's own code, a text each file. */
function rewriterTexts(): string[] {
  const folder = new URL("../rewrite/", import.meta.url);
  return [...Deno.readDirSync(folder)].filter(({ name }) => !name.endsWith("_test.ts"))
    .map(({ name }) => Deno.readTextFileSync(new URL(name, folder)));
}

Deno.test("each refusal of the list and each reason of the rewriter has its fixture", () => {
  const said = FIXTURES.map(([, what]) => what);
  for (const [name, refusal] of Object.entries(CODE_REFUSALS)) {
    const parts = refusal("ID", "WHY").what.split(/ID|WHY/);
    ok(
      said.some((what) => what.startsWith(parts[0]!) && parts.every((part) => what.includes(part))),
      `${name} has no fixture`,
    );
  }
  const reasons = [
    ...rewriterTexts().join("\n").matchAll(
      /(?:\brefuseHere\(|\brefused (?:\?\?)?= |IN_WITH = )\s*(["`])(.+?)\1/g,
    ),
  ]
    .flatMap(([, , why]) => why!.split(/\$\{.+?\}/));
  ok(reasons.length >= 10, `${reasons}`);
  const missing = reasons.filter((why) => !said.some((what) => what.includes(why)));
  deepEqual(missing, []);
});

Deno.test("the registry refuses no function for a reason that isn't in the list, and the list has no other", () => {
  const text = Deno.readTextFileSync(new URL("./code_registry.ts", import.meta.url));
  const given = [...text.matchAll(/\brefused\((?!why: )([^;]*?)\(/g)].map(([, name]) => name!);
  ok(!/type: "refused", what/.test(text), "a refusal in words of its own");
  deepEqual(
    [...new Set(given)].toSorted(),
    Object.keys(CODE_REFUSALS).map((name) => `CODE_REFUSALS.${name}`).toSorted(),
  );
});

Deno.test("the rewriter refuses no site for a reason that isn't in the list", () => {
  const given = rewriterTexts().flatMap((text) =>
    [...text.matchAll(/\.refused = ([^;]*);/g)].map(([, why]) => why!)
  );
  deepEqual(given, OF_SITES);
});

Deno.test("each refusal names its function and says what to change", () => {
  for (const [name, refusal] of Object.entries(CODE_REFUSALS)) {
    const { what, fix } = refusal("app.ts#method", "it can't be made again");
    ok(
      /^(a|the) /.test(what) && (refusal.length === 0 || what.includes("app.ts#method")),
      `${name}: ${what}`,
    );
    ok(fix !== "" && !fix.endsWith("."), `${name}: ${fix}`);
  }
});
