// Callers that aren't an `await`: events, callbacks, other functions.
function work(n) {
  return new Promise((resolve) => resolve(n * 2));
}
const wraps = (n) => work(n).then((x) => x + 1);
async function relay(n) {
  return work(n);
}
function withCallback(n, done) {
  work(n).then((x) => done(null, x), done);
}
withCallback(4, (error, x) => console.log("callback", error, x));
console.log("called");
await null;
await null;
console.log(await wraps(1), await relay(2));
const list = await Promise.all([1, 2, 3].map(work));
console.log(list);
const promise = work(21);
console.log(promise instanceof Promise, await promise, await promise);
work(5).then((x) => console.log("then", x));
work(6).then((x) => console.log("then", x));
console.log("end");
