/**
 * `deno run -A tests/conformance/test262.ts TEST262 [PART]...`: runs the language parts of a checkout of test262 plainly and
 * rewritten, each test in a realm of its own, and tells which tests pass plainly and fail rewritten. The suite itself isn't
 * part of this project. Scripts run as bodies of functions, as a CommonJS module does.
 */
import { testsIn } from "./test262_files.ts";
import { parseTest, type Test262Test } from "./test262_test_file.ts";
import { type Outcome, runScript } from "./test262_realm.ts";

/** Tests a process runs: realms aren't all given back. */
const CHUNK = 1200;
const PROCESSES = 2;

interface Counts {
  run: number;
  passed: number;
  /** Passes plainly, fails rewritten: `path: message`. */
  broken: string[];
  /** Passes plainly, but the rewriter can't take it apart: it runs as it is. */
  unchanged: string[];
}

async function main(): Promise<void> {
  const [root, ...rest] = Deno.args;
  if (root === undefined) throw new TypeError("Cannot run: give the folder of a checkout of test262");
  if (rest[0] === "--chunk") return console.log(JSON.stringify(await runChunk(root, JSON.parse(rest[1]!))));
  const parts = rest.length > 0 ? rest : ["test/language", "test/annexB/language"];
  const files = parts.flatMap((part) => [...testsIn(root, part)]).sort();
  const chunks: string[][] = [];
  for (let at = 0; at < files.length; at += CHUNK) chunks.push(files.slice(at, at + CHUNK));
  const total: Counts = { run: 0, passed: 0, broken: [], unchanged: [] };
  await Promise.all(Array.from({ length: PROCESSES }, async () => {
    for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) {
      const counts = await spawnChunk(root, chunk);
      total.run += counts.run;
      total.passed += counts.passed;
      total.broken.push(...counts.broken);
      total.unchanged.push(...counts.unchanged);
      console.error(
        `${total.run} run, ${total.passed} pass plainly, ${total.broken.length} of them fail rewritten`,
      );
    }
  }));
  for (const line of total.broken.sort()) console.log(`broken ${line}`);
  for (const line of total.unchanged.sort()) console.log(`unchanged ${line}`);
  console.log(JSON.stringify({ ...total, broken: total.broken.length, unchanged: total.unchanged.length }));
  Deno.exit(total.broken.length === 0 ? 0 : 1);
}

async function spawnChunk(root: string, files: readonly string[]): Promise<Counts> {
  const { stdout, stderr, code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", import.meta.filename!, root, "--chunk", JSON.stringify(files)],
    stdin: "null",
  }).output();
  const text = new TextDecoder().decode(stdout);
  const line = text.split("\n").findLast((item) => item.startsWith('{"run"'));
  if (line === undefined) {
    if (files.length === 1) {
      return { run: 1, passed: 0, broken: [`${files[0]}: ended its process (${code})`], unchanged: [] };
    }
    console.error(`a process ended (${code}): ${new TextDecoder().decode(stderr).slice(-300)}`);
    const half = files.length >> 1;
    const [a, b] = [await spawnChunk(root, files.slice(0, half)), await spawnChunk(root, files.slice(half))];
    return {
      run: a.run + b.run,
      passed: a.passed + b.passed,
      broken: [...a.broken, ...b.broken],
      unchanged: [...a.unchanged, ...b.unchanged],
    };
  }
  return JSON.parse(line);
}

async function runChunk(root: string, files: readonly string[]): Promise<Counts> {
  addEventListener("unhandledrejection", (event) => event.preventDefault());
  const counts: Counts = { run: 0, passed: 0, broken: [], unchanged: [] };
  for (const file of files) {
    const test = parseTest(root, file);
    // Modules need files beside them, and run through the real loader: see test262_modules.ts.
    if (test.flags.has("module") || test.flags.has("raw")) continue;
    for (const strict of modesOf(test)) await runOne(test, { strict, counts });
  }
  return counts;
}

async function runOne(
  test: Test262Test,
  { strict, counts }: { strict: boolean; counts: Counts },
): Promise<void> {
  counts.run++;
  const plain = await runScript(test, { strict, rewritten: false });
  if (!plain.passed) return;
  counts.passed++;
  const name = `${test.path}${strict ? " (strict)" : ""}`;
  const rewritten: Outcome = await runScript(test, { strict, rewritten: true });
  if (!rewritten.passed) counts.broken.push(`${name}: ${rewritten.message}`);
  if (rewritten.unchanged && test.negative === undefined) {
    counts.unchanged.push(`${name}: ${rewritten.message}`);
  }
}

function modesOf({ flags }: Test262Test): boolean[] {
  if (flags.has("onlyStrict")) return [true];
  return flags.has("noStrict") ? [false] : [false, true];
}

await main();
