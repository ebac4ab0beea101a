import { UsageError } from "./command.ts";

/** The user's program, as found on disk. */
export interface App {
  /** Main module: a URL. */
  readonly main: string;
  /** Absolute path of the main module, or the URL itself if it isn't a file. */
  readonly path: string;
  /** Folder of the nearest deno.json or package.json at or above the main module, else its own folder. */
  readonly root: string;
}

/** Finds the app that a user named, as seen from a working directory. @throws {UsageError} if there is none. */
export function findApp(given: string, cwd: string = Deno.cwd()): App {
  if (/^(https?|npm|jsr):/.test(given)) return { main: given, path: given, root: cwd };
  const path = given.startsWith("file:") ? decodeURIComponent(new URL(given).pathname) : absolute(given, cwd);
  try {
    if (!Deno.statSync(path).isFile) {
      throw new UsageError(`${given} is not a file: name the program's main module`);
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot find ${given}: name the program's main module`);
  }
  const real = Deno.realPathSync(path);
  return {
    main: new URL(`file://${real.split("/").map(encodeURIComponent).join("/")}`).href,
    path: real,
    root: rootOf(real),
  };
}

/** A path as seen from a working directory, this process's if left out. */
export function absolute(path: string, cwd: string = Deno.cwd()): string {
  return path.startsWith("/") ? path : `${cwd}/${path}`;
}

function rootOf(path: string): string {
  const own = path.slice(0, path.lastIndexOf("/")) || "/";
  for (let folder = own;; folder = folder.slice(0, folder.lastIndexOf("/"))) {
    for (const name of ["deno.json", "deno.jsonc", "package.json"]) {
      if (exists(`${folder}/${name}`)) return folder || "/";
    }
    if (folder === "") return own;
  }
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/**
 * A module's path in method ids: from the app's root; `npm:package@version/file` for libraries; its URL for the rest. In an
 * id, the method's name begins at the first `#`: one in a path is written as in URLs.
 */
export function modulePath(url: string, root: string): string {
  if (!url.startsWith("file:")) return url;
  return idPath(decodeURIComponent(new URL(url).pathname), root).replaceAll("#", "%23");
}

function idPath(path: string, root: string): string {
  const npm = npmPath(path);
  if (npm !== undefined) return npm;
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
}

function npmPath(path: string): string | undefined {
  const linked = /\/node_modules\/\.deno\/[^/]+?@([^/_]+)[^/]*\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(.*)$/
    .exec(path);
  if (linked !== null) return `npm:${linked[2]}@${linked[1]}/${linked[3]}`;
  const cached = /\/npm\/[^/]+\/((?:@[^/]+\/)?[^/]+)\/(\d+\.\d+\.\d+[^/]*)\/(.*)$/.exec(path);
  if (cached !== null) return `npm:${cached[1]}@${cached[2]}/${cached[3]}`;
  const plain = /^(.*\/node_modules\/((?:@[^/]+\/)?[^/]+))\/(.*)$/.exec(path);
  return plain === null ? undefined : `npm:${plain[2]}@${versionOf(plain[1]!)}/${plain[3]}`;
}

function versionOf(folder: string): string {
  try {
    return JSON.parse(Deno.readTextFileSync(`${folder}/package.json`)).version ?? "0.0.0";
  } catch {
    return "0.0.0";
  }
}
