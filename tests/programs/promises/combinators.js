const log = [];
async function work(n) {
  for (let i = 0; i < n; i++) await null;
  log.push(n);
  return n * 10;
}
function all(list) {
  return Promise.all(list.map((n) => work(n)));
}
function first(list) {
  return Promise.race(list.map((n) => work(n))).then(async (winner) => {
    for (let i = 0; i < 20; i++) await null;
    return winner;
  });
}
function any(list) {
  return Promise.any([Promise.reject(new Error("x")), ...list.map((n) => work(n))]);
}
async function settled(list) {
  const outcomes = await Promise.allSettled([...list.map((n) => work(n)), Promise.reject(new TypeError("bad"))]);
  return outcomes.map((o) => o.status === "fulfilled" ? o.value : String(o.reason));
}
console.log(await all([3, 1, 2]), log.splice(0));
console.log(await first([5, 2, 4]), log.splice(0));
console.log(await any([2]), log.splice(0));
console.log(await settled([1, 2]), log.splice(0));
