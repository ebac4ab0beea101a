// CommonJS has no `await` at its top.
const { promisify } = require("node:util");
function compute(n) {
  return new Promise((resolve) => setImmediate(() => resolve(Array.from({ length: n }, (_, i) => i ** 2))));
}
const delay = promisify((ms, done) => setTimeout(done, ms));
function chained(n) {
  return compute(n).then((list) => list.reduce((a, b) => a + b, 0));
}
async function main() {
  console.log(await compute(4));
  await delay(1);
  console.log(await chained(5));
}
main().then(() => console.log("done"));
