async function* numbers(upTo: number) {
  for (let i = 0; i < upTo; i++) {
    if (i % 3 === 0) await null;
    yield i;
  }
}
async function* mapped<T, U>(source: AsyncIterable<T>, by: (value: T) => U) {
  try {
    for await (const value of source) yield by(value);
  } finally {
    closed++;
  }
}
let closed = 0;
async function total(upTo: number) {
  let sum = 0;
  for await (const n of mapped(numbers(upTo), (x) => x * x)) {
    if (sum > 100) break;
    sum += n;
  }
  return sum;
}
function gather(upTo: number): Promise<number[]> {
  return Array.fromAsync(mapped(numbers(upTo), (x) => x + 1));
}
console.log(await total(5), closed);
console.log(await total(50), closed);
console.log(await gather(7), closed);
