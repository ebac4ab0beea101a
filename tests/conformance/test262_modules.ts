/**
 * `deno run -A tests/conformance/test262_modules.ts TEST262 [PART]...`: runs the module tests of the language parts of a
 * checkout of test262 through the real loader, plainly and rewritten, and tells which pass plainly and fail rewritten. Tests
 * of one process share its global object, in the same order both times.
 */
import { parseTest } from "./test262_test_file.ts";
import { testsIn } from "./test262_files.ts";

/** Tests that a process runs. */
const CHUNK = 60;

const command = new URL("../../mod.ts", import.meta.url).pathname;

/**
 * Imports the tests of `list.json` one after the other. A line each: how it ended. Error types are told by name: errors of
 * the loader are of this realm too.
 */
const DRIVER = `
addEventListener("unhandledrejection", (event) => event.preventDefault());
addEventListener("error", (event) => event.preventDefault());
const list = JSON.parse(Deno.readTextFileSync(new URL("list.json", import.meta.url)));
const evaluate = eval;
const { log } = console;
globalThis.$262 = { global: globalThis, gc() {}, evalScript: (text) => evaluate(text) };
for (const { url, includes, async } of list) {
  let done;
  const said = new Promise((resolve) => done = resolve);
  globalThis.print = (line) => done(String(line));
  const late = new Promise((resolve) => setTimeout(resolve, 2000, "too late"));
  let outcome;
  try {
    for (const text of includes) evaluate(text);
    outcome = await Promise.race([import(url).then(() => "ran"), late]);
    if (outcome === "ran" && async) outcome = (await Promise.race([said, late])).replace(/^Test262:AsyncTestComplete$/, "ran");
  } catch (error) {
    outcome = "threw " + (error?.constructor?.name ?? error) + " " + String(error?.message).split("\\n")[0];
  }
  log(JSON.stringify([url, outcome]));
}
Deno.exit(0);
`;

interface Entry {
  readonly url: string;
  readonly includes: readonly string[];
  readonly async: boolean;
  readonly isNegative: boolean;
}

async function outcomes(entries: readonly Entry[], rewritten: boolean): Promise<Map<string, string>> {
  const folder = Deno.makeTempDirSync({ prefix: "test262-" });
  Deno.writeTextFileSync(`${folder}/deno.json`, "{}");
  Deno.writeTextFileSync(`${folder}/main.mjs`, DRIVER);
  Deno.writeTextFileSync(`${folder}/list.json`, JSON.stringify(entries));
  const ours = ["--quiet", "--home", `${folder}/home`, "--clone", "none", "--instrument", "all", "--deno=-A"];
  const args = rewritten ? [command, "run", ...ours] : [];
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", ...args, `${folder}/main.mjs`],
    stdin: "null",
    stderr: "null",
  }).output();
  Deno.removeSync(folder, { recursive: true });
  const lines = new TextDecoder().decode(stdout).split("\n").filter((line) => line.startsWith('["file:'));
  return new Map(lines.map((line) => JSON.parse(line)));
}

/** Of a syntax error Deno's own parser makes another type, before the engine sees the module. */
function passes({ isNegative }: Entry, outcome: string | undefined): boolean {
  return isNegative ? outcome?.startsWith("threw ") === true : outcome === "ran";
}

/** Tests after one that ended the process are run again in another. */
async function runAll(entries: readonly Entry[], rewritten: boolean): Promise<Map<string, string>> {
  const all = new Map<string, string>();
  for (let rest = entries; rest.length > 0;) {
    const found = await outcomes(rest, rewritten);
    for (const [url, outcome] of found) all.set(url, outcome);
    if (found.size < rest.length) all.set(rest[found.size]!.url, "ended its process");
    rest = rest.slice(found.size + 1);
  }
  return all;
}

const [root, ...rest] = Deno.args;
if (root === undefined) throw new TypeError("Cannot run: give the folder of a checkout of test262");
const parts = rest.length > 0 ? rest : ["test/language"];
const entries: Entry[] = [];
for (const path of parts.flatMap((part) => [...testsIn(root, part)]).sort()) {
  const { flags, includes, negative } = parseTest(root, path);
  if (!flags.has("module")) continue;
  const url = `file://${Deno.realPathSync(root)}/${path}`;
  entries.push({ url, includes, async: flags.has("async"), isNegative: negative !== undefined });
}
let passed = 0;
const broken: string[] = [];
for (let at = 0; at < entries.length; at += CHUNK) {
  const chunk = entries.slice(at, at + CHUNK);
  const [plain, rewritten] = await Promise.all([runAll(chunk, false), runAll(chunk, true)]);
  for (const entry of chunk) {
    if (!passes(entry, plain.get(entry.url))) continue;
    passed++;
    const outcome = rewritten.get(entry.url);
    if (!passes(entry, outcome)) broken.push(`broken ${entry.url}: ${outcome}`);
  }
  console.error(`${at + chunk.length} run, ${passed} pass plainly, ${broken.length} of them fail rewritten`);
}
broken.forEach((line) => console.log(line));
console.log(JSON.stringify({ run: entries.length, passed, broken: broken.length }));
Deno.exit(broken.length === 0 ? 0 : 1);
