const text = Array.from({ length: 30_000 }, (_, i) => `word${i * 31 % 509}${i % 9 === 0 ? "," : ""}`).join(
  " ",
);
export function run(): string {
  const counts = new Map<string, number>();
  for (const word of text.split(/[ ,]+/)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const top = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, 20);
  return top.map(([word, count]) => `${word}: ${"*".repeat(count % 7)}`).join("\n").replace(
    /word(\d)/g,
    (_, digit) => `w${digit}`,
  );
}
