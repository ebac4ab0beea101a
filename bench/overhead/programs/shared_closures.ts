function counter(step: number) {
  let value = 0;
  return { up: () => (value += step), down: () => (value -= step), read: () => value };
}
export function run(): number {
  let sum = 0;
  for (let i = 0; i < 2000; i++) {
    const { up, down, read } = counter(i % 7);
    for (let j = 0; j < 200; j++) j % 3 === 0 ? down() : up();
    sum += read();
  }
  return sum;
}
