import type { FileAttributes, FileKind } from "./file_tree_types.ts";

/** What a path was like: a change is noticed by any of these. */
export interface Stamp {
  /** Whether it is the same file. */
  readonly identity: string;
  /** Whether it is in the same state. */
  readonly state: string;
  readonly isDirectory: boolean;
  readonly changedMs: number;
}

/** A path's stamp now, also where nothing is. */
export function stampOf(path: string): Stamp {
  try {
    const { isDirectory, isSymlink, dev, ino, mode, size, mtime, ctime } = Deno.lstatSync(path);
    const changed = [mtime?.getTime() ?? 0, ctime?.getTime() ?? 0];
    return {
      identity: `${isDirectory} ${isSymlink} ${dev} ${ino}`,
      state: `${mode} ${size} ${changed}`,
      isDirectory,
      changedMs: Math.max(...changed),
    };
  } catch (error) {
    return { identity: (error as Error).name, state: "", isDirectory: false, changedMs: 0 };
  }
}

/** What a path is like, links not followed. @throws {Deno.errors.NotFound} and the like */
export function attributesOf(path: string): FileAttributes {
  const info = Deno.lstatSync(path);
  return {
    kind: kindOf(info),
    size: info.size,
    mode: info.mode ?? 0o777,
    mtime: info.mtime?.getTime() ?? null,
    atime: info.atime?.getTime() ?? null,
    birthtime: info.birthtime?.getTime() ?? null,
    ctime: info.ctime?.getTime() ?? null,
    dev: info.dev,
    ino: info.ino ?? 0,
    nlink: info.nlink ?? 1,
    uid: info.uid ?? 0,
    gid: info.gid ?? 0,
    rdev: info.rdev ?? 0,
    blksize: info.blksize ?? 4096,
    blocks: info.blocks ?? 0,
    ...(info.isSymlink && { target: Deno.readLinkSync(path) }),
  };
}

/** The kind, as the system's own flags tell it. */
export function kindOf(
  { isFile, isDirectory, isSymlink }: { isFile: boolean; isDirectory: boolean; isSymlink: boolean },
): FileKind {
  return isSymlink ? "symlink" : isDirectory ? "directory" : isFile ? "file" : "other";
}
