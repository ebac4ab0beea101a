import { asNode } from "./file_errors.ts";
import { type FileAttributes, FileFailure } from "./file_tree_types.ts";
import type { GuestFiles } from "./guest_files.ts";

/** Of `fs.cp`'s options those that can be served. */
interface CopyOptions {
  readonly dereference?: boolean;
  readonly errorOnExist?: boolean;
  readonly filter?: (from: string, to: string) => unknown;
  readonly force?: boolean;
  readonly mode?: number;
  readonly preserveTimestamps?: boolean;
  readonly recursive?: boolean;
  readonly verbatimSymlinks?: boolean;
}

interface Pair {
  readonly from: string;
  readonly to: string;
}

/**
 * `fs.cp` over the device's files, as Deno copies: what is there is replaced, not written into; a link that says where it
 * leads from its folder leads there from the working directory's path then. What would fail is left to the device.
 */
export function copyTree(files: GuestFiles, pair: Pair, options: CopyOptions = {}): void {
  if (options.dereference && options.verbatimSymlinks) files.abandon("it copies links and what they lead to");
  if (options.mode) files.abandon("it copies a tree with a mode");
  if (!isWanted(files, pair, options)) return;
  const follow = options.dereference === true;
  asNode({ call: follow ? "stat" : "lstat", paths: [pair.from] }, () => files.stat(pair.from, follow));
  try {
    if (isInside(files, pair)) files.abandon("it copies a folder into itself");
    // Looked at before folders are made: `none/../a` is there only after `none` is.
    const there = lookedAt(files, pair.to);
    const above = parentOf(pair.to);
    if (above !== "") files.makeFolder(above, { recursive: true });
    copy(files, pair, options, there);
  } catch (error) {
    throw error instanceof FileFailure ? files.abandon(`it fails to copy a tree: ${error.code}`) : error;
  }
}

/** `there`: what is to be replaced, as it was looked at. */
function copy(files: GuestFiles, pair: Pair, options: CopyOptions, there: FileAttributes | undefined): void {
  const { from } = pair;
  const info = files.stat(from, options.dereference === true);
  if (there?.kind === "symlink" && options.dereference) files.abandon("it copies onto a link");
  if (there !== undefined && there.dev === info.dev && there.ino === info.ino) {
    files.abandon("it copies a file onto itself");
  }
  if (there !== undefined && (there.kind === "directory") !== (info.kind === "directory")) {
    files.abandon("it copies a folder onto a file, or the other way round");
  }
  if (info.kind === "directory") copyFolder(files, pair, { options, info, isThere: there !== undefined });
  else if (info.kind === "symlink") {
    if (there !== undefined) files.abandon("it copies a link onto something");
    copyLink(files, pair, options);
  } else if (info.kind === "file") copyFile(files, pair, { options, info, isThere: there !== undefined });
  else files.abandon(`it copies ${from}, which is no file`);
}

interface How {
  readonly options: CopyOptions;
  readonly info: FileAttributes;
  readonly isThere: boolean;
}

function copyFolder(files: GuestFiles, { from, to }: Pair, { options, info, isThere }: How): void {
  if (options.recursive !== true) files.abandon("it copies a folder without its entries");
  if (!isThere) files.makeFolder(to);
  for (const [name] of files.list(from)) {
    const pair = { from: joined(from, name), to: joined(to, name) };
    if (isWanted(files, pair, options)) copy(files, pair, options, lookedAt(files, pair.to));
  }
  if (!isThere) files.setMode(to, info.mode & 0o7777);
}

function copyFile(files: GuestFiles, { from, to }: Pair, { options, info, isThere }: How): void {
  if (isThere) {
    if (options.force === false) {
      if (options.errorOnExist) files.abandon("it copies onto a file that is there");
      return;
    }
    files.remove(to);
  }
  files.copy(from, to);
  // Reading it, when it was copied, set the time of its last access.
  if (options.preserveTimestamps && info.mtime !== null) {
    files.setTimes(to, { atime: files.now(), mtime: info.mtime });
  }
}

function copyLink(files: GuestFiles, { from, to }: Pair, { verbatimSymlinks }: CopyOptions): void {
  const target = files.readLink(from);
  const stays = verbatimSymlinks === true || target.startsWith("/");
  files.makeLink(stays ? target : joined(parentOf(from), target), to);
}

function isWanted(files: GuestFiles, { from, to }: Pair, { filter }: CopyOptions): boolean {
  if (filter === undefined) return true;
  const answer = filter(from, to);
  if (answer instanceof Promise) files.abandon("it chooses what is copied later");
  return Boolean(answer);
}

function lookedAt(files: GuestFiles, path: string): FileAttributes | undefined {
  try {
    return files.stat(path, false);
  } catch (error) {
    if (error instanceof FileFailure && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Whether the target is below the source, or is said to be by a path that leads through it and out again. */
function isInside(files: GuestFiles, { from, to }: Pair): boolean {
  const source = files.realPath(from);
  let isBelow: boolean | undefined;
  for (let at = to;; at = parentOf(at) || ".") {
    try {
      const real = files.realPath(at);
      // Links are followed as far as there is something.
      isBelow ??= `${real}/`.startsWith(`${source}/`);
      if (isBelow || real === source) return true;
    } catch (error) {
      if (!(error instanceof FileFailure)) throw error;
    }
    if (at === "." || at === "/") return false;
  }
}

function parentOf(path: string): string {
  const bare = path.replace(/(.)\/+$/, "$1");
  const slash = bare.lastIndexOf("/");
  // As Rust's paths have it, a folder's own dot is no part of what is above.
  return slash < 0 ? "" : bare.slice(0, slash).replace(/(\/\.)+$/, "") || "/";
}

function joined(folder: string, name: string): string {
  return folder === "" ? name : `${folder.replace(/\/+$/, "")}/${name}`;
}
