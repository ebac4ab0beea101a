// The usual shape of a program: `main().catch(…)`.
function crunch(n: number): Promise<number> {
  return new Promise((resolve) => {
    let total = 0;
    for (let i = 0; i < n; i++) total = (total * 31 + i) % 65537;
    resolve(total);
  });
}
async function heavy(n: number) {
  const parts = await Promise.all([crunch(n), crunch(n + 1), crunch(n + 2)]);
  return parts.reduce((a, b) => a + b, 0);
}
async function main() {
  console.log("start");
  console.log(await crunch(1000));
  console.log(await heavy(100));
  const results = await Promise.all([1, 2, 3].map((n) => heavy(n)));
  console.log(results);
}
main().catch((error) => {
  console.error(error);
  Deno.exit(1);
});
