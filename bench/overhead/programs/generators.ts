function* numbers(count: number) {
  for (let i = 0; i < count; i++) yield i;
}
function* mapped<A, B>(items: Iterable<A>, change: (item: A) => B) {
  for (const item of items) yield change(item);
}
function* filtered<A>(items: Iterable<A>, keep: (item: A) => boolean) {
  for (const item of items) if (keep(item)) yield item;
}
export function run(): number {
  let sum = 0;
  for (const item of filtered(mapped(numbers(120_000), (n) => n * 3), (n) => n % 2 === 0)) sum += item;
  return sum;
}
