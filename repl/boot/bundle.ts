/**
 * What an app process loads, as one module instead of 157: a third of what a start takes. Made in the background when a run
 * found none, kept with Deno's own compiled code, and used only while all that it was made from is as it was then.
 */

/** The preload modules of app processes. */
export const ENTRIES = ["boot", "watch"] as const;
export type Entry = typeof ENTRIES[number];

/** A file that a bundle was made from, and what tells whether it has changed. */
export type Stamp = readonly [path: string, stamp: string];

/** What is kept beside bundles. */
export interface Manifest {
  /** The folder that they were made of: two may have one name here. */
  readonly source: string;
  /** File names of the preload modules. */
  readonly entries: Readonly<Record<Entry, string>>;
  readonly made: readonly Stamp[];
}

export const MANIFEST = "manifest.json";

/** This folder, of which bundles are made. */
export const SOURCE: string = new URL("./", import.meta.url).href;
/** File systems take names of 255 bytes. */
const MAX_NAME = 150;

/** Where bundles of this checkout are kept; undefined if the system names no place for such things. */
export function bundleFolder(): string | undefined {
  const cache = denoFolder();
  return cache === undefined
    ? undefined
    : `${cache}/clonecloud/${SOURCE.replace(/\W+/g, "_").slice(-MAX_NAME)}`;
}

/** Deno's cache, found as Deno finds it. */
function denoFolder(): string | undefined {
  const { env, build } = Deno;
  const given = env.get("DENO_DIR");
  if (given) return given.startsWith("/") ? given : undefined;
  if (build.os === "windows") return undefined;
  const user = env.get("HOME");
  const caches = build.os === "darwin" ? user && `${user}/Library/Caches` : env.get("XDG_CACHE_HOME");
  const folder = caches || (user && `${user}/.cache`);
  return folder ? `${folder}/deno` : undefined;
}

/** What changes with a file's content; undefined if there is no such file. */
export function stampOf(path: string): string | undefined {
  try {
    const { size, mtime, ctime, ino } = Deno.statSync(path);
    return `${size} ${mtime?.getTime()} ${ctime?.getTime()} ${ino}`;
  } catch {
    return undefined;
  }
}

/** The bundles of this code as it is now: URLs of preload modules, and the folder that they are in. */
export function findBundle(
  { folder = bundleFolder(), stamp = stampOf }: {
    readonly folder?: string | undefined;
    readonly stamp?: typeof stampOf;
  } = {},
):
  | { readonly urls: Readonly<Record<Entry, string>>; readonly folder: string }
  | undefined {
  if (folder === undefined) return undefined;
  try {
    const { source, entries, made } = JSON.parse(Deno.readTextFileSync(`${folder}/${MANIFEST}`)) as Manifest;
    if (source !== SOURCE || !made.every(([path, then]) => stamp(path) === then)) return undefined;
    const url = (entry: Entry) => `${urlOf(folder)}/${entries[entry]}`;
    return { urls: { boot: url("boot"), watch: url("watch") }, folder };
  } catch {
    return undefined;
  }
}

function urlOf(path: string): string {
  return `file://${encodeURI(path).replace(/[?#]/g, encodeURIComponent)}`;
}

/** Whether a URL is that of all that one of the entries imports. */
export function isBundle(url: string): boolean {
  return /\/clonecloud\/[^/]*\/(boot|watch)-code-[0-9a-f]{16}\.mjs\?runtime=/.test(url);
}
