// A promise that stays in the program's own table.
const cache = new Map<number, Promise<number>>();
let computed = 0;
function memo(n: number): Promise<number> {
  let known = cache.get(n);
  if (known === undefined) {
    known = new Promise((resolve) => {
      computed++;
      setTimeout(() => resolve(n * n), 1);
    });
    cache.set(n, known);
  }
  return known;
}
console.log(await memo(4), computed, cache);
console.log(await memo(4), computed, await cache.get(4));
console.log(memo(4) === memo(4), await memo(5), cache.size);
