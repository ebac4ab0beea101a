const people = Array.from(
  { length: 20_000 },
  (_, i) => ({ name: `p${i % 97}`, age: i * 7919 % 83, tags: [i % 3, i % 5] }),
);
export function run(): number {
  const limit = 18;
  let seen = 0;
  const adults = people.filter((person) => person.age >= limit);
  const byName = adults.reduce((sums, { name, age }) => {
    seen++;
    return sums.set(name, (sums.get(name) ?? 0) + age);
  }, new Map<string, number>());
  const tags = adults.flatMap((person) => person.tags.map((tag) => tag + limit)).filter((tag) =>
    tag % 2 === 0
  );
  return [...byName.values()].sort((a, b) => b - a).slice(0, 10).reduce(
    (sum, age) => sum + age,
    tags.length + seen,
  );
}
