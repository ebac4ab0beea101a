// Sequential loops over promises, as programs write them.
const step = (n) => new Promise((resolve) => setTimeout(resolve, 0, n + 1));
function repeat(n, times) {
  return times === 0 ? Promise.resolve(n) : step(n).then((x) => repeat(x, times - 1));
}
function reduce(list) {
  return list.reduce((before, n) => before.then((sum) => step(n).then((x) => sum + x)), Promise.resolve(0));
}
const results = [];
for (let i = 0; i < 3; i++) results.push(await repeat(i, 3));
console.log(results);
console.log(await reduce([1, 2, 3]));
for await (const x of [repeat(5, 1), repeat(6, 1)]) console.log(x);
