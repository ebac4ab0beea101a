import type * as fs from "node:fs";

/** What `fs.glob` looks for. */
export interface GlobRequest {
  readonly cwd: string;
  readonly patterns: readonly string[];
  readonly exclude: readonly string[];
}

/** Folders that one request may look into: each is watched until the merge. */
const MAX_FOLDERS = 10_000;
const MAX_PATTERNS = 100;
/** A part of a pattern that has one of these stands for several names. */
const MAGIC = /[*?[\]{}()!+@\\]/;

const MAX_PATTERN_LENGTH = 300;
/** Repeated groups and ranges, of which a short pattern can make endless work. */
const COSTLY = /[+*]\(|\.\.|(\{[^{]*){4}/;
/** Of stars in one name, and of parts that stand for any folders. */
const MAX_STARS = 3;
const MAX_DEEP = 2;

/** Reads a request that came from a guest. @throws {TypeError} */
export function globRequest(cwd: string, { patterns, exclude }: Record<string, unknown>): GlobRequest {
  const isTexts = (value: unknown): value is string[] =>
    Array.isArray(value) && value.length <= MAX_PATTERNS && value.every((item) => typeof item === "string");
  if (!isTexts(patterns) || !isTexts(exclude)) throw new TypeError("Cannot look for files: no patterns");
  if (![...patterns, ...exclude].every(isCheap)) {
    throw new TypeError("it looks for files by a costly pattern");
  }
  return { cwd, patterns, exclude };
}

/** A hostile clone could make the device match for ever. */
function isCheap(pattern: string): boolean {
  if (pattern.length > MAX_PATTERN_LENGTH || COSTLY.test(pattern)) return false;
  const parts = pattern.split("/");
  if (parts.filter((part) => part.includes("**")).length > MAX_DEEP) return false;
  return parts.every((part) => part.split("*").length <= MAX_STARS + 1);
}

/**
 * Looks for files by Deno's own implementation, in whose order the names come. `seen` is told of every folder on which the
 * answer may depend, before anybody looks into it.
 *
 * @throws {TypeError} where that can't be told
 */
export function globOnDevice(request: GlobRequest, seen: (folder: string) => void): string[] {
  const { cwd, patterns, exclude } = request;
  let left = MAX_FOLDERS;
  const walk = (folder: string, depth: number) => {
    if (--left < 0) throw new RangeError("Cannot look for files for a clone: there are too many folders");
    seen(folder);
    let entries: Deno.DirEntry[];
    try {
      entries = [...Deno.readDirSync(folder)];
    } catch (error) {
      if (isNoFolder(error)) return;
      throw error;
    }
    for (const { name, isDirectory, isSymlink } of entries) {
      if (depth <= 1) continue;
      if (isDirectory) walk(`${folder}/${name}`, depth - 1);
      else if (isSymlink && leadsToFolder(`${folder}/${name}`)) {
        throw new TypeError("it looks for files behind a symbolic link");
      }
    }
  };
  for (const pattern of patterns) {
    const { base, depth } = rangeOf(pattern, cwd);
    walk(base, depth);
  }
  // Loaded only now: that takes a weak device longer than the rest of a session's start.
  const { globSync } = globalThis.process.getBuiltinModule("node:fs") as typeof fs;
  return globSync([...patterns], { cwd, exclude: [...exclude] });
}

/** Where a pattern's first name stands that isn't plain, and how many folders deep it looks from there. */
function rangeOf(pattern: string, cwd: string): { base: string; depth: number } {
  const parts = pattern.split("/");
  const plain = parts.findIndex((part) => MAGIC.test(part));
  const count = plain < 0 ? parts.length - 1 : plain;
  const start = parts.slice(0, count).filter((part) => part !== "" && part !== ".").join("/");
  const top = pattern.startsWith("/") ? "" : cwd.replace(/\/$/, "");
  const depth = pattern.includes("**") ? Infinity : parts.length - count;
  return { base: start === "" ? top || "/" : `${top}/${start}`, depth };
}

function leadsToFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    if (isNoFolder(error)) return false;
    throw error;
  }
}

function isNoFolder(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}
