const cache = new Map<number, Promise<number>>();
async function look(n: number): Promise<number> {
  await null;
  return n * 2;
}
async function chain(n: number): Promise<number> {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += await (i % 4 === 0 ? look(i) : cached(i % 64));
  return sum;
}
function cached(n: number): Promise<number> {
  let found = cache.get(n);
  if (found === undefined) cache.set(n, found = look(n));
  return found;
}
export const run = async (): Promise<number> =>
  (await Promise.all([chain(15_000), chain(15_000)])).reduce((a, b) => a + b);
