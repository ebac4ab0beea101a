import * as realFs from "node:fs";
import { Buffer } from "node:buffer";
import type { Abandon, GuestFiles } from "./guest_files.ts";

type Functions = Record<string, (...args: any[]) => unknown>;

/** `node:fs` over the device's files: the common calls in their three styles; every other call abandons the migration. */
export function nodeFs(files: GuestFiles, abandon: Abandon): Record<string, unknown> {
  const sync = syncCalls(files);
  const module: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(realFs)) {
    module[name] = typeof value === "function"
      ? () => abandon(`it calls fs.${name}, which means the device's own`, { what: `node:fs.${name}` })
      : value;
  }
  const promises: Functions = {};
  for (const name of Object.keys(realFs.promises)) {
    promises[name] = () => abandon(`it calls fs.promises.${name}`, { what: `node:fs/promises.${name}` });
  }
  for (const [name, call] of Object.entries(sync)) {
    const plain = name.replace(/Sync$/, "");
    module[name] = call;
    promises[plain] = async (...args) => await call(...args);
    module[plain] = (...args: any[]) => callBack(args, call);
  }
  return { ...module, promises: { ...promises, constants: realFs.constants }, constants: realFs.constants };
}

function syncCalls(files: GuestFiles): Functions {
  const calls: Functions = {
    readFileSync: (path, options) => decode(files.read(path, "readFileSync"), options),
    existsSync: (path) => {
      try {
        return files.exists(path);
      } catch {
        return false;
      }
    },
    statSync: (path, options) => stats(() => files.stat(path, "statSync", "stat"), options),
    lstatSync: (path, options) => stats(() => files.stat(path, "lstatSync", "lstat"), options),
    readdirSync: (path, options) => entries(files.readDir(path, "readDirSync"), String(path), options),
    realpathSync: (path) => files.text("realPath", path, "realPathSync"),
    readlinkSync: (path) => files.text("readLink", path, "readLinkSync"),
    writeFileSync: (path, data, options) => files.write(path, encode(data, options), flags(options)),
    appendFileSync: (path, data, options) => files.write(path, encode(data, options), { append: true }),
    mkdirSync: (path, options) => files.change("mkdirSync", path, options ?? {}),
    unlinkSync: (path) => files.change("removeSync", path, {}),
    rmSync: (path, options) => files.change("removeSync", path, { recursive: options?.recursive === true }),
    renameSync: (from, to) => files.rename(from, to),
  };
  return Object.fromEntries(
    Object.entries(calls).map((
      [name, call],
    ) => [name, (...args: any[]) => nodeError(name, args, () => call(...args))]),
  );
}

function decode(bytes: Uint8Array, options: unknown): Uint8Array | string {
  const encoding = typeof options === "string"
    ? options
    : (options as { encoding?: BufferEncoding } | undefined)?.encoding;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return encoding ? buffer.toString(encoding as BufferEncoding) : buffer;
}

function encode(data: unknown, options: unknown): Uint8Array {
  if (typeof data !== "string") return data as Uint8Array;
  const encoding = typeof options === "string"
    ? options
    : (options as { encoding?: BufferEncoding } | undefined)?.encoding;
  return Buffer.from(data, (encoding as BufferEncoding | undefined) ?? "utf8");
}

function flags(options: unknown): Deno.WriteFileOptions {
  const { flag, mode } = (typeof options === "object" && options !== null ? options : {}) as {
    flag?: string;
    mode?: number;
  };
  return {
    ...(flag?.startsWith("a") && { append: true }),
    ...(flag?.includes("x") && { createNew: true }),
    ...(mode !== undefined && { mode }),
  };
}

function stats(read: () => Deno.FileInfo, options: { throwIfNoEntry?: boolean } | undefined): unknown {
  try {
    const info = read();
    const ms = (date: Date | null) => date?.getTime() ?? 0;
    return {
      ...info,
      mtimeMs: ms(info.mtime),
      atimeMs: ms(info.atime),
      birthtimeMs: ms(info.birthtime),
      ctimeMs: ms((info as { ctime?: Date | null }).ctime ?? null),
      isFile: () => info.isFile,
      isDirectory: () => info.isDirectory,
      isSymbolicLink: () => info.isSymlink,
      isFIFO: () => false,
      isSocket: () => false,
      isBlockDevice: () => false,
      isCharacterDevice: () => false,
    };
  } catch (error) {
    if (options?.throwIfNoEntry === false && error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function entries(
  list: readonly Deno.DirEntry[],
  parentPath: string,
  options: { withFileTypes?: boolean } | undefined,
): unknown[] {
  const sorted = [...list].sort((a, b) => a.name < b.name ? -1 : 1);
  if (options?.withFileTypes !== true) return sorted.map((entry) => entry.name);
  return sorted.map((entry) => ({
    name: entry.name,
    parentPath,
    isFile: () => entry.isFile,
    isDirectory: () => entry.isDirectory,
    isSymbolicLink: () => entry.isSymlink,
  }));
}

const CODES: Readonly<Record<string, readonly [code: string, errno: number, text: string]>> = {
  NotFound: ["ENOENT", -2, "no such file or directory"],
  PermissionDenied: ["EACCES", -13, "permission denied"],
  AlreadyExists: ["EEXIST", -17, "file already exists"],
  NotADirectory: ["ENOTDIR", -20, "not a directory"],
  IsADirectory: ["EISDIR", -21, "illegal operation on a directory"],
};
const SYSCALLS: Readonly<Record<string, string>> = {
  readFile: "open",
  writeFile: "open",
  appendFile: "open",
  readdir: "scandir",
  realpath: "realpath",
  rm: "rm",
};

/** Errors as Node makes them. */
function nodeError<T>(name: string, args: readonly unknown[], call: () => T): T {
  try {
    return call();
  } catch (error) {
    const known = CODES[(error as Error).name];
    if (known === undefined) throw error;
    const [code, errno, text] = known;
    const syscall = SYSCALLS[name.replace(/Sync$/, "")] ?? name.replace(/Sync$/, "");
    const path = String(args[0]);
    const made = new Error(`${code}: ${text}, ${syscall} '${path}'`);
    throw Object.assign(made, { errno, code, syscall, path });
  }
}

function callBack(args: any[], call: (...args: any[]) => unknown): void {
  const callback = args.pop();
  queueMicrotask(() => {
    let result: unknown;
    try {
      result = call(...args);
    } catch (error) {
      return callback(error);
    }
    callback(null, result);
  });
}
