// Functions that migrated methods make of texts, and leave behind.
const cache = new Map();
function compile(text) {
  let fn = cache.get(text);
  if (fn === undefined) cache.set(text, fn = new Function("k", `let n = 0; return { up: (x) => (n += x * k), get n() { return n; } };`)(text.length));
  return fn;
}
const leaves = [];
function work(texts) {
  leaves.push(new Function("a", "b", "return a * b + " + texts.length));
  return texts.map((text) => compile(text).up(1));
}
console.log(work(["a", "bb"]), leaves[0](2, 3), cache.get("bb").n, String(leaves[0]));
console.log(compile("a").up(5), work(["a", "bb", "ccc"]), leaves.map((leaf) => leaf(1, 1)));
console.log(new Function("a", "b", "return a * b + 2")(4, 5), leaves[0] === new Function("a", "b", "return a * b + 2"));
console.log(work(["ccc", "bb"]), [...cache.values()].map(({ n }) => n), leaves.map((leaf) => leaf.name + leaf.length));
console.log(leaves.length, String(cache.get("a").up), cache.get("a").constructor === Object);
function failing(text) {
  compile(text);
  const inner = new Function("x", "return function deep() {\n return x.y.z;\n}");
  const leaf = new Function("x", "x.y.z()");
  const errors = [];
  for (const fails of [() => leaf({}), inner({}), () => compile("zz").none()]) {
    try {
      fails();
    } catch (error) {
      errors.push(error, error.stack);
    }
  }
  return errors;
}
for (const error of failing("zz")) console.log(error);
