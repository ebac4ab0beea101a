/** Prints how many milliseconds a fixed computation takes, leaving start-up and compilation out. */

function compute(rounds: number): number {
  let state = 1;
  for (let i = 0; i < rounds; i++) state = Math.imul(state ^ i, 0x9e3779b1) >>> 3;
  return state;
}

compute(1_000_000);
const start = performance.now();
const result = compute(60_000_000);
console.log(performance.now() - start + (result === -1 ? 1 : 0));
