import { FileFailure } from "./file_tree_types.ts";
import { undisturbed } from "./undisturbed.ts";

/** Of one failure of the system: its number, Rust's words, Node's words, and the class of `Deno.errors`, if any. */
const FAILURES: Readonly<Record<string, readonly [errno: number, rust: string, node: string, kind: string]>> =
  {
    EPERM: [1, "Operation not permitted", "operation not permitted", "PermissionDenied"],
    ENOENT: [2, "No such file or directory", "no such file or directory", "NotFound"],
    EBADF: [9, "Bad file descriptor", "bad file descriptor", "Error"],
    EACCES: [13, "Permission denied", "permission denied", "PermissionDenied"],
    EEXIST: [17, "File exists", "file already exists", "AlreadyExists"],
    ENOTDIR: [20, "Not a directory", "not a directory", "NotADirectory"],
    EISDIR: [21, "Is a directory", "illegal operation on a directory", "IsADirectory"],
    EINVAL: [22, "Invalid argument", "invalid argument", "TypeError"],
    ENAMETOOLONG: [36, "File name too long", "name too long", "Error"],
    ENOTEMPTY: [39, "Directory not empty", "directory not empty", "Error"],
    ELOOP: [40, "Too many levels of symbolic links", "too many symbolic links encountered", "FilesystemLoop"],
  };

/** What Rust's library says itself. */
const OWN_WORDS: Readonly<Record<string, string>> = {
  NOTREGULAR: "the source path is neither a regular file nor a symlink to a regular file",
  SAMEFILE: "Source and destination paths refer to the same file",
};

/** What failed, for the message. */
export interface FailedCall {
  /** As Deno (`readfile`) or Node (`open`) calls it. */
  readonly call: string;
  readonly paths: readonly string[];
}

/** Does something with files; failures become the errors that `Deno.*` throws. `call` undefined: of an open file. */
export function asDeno<T>(failed: FailedCall | undefined, perform: () => T): T {
  return undisturbed(() => {
    try {
      return perform();
    } catch (error) {
      throw error instanceof FileFailure ? denoError(error.code, failed) : error;
    }
  });
}

function denoError(code: string, failed: FailedCall | undefined): Error {
  const where = failed === undefined
    ? ""
    : `: ${failed.call}${failed.paths.length > 0 ? " " : ""}${quoted(failed.paths)}`;
  if (code in OWN_WORDS) {
    return Object.assign(new TypeError(`${OWN_WORDS[code]}${where}`), { code: "EINVAL" });
  }
  const [errno, text, , kind] = FAILURES[code]!;
  const classes = { ...Deno.errors, TypeError, Error } as unknown as Record<
    string,
    new (message: string) => Error
  >;
  const made = new classes[kind]!(`${text} (os error ${errno})${where}`);
  return Object.assign(made, { code });
}

/** As {@linkcode asDeno}, with the errors of `node:fs`. */
export function asNode<T>(failed: FailedCall, perform: () => T): T {
  return undisturbed(() => {
    try {
      return perform();
    } catch (error) {
      throw error instanceof FileFailure ? nodeError(error.code, failed) : error;
    }
  });
}

function nodeError(code: string, { call, paths }: FailedCall): Error {
  const [errno, , text] = FAILURES[code]!;
  const [path, dest] = paths;
  // Node leaves out a path that is empty, but where it makes the error itself.
  const where = path || path !== undefined && call === "access" ? ` '${path}'` : "";
  const made = new Error(`${code}: ${text}, ${call}${where}${dest ? ` -> '${dest}'` : ""}`);
  return Object.assign(made, {
    errno: -errno,
    syscall: call,
    code,
    ...(where !== "" && { path }),
    ...(dest && { dest }),
  });
}

function quoted(paths: readonly string[]): string {
  return paths.map((path) => `'${path}'`).join(" -> ");
}
