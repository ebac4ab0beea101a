import * as realFs from "node:fs";
import type { FileAttributes, FileKind } from "./file_tree_types.ts";

const { S_IFREG, S_IFDIR, S_IFLNK } = realFs.constants;
const TYPES: Readonly<Record<FileKind, number>> = {
  file: S_IFREG,
  directory: S_IFDIR,
  symlink: S_IFLNK,
  other: 0,
};
const TIMES = ["atime", "mtime", "ctime", "birthtime"] as const;

/** As `fs.stat` shows it: a `Stats`, or with big integers. */
export function nodeStats(info: FileAttributes, options: { bigint?: boolean } | undefined): unknown {
  const big = options?.bigint === true;
  const { BigIntStats, Stats } = realFs as any;
  const stats = Object.create((big ? BigIntStats : Stats).prototype);
  const number = (value: number) => big ? BigInt(value) : value;
  const { dev, nlink, uid, gid, rdev, blksize, ino, size, blocks } = info;
  const mode = (info.mode & 0o170000) === 0 ? info.mode | TYPES[info.kind] : info.mode;
  for (
    const [name, value] of Object.entries({ dev, mode, nlink, uid, gid, rdev, blksize, ino, size, blocks })
  ) {
    stats[name] = number(value);
  }
  const ms = { ...info, ctime: Math.floor((info.ctime ?? 0) / 1000) * 1000 };
  for (const name of TIMES) stats[`${name}Ms`] = number(ms[name] ?? 0);
  if (big) { for (const name of TIMES) stats[`${name}Ns`] = BigInt(ms[name] ?? 0) * 1_000_000n; }
  // The fourth is computed when it is read.
  for (const name of TIMES.slice(0, 3)) stats[name] = new Date(ms[name as "atime"] ?? 0);
  return stats;
}

/** As `readdir` with `withFileTypes` shows an entry. */
export function direntOf(name: unknown, parentPath: string, kind: FileKind): unknown {
  const { Dirent, constants } = realFs as any;
  const types: Record<FileKind, number> = {
    file: constants.UV_DIRENT_FILE,
    directory: constants.UV_DIRENT_DIR,
    symlink: constants.UV_DIRENT_LINK,
    other: constants.UV_DIRENT_UNKNOWN,
  };
  return new Dirent(name, types[kind], parentPath);
}
