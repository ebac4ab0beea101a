// deno-fmt-ignore-file
// Calls of `Function` that aren't what they seem, or that stand where a call can't take their place.
const shown = [];
const F = Function;
let text = "a"
new Function("shown", "shown.push('led')")(shown)
const made = new new Function("this.x = 1")();
const viaMember = new (new Function("return class { y = 2 }")())();
const spread = new F(...["a", "b"], "return [a, b, arguments.length]");
const tail = new Function("a", /* comment ) */ "return a", );
const bound = Function("a", "return () => a").bind(null, 7)();
const coerced = new Function({ toString: () => "k" }, { toString: () => "return k + 1" });
const order = [];
const said = (text) => ({ toString: () => (order.push(text), text) });
const spoken = new Function(said("a"), said("b"), 4 > 3 ? said("return a * b") : null);
for (const bad of [[Symbol("s"), "return 1"], [said("x"), { toString: null, valueOf: null }]]) {
  try {
    new Function(...bad);
  } catch (error) {
    console.log(error.message);
  }
}
const listed = Function.apply(null, { length: 2, 0: "q", 1: "return q" });
const touched = [];
const getter = Function.apply(null, Object.defineProperty(["x"], 1, { get: () => (touched.push("got"), "return x") }));
const arrays = new Function(["a", "b"], "return a - b");
const defaults = new Function("a = 3, {b} = {b: 4}", "return a + b");
const asynchronous = new (async () => {}).constructor("return await 5");
const generator = new (function* () {}).constructor("yield 6");
const strict = new Function("'use strict'; return () => typeof this");
const withs = new Function("o", "with (o) { return (() => p + q)() }");
const globalsLeft = new Function("leaked = 8");
globalsLeft();
function shadowed(Function) {
  return new Function("return 1");
}
class Own {
  constructor(...texts) {
    this.texts = texts;
  }
}
const inField = new (class {
  make = new Function("n", "return function inner() { return ++n }")(10);
})();
const many = Array.from({ length: 4 }, (_, i) => new Function("n", "return { up: () => ++n, n: () => n }")(i));
const same = [new Function("return 1"), new Function("return 1")];

function work() {
  many[0].up();
  many[2].up();
  return {
    ...{ made, viaMember, spread: spread(1, 2), tail: tail(3), bound: bound() },
    ...{ arrays: arrays(9, 2), spoken: spoken(2, 3), order, strict: strict()(), withs: withs({ p: 1, q: 2 }), leaked },
    ...{ counts: many.map(({ n }) => n()), inField: inField.make(), same: same[0] === same[1] },
    texts: [spread, tail, strict, many[1].up, inField.make].map(String),
  };
}
console.log(work(), work());
console.log(listed(4), getter(5), shown, text, coerced(1), defaults(), shadowed(Own), touched, many.map(({ n }) => n()));
console.log(generator().next(), String(asynchronous), same.map((fn) => fn.name + fn.length));
asynchronous().then(console.log);
const original = globalThis.Function;
globalThis.Function = Own;
console.log(new Function("return 2"), new F("return 2")());
globalThis.Function = original;
const { apply } = Function.prototype;
Function.prototype.apply = () => "patched";
console.log(Function.apply(null, ["return 3"]));
Function.prototype.apply = apply;
