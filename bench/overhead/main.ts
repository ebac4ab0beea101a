/**
 * Times every program of the folder in this process. Prints `{"times": {program: milliseconds of its fastest round},
 * "residentBytes"}`; with an argument `start` it only starts.
 */
const NAMES = [...Deno.readDirSync(new URL("./programs/", import.meta.url))].map(({ name }) => name).sort();
const ROUNDS = 25;
const WARM_MS = 150;

const times: Record<string, number> = {};
for (const name of NAMES) {
  const { run } = await import(new URL(`./programs/${name}`, import.meta.url).href) as { run(): unknown };
  if (Deno.args[0] === "start") continue;
  for (const end = performance.now() + WARM_MS; performance.now() < end;) await run();
  let fastest = Infinity;
  for (let i = 0; i < ROUNDS; i++) {
    const started = performance.now();
    await run();
    fastest = Math.min(fastest, performance.now() - started);
  }
  times[name.replace(/\.ts$/, "")] = fastest;
}
console.log(JSON.stringify({ times, residentBytes: Deno.memoryUsage().rss }));
