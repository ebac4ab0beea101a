/**
 * Makes the bundles of what app processes load: a program of its own, of the lowest priority, started by a run that found
 * none. One at a time; what goes wrong leaves runs to load the modules themselves.
 */
import { startBehind } from "./background.ts";
import {
  bundleFolder,
  ENTRIES,
  type Entry,
  findBundle,
  MANIFEST,
  type Manifest,
  SOURCE,
  type Stamp,
  stampOf,
} from "./bundle.ts";

const ROOT = decodeURIComponent(new URL("../../", SOURCE).pathname);
const RUNTIME = new URL("../../runtime/", SOURCE).href;

/** Starts making them, in a process that outlives this one; not soon after that has failed. */
export function startBundler(denoPath: string): void {
  if (bundleFolder() === undefined || hasFailed()) return;
  const make = ["run", "-A", "--no-prompt", import.meta.url];
  startBehind(denoPath, make);
}

function hasFailed(): boolean {
  try {
    const { mtime } = Deno.statSync(failure());
    return Date.now() - (mtime?.getTime() ?? 0) < TRY_AGAIN_MS;
  } catch {
    return false;
  }
}

/** Where the last failure is told. */
function failure(): string {
  return `${bundleFolder()}/failed`;
}

/** Without a network there is no bundler the first time. */
const TRY_AGAIN_MS = 3600 * 1000;

/** Where another process is at it: waits for that, or leaves it to that one. @throws {Error} if they can't be made */
export async function makeBundles({ wait }: { wait: boolean }): Promise<void> {
  const folder = bundleFolder();
  if (folder === undefined) throw new Error("Cannot make bundles: there is no folder for caches");
  Deno.mkdirSync(folder, { recursive: true });
  using lock = Deno.openSync(`${folder}/lock`, { create: true, write: true });
  if (wait) await lock.lock(true);
  else if (!await lock.tryLock(true)) return;
  if (findBundle() !== undefined) return;
  const paths = await sources();
  await settled(paths);
  const made = stamps(paths);
  const entries: Partial<Record<Entry, string>> = {};
  for (const entry of ENTRIES) entries[entry] = await makeEntry(entry, folder);
  if (made.some(([path, stamp]) => stampOf(path) !== stamp)) {
    throw new Error("Cannot make bundles: the code has changed meanwhile");
  }
  const manifest: Manifest = { source: SOURCE, entries: entries as Record<Entry, string>, made };
  write(folder, MANIFEST, JSON.stringify(manifest));
  dropOld(folder);
}

/** The preload module of an entry and the bundle that it imports, both named after what is in them; returns the first's name. */
async function makeEntry(entry: Entry, folder: string): Promise<string> {
  const main = startOf(entry);
  const draft = `${folder}/draft.mjs`;
  const options = ["--quiet", "--platform", "deno", "--no-check", "--no-lock", "--output", draft];
  await deno("bundle", ...options, `${SOURCE}${main}`);
  // Only comments have others left, and with any the engine would hold all of it in two bytes a character.
  const text = Deno.readTextFileSync(draft).replace(/[^\x00-\x7f]/g, "?");
  Deno.removeSync(draft);
  const bundle = await keep(folder, `${entry}-code`, text);
  const preload = Deno.readTextFileSync(new URL(`${entry}.js`, SOURCE));
  const imported = `./${bundle}?runtime=${encodeURIComponent(RUNTIME)}`;
  return await keep(folder, entry, preload.replace(`"./${main}"`, JSON.stringify(imported)));
}

/** The module that a preload module imports. */
function startOf(entry: Entry): string {
  return entry === "boot" ? "start.ts" : "watch.ts";
}

/** Returns the name of the file, which tells what is in it. */
async function keep(folder: string, name: string, text: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  const file = `${name}-${hash.slice(0, 8).toHex()}.mjs`;
  write(folder, file, text);
  return file;
}

/** Whole or not at all: a process may be reading the same. */
function write(folder: string, name: string, text: string): void {
  Deno.writeTextFileSync(`${folder}/draft`, text);
  Deno.renameSync(`${folder}/draft`, `${folder}/${name}`);
}

interface Graph {
  readonly modules: readonly { readonly specifier: string }[];
}

/** All files that one of the entries is made of, types alone included. */
async function sources(): Promise<Set<string>> {
  const found = new Set<string>([decodeURIComponent(new URL("bundler.ts", SOURCE).pathname)]);
  for (const entry of ENTRIES) {
    found.add(decodeURIComponent(new URL(`${entry}.js`, SOURCE).pathname));
    const { modules } = JSON.parse(
      await deno("info", "--json", "--no-lock", `${SOURCE}${startOf(entry)}`),
    ) as Graph;
    for (const { specifier } of modules) {
      if (specifier.startsWith("file:")) found.add(decodeURIComponent(new URL(specifier).pathname));
    }
  }
  return found;
}

/** Waits until a later change of any of them has another time. */
async function settled(paths: Iterable<string>): Promise<void> {
  const newest = Math.max(...Array.from(paths, (path) => Deno.statSync(path).ctime?.getTime() ?? 0));
  const waitMs = newest + CLOCK_STEP_MS - Date.now();
  if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, Math.min(waitMs, CLOCK_STEP_MS)));
}

/** How much a file system's clock steps at most. */
const CLOCK_STEP_MS = 100;

function stamps(paths: Iterable<string>): Stamp[] {
  return Array.from(paths, (path) => {
    const stamp = stampOf(path);
    if (stamp === undefined) throw new Error(`Cannot make bundles: ${path} is missing`);
    return [path, stamp];
  });
}

async function deno(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT }).output();
  if (!success) throw new Error(`Cannot make bundles: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** Bundles of earlier code; a process that is starting may still read the last ones. */
function dropOld(folder: string): void {
  for (const { name } of Deno.readDirSync(folder)) {
    const { mtime } = Deno.statSync(`${folder}/${name}`);
    const isOld = Date.now() - (mtime?.getTime() ?? Infinity) > KEPT_MS;
    if (isOld && name.endsWith(".mjs")) Deno.removeSync(`${folder}/${name}`);
  }
}

const KEPT_MS = 24 * 3600 * 1000;

if (import.meta.main) {
  try {
    await makeBundles({ wait: false });
  } catch (error) {
    if (bundleFolder() !== undefined) Deno.writeTextFileSync(failure(), String(error));
    throw error;
  }
}
