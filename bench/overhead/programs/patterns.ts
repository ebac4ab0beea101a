interface Options {
  width?: number;
  height?: number;
  style?: { color?: string; weight?: number };
}
function draw(
  { width = 10, height = 5, style: { color = "red", weight = 1 } = {} }: Options = {},
  ...rest: number[]
): number {
  const [first = 1, second = 2] = rest;
  return width * height + color.length * weight + first - second;
}
export function run(): number {
  let sum = 0;
  for (let i = 0; i < 200_000; i++) {
    sum += draw({ width: i % 9, style: { weight: i & 3 } }, i) + draw(undefined, 1, i % 5);
  }
  return sum;
}
