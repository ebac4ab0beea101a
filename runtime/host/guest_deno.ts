import { apply } from "../heap/intrinsics.ts";
import { asDeno } from "./file_errors.ts";
import type { FileAttributes } from "./file_tree_types.ts";
import { fsFileClass } from "./guest_fs_file.ts";
import type { GuestFiles, OpenHow } from "./guest_files.ts";
import { FileFailure } from "./file_tree_types.ts";
import { undisturbedCall } from "./undisturbed.ts";

type Functions = Record<string, (...args: any[]) => unknown>;

const encoder = new TextEncoder();
/** As Deno reads texts: a byte order mark stays. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** `Deno.*` for files, over the device's. */
export function denoFiles(files: GuestFiles): Functions {
  const FsFile = fsFileClass(files);
  const calls: Functions = {};
  const made = { ...readingCalls(files), ...changingCalls(files), ...openingCalls(files, FsFile) };
  for (const [name, call] of Object.entries(made)) {
    const own = calls[name] = undisturbedCall(name, call);
    if (name === "readDirSync") continue;
    calls[name.replace(/Sync$/, "")] = async (...args) => await apply(own, undefined, args);
  }
  const streamed =
    (call: "writeFile" | "writeTextFile") => async (path: unknown, data: unknown, options: any = {}) => {
      if (!(data instanceof ReadableStream)) return void await calls[`${call}Sync`]!(path, data, options);
      options.signal?.throwIfAborted();
      const { append = false, create = true, createNew = false, mode, signal } = options;
      const how = { write: true, append, create, createNew, truncate: !append };
      const file = calls.openSync!(path, { ...how, ...(mode !== undefined && { mode }) }) as Deno.FsFile;
      const bytes = call === "writeFile" ? data : data.pipeThrough(new TextEncoderStream());
      await bytes.pipeTo(file.writable, signal && { signal });
    };
  calls.writeFile = abortable(files, streamed("writeFile"));
  calls.writeTextFile = abortable(files, streamed("writeTextFile"));
  calls.readFile = abortable(files, calls.readFile!);
  calls.readTextFile = abortable(files, calls.readTextFile!);
  calls.readDir = (path) => asyncIterable(() => entries(files, path));
  return { ...calls, FsFile: FsFile as never };
}

/** A call whose last argument may have a signal: what it was aborted with before or during the call is thrown. */
function abortable(
  files: GuestFiles,
  call: (...args: any[]) => unknown,
): (...args: any[]) => Promise<unknown> {
  return async (...args) => {
    const signal = args.at(-1)?.signal;
    if (signal === undefined) return await call(...args);
    if (!(signal instanceof AbortSignal)) files.abandon("it gives a signal that is none");
    signal.throwIfAborted();
    const result = await call(...args);
    signal.throwIfAborted();
    return result;
  };
}

/** The given path as it stands in messages. */
function shown(path: unknown): string {
  return path instanceof URL ? decodeURIComponent(path.pathname) : String(path);
}

function readingCalls(files: GuestFiles): Functions {
  const read = (path: unknown) => asDeno({ call: "readfile", paths: [shown(path)] }, () => files.read(path));
  const stat = (call: string, follow: boolean) => (path: unknown) =>
    denoInfo(asDeno({ call, paths: [shown(path)] }, () => files.stat(path, follow)));
  return {
    readFileSync: read,
    readTextFileSync: (path) => decoder.decode(read(path)),
    statSync: stat("stat", true),
    lstatSync: stat("lstat", false),
    readDirSync: (path) => entries(files, path)[Symbol.iterator](),
    realPathSync: (path) => asDeno({ call: "realpath", paths: [shown(path)] }, () => files.realPath(path)),
    readLinkSync: (path) => asDeno({ call: "readlink", paths: [shown(path)] }, () => files.readLink(path)),
  };
}

function changingCalls(files: GuestFiles): Functions {
  const one =
    (call: string, perform: (path: any, ...more: any[]) => unknown) => (path: any, ...more: any[]) =>
      void asDeno({ call, paths: [shown(path)] }, () => perform(path, ...more));
  const two = (call: string, perform: (from: any, to: any) => unknown) => (from: any, to: any) =>
    void asDeno({ call, paths: [shown(from), shown(to)] }, () => perform(from, to));
  /** Deno takes a URL for a name here. */
  const named = (path: unknown) =>
    typeof path === "string" ? path : files.abandon("it names a file by a URL");
  return {
    writeFileSync: one("writefile", (path, data, options) => write(files, path, data, options)),
    writeTextFileSync: one(
      "writefile",
      (path, data, options) =>
        write(files, path, typeof data === "string" ? encoder.encode(data) : data, options),
    ),
    mkdirSync: one("mkdir", (path, options) => files.makeFolder(path, options ?? {})),
    removeSync: one(
      "remove",
      (path, options) => files.remove(path, options?.recursive === true ? "tree" : "any"),
    ),
    truncateSync: one("truncate", (path, length) => files.truncate(named(path), length ?? 0, false)),
    chmodSync: one("chmod", (path, mode) => files.setMode(path, mode)),
    utimeSync: one(
      "utime",
      (path, atime, mtime) => files.setTimes(path, { atime: ms(atime), mtime: ms(mtime) }),
    ),
    renameSync: two("rename", (from, to) => files.rename(from, to)),
    copyFileSync: two("copy", (from, to) => files.copy(from, to)),
    linkSync: two("link", (from, to) => files.link(named(from), named(to))),
    symlinkSync: two("symlink", (target, path) => files.makeLink(target, path)),
    makeTempFileSync: (options) =>
      asDeno({ call: "tmpfile", paths: [] }, () => {
        const path = files.temporaryPath(options);
        files.open(path, { write: true, createNew: true, mode: 0o600 });
        return path;
      }),
    makeTempDirSync: (options) =>
      asDeno({ call: "tmpdir", paths: [] }, () => {
        const path = files.temporaryPath(options);
        files.makeFolder(path, { mode: 0o700 });
        return path;
      }),
  };
}

function openingCalls(files: GuestFiles, FsFile: ReturnType<typeof fsFileClass>): Functions {
  const open = (path: unknown, options: OpenHow & Record<string, unknown> = { read: true }) => {
    checkOptions(options);
    return FsFile.from(asDeno({ call: "open", paths: [shown(path)] }, () => files.open(path, options)));
  };
  return {
    openSync: open,
    createSync: (path) => open(path, { read: true, write: true, create: true, truncate: true }),
  };
}

function checkOptions(options: OpenHow): void {
  if (!Object.values(options).some((value) => value === true)) {
    throw new Error("'options' requires at least one option to be true");
  }
  if (options.truncate && !options.write) throw new Error("'truncate' option requires 'write' to be true");
  if ((options.create || options.createNew) && !options.write && !options.append) {
    throw new Error("'create' or 'createNew' options require 'write' or 'append' to be true");
  }
}

function write(
  files: GuestFiles,
  path: unknown,
  data: unknown,
  options: OpenHow & { signal?: AbortSignal } = {},
): void {
  options.signal?.throwIfAborted();
  if (data instanceof ReadableStream) files.abandon("it writes a stream to a file at once");
  files.write(path, data as Uint8Array, options);
}

function entries(files: GuestFiles, path: unknown): Deno.DirEntry[] {
  const list = asDeno({ call: "readdir", paths: [shown(path)] }, () => files.list(path));
  return list.map(([name, { kind }]) =>
    Object.assign(Object.create(null), {
      name,
      isFile: kind === "file",
      isDirectory: kind === "directory",
      isSymlink: kind === "symlink",
    })
  );
}

/** Milliseconds of what Deno takes as a time: seconds or a date. */
export function ms(time: number | Date): number {
  const value = time instanceof Date ? time.getTime() : Math.trunc(time * 1000);
  if (!Number.isFinite(value)) throw new FileFailure("EINVAL");
  return value;
}

/** As `Deno.stat` shows it. */
export function denoInfo(info: FileAttributes): Deno.FileInfo {
  const date = (time: number | null) => time === null ? null : new Date(time);
  const { dev, ino, mode, nlink, uid, gid, rdev, blksize, blocks } = info;
  const type = mode & 0o170000;
  return {
    isFile: info.kind === "file",
    isDirectory: info.kind === "directory",
    isSymlink: info.kind === "symlink",
    size: info.size,
    mtime: date(info.mtime),
    atime: date(info.atime),
    birthtime: date(info.birthtime),
    // In whole seconds, as Deno has it.
    ctime: date(info.ctime === null ? null : Math.floor(info.ctime / 1000) * 1000),
    ...{ dev, ino, mode, nlink, uid, gid, rdev, blksize, blocks },
    isBlockDevice: type === 0o060000,
    isCharDevice: type === 0o020000,
    isFifo: type === 0o010000,
    isSocket: type === 0o140000,
  };
}

function asyncIterable<T>(list: () => readonly T[]): AsyncIterable<T> {
  return {
    async *[Symbol.asyncIterator]() {
      yield* list();
    },
  };
}
