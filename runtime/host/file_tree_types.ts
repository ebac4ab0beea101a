/** What a name in a folder is. */
export type FileKind = "file" | "directory" | "symlink" | "other";

/** What `lstat` says of one file. Times in milliseconds since the epoch. */
export interface FileAttributes {
  readonly kind: FileKind;
  size: number;
  mode: number;
  mtime: number | null;
  atime: number | null;
  readonly birthtime: number | null;
  ctime: number | null;
  readonly dev: number;
  readonly ino: number;
  nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  readonly blksize: number;
  blocks: number;
  /** Where a symbolic link leads. */
  readonly target?: string;
}

/** What the device says about one path of those it went through. */
export interface Found {
  readonly path: string;
  /** Null: there is nothing. */
  readonly info: FileAttributes | null;
  /** It only leads to what may be seen: nothing else of it may. */
  readonly passage?: true;
  /** The device can't say, for this reason (`EACCES`). */
  readonly code?: string;
}

/** A name in a folder, as the device lists it. */
export interface Listed {
  readonly name: string;
  readonly kind: FileKind;
  readonly info?: FileAttributes;
}

/** Thrown where the system call would fail; what the app gets is made of it where the call is known. */
export class FileFailure extends Error {
  override readonly name = "FileFailure";
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** The device as a tree of files, looked at piece by piece. Every method abandons the migration where it can't serve. */
export interface FileSource {
  /** What lies on the way to a path, links followed, as far as it goes. */
  look(path: string): readonly Found[];
  list(path: string): readonly Listed[];
  read(path: string, at: number, bytes: number): Uint8Array;
  /** Returns only if all below may be removed. */
  removable(path: string): void;
}

/** Whose files new ones are. */
export interface FileOwner {
  readonly uid: number;
  readonly gid: number;
  readonly umask: number;
}
