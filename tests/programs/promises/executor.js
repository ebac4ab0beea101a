// A plain function around an executor, awaited at the top level.
const table = Array.from({ length: 200 }, (_, i) => (i * 7919) % 1009);
let calls = 0;
function search(target) {
  calls++;
  return new Promise((resolve, reject) => {
    const at = table.indexOf(target);
    if (at < 0) reject(new RangeError(`no ${target}`));
    else setTimeout(() => resolve({ at, calls }), 1);
  });
}
console.log(await search(table[5]), calls);
try {
  await search(-1);
} catch (error) {
  console.log(error.name, error.message, calls);
}
