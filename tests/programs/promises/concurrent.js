// Another flow goes on meanwhile, or waits for what the first one changes.
const state = { count: 0 };
let other = 0;
function slow(n) {
  return new Promise((resolve) => setTimeout(() => {
    state.count += n;
    resolve(state.count);
  }, 5));
}
const beat = setInterval(() => other++, 1);
console.log(await slow(1), state);
console.log(await slow(2), state);
clearInterval(beat);
console.log(other > 0);
const both = await Promise.all([slow(3), slow(4)]);
console.log(both, state);
const writer = (async () => {
  await null;
  state.count += 100;
})();
const sum = await slow(5);
await writer;
console.log(sum, state);
