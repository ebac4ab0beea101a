// Functions made of texts, as template engines, validators and parsers make them.
const add = new Function("a", "b", "return a + b");
const validator = (schema) => {
  const lines = Object.entries(schema).map(([key, type]) => `if (typeof x.${key} !== "${type}") wrong.push("${key}");`);
  return new Function("limit", `
let calls = 0;
return function validate(x) {
  const wrong = [];
  ${lines.join("\n  ")}
  if (++calls > limit) throw new RangeError("called " + calls + " times");
  return { wrong, calls };
};`)(1e6);
};
const validate = validator({ name: "string", age: "number" });
function compiled(...parts) {
  const F = Function;
  return new F(...parts, "return [self, value * 2, typeof other]");
}
const twice = compiled("self", "value");
function applied(list) {
  return Function.apply(null, list);
}
const scaled = applied(["k", "return function (x) { return x * k }"])(3);
const sloppy = Function("return this === globalThis");
const strict = Function("'use strict'; return this");
const nested = new Function("n", "return new Function('m', 'return m + ' + n)");
const args = new Function("return arguments.length");
const telling = new Function("return typeof anonymous");
class Counter extends new Function("start", "this.n = start") {
  up() {
    return ++this.n;
  }
}

function work(people) {
  const wrong = people.map((person) => validate(person));
  return {
    sum: people.reduce((sum, { age }) => add(sum, age), 0),
    last: wrong.at(-1),
    twice: twice("me", 21),
    scaled: scaled(14),
    sloppy: sloppy(),
    strict: strict(),
    nested: nested(4)(5),
    args: args(1, 2, 3),
    texts: [add, validate, scaled, nested].map(String),
    shape: [add.name, add.length, validate.name, Object.keys(add), typeof add.prototype],
    made: (x) => validate({ name: x, age: scaled(x) }),
  };
}
const people = Array.from({ length: 50 }, (_, i) => ({ name: i % 7 ? `p${i}` : i, age: i }));
const result = work(people);
console.log(result, result.made("z"), validate({}).calls, nested(1)(1));
console.log(work(people).last, validate({}).calls);
console.log(new Counter(3).up(), add === compiled, new Function().toString(), telling());
for (const make of [() => new Function("a", "return a +"), () => new Function("/*", "*/){"), () => Function("}, function () {")]) {
  try {
    make();
  } catch (error) {
    console.log(error.stack);
  }
}
try {
  validator({ "": "x" })({});
} catch (error) {
  console.log(error.stack);
}
try {
  new Function("x", "x.y.z()")({});
} catch (error) {
  console.log(error.stack);
}
const fails = validator({ "a.b": "string" });
const leaf = new Function("x", "x.y.z()");
function failing(mode) {
  return mode === "leaf" ? leaf({}) : fails({});
}
for (const mode of ["leaf", "inner"]) {
  try {
    failing(mode);
  } catch (error) {
    console.log(error.stack);
  }
}
