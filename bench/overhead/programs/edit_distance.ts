function distance(a: string, b: string): number {
  const memo = new Map<number, number>();
  const from = (i: number, j: number): number => {
    if (i === a.length) return b.length - j;
    if (j === b.length) return a.length - i;
    const key = i * 1000 + j;
    const known = memo.get(key);
    if (known !== undefined) return known;
    const answer = a[i] === b[j]
      ? from(i + 1, j + 1)
      : 1 + Math.min(from(i + 1, j), from(i, j + 1), from(i + 1, j + 1));
    memo.set(key, answer);
    return answer;
  };
  return from(0, 0);
}
export const run = (): number =>
  distance("kitten sitting on a mitten ".repeat(11), "sitting kitten with a mittens ".repeat(10));
