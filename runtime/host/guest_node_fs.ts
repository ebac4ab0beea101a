import * as realFs from "node:fs";
import { Buffer } from "node:buffer";
import process from "node:process";
import { join } from "node:path";
import { asDeno, asNode } from "./file_errors.ts";
import { FileFailure } from "./file_tree_types.ts";
import { ms } from "./guest_deno.ts";
import type { GuestFiles, OpenHow } from "./guest_files.ts";
import { copyTree } from "./guest_copy.ts";
import { globCalls, globLater } from "./guest_glob.ts";
import { dirClass } from "./guest_dir.ts";
import { fileHandleClass } from "./guest_file_handle.ts";
import { NodeDescriptors, textToWrite } from "./node_descriptors.ts";
import { direntOf, nodeStats } from "./node_stats.ts";
import { undisturbedCall } from "./undisturbed.ts";

type Functions = Record<string, (...args: any[]) => unknown>;

/** `node:fs` over the device's files, in its three styles; a call that isn't here abandons the migration. */
export function nodeFs(files: GuestFiles): { module: Record<string, unknown>; descriptors: NodeDescriptors } {
  const descriptors = new NodeDescriptors(files);
  const Dir = dirClass(files);
  const sync = {
    ...pathCalls(files),
    ...dataCalls(files, descriptors),
    ...descriptors.calls(),
    ...wholeCalls(files, Dir),
  };
  const module: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(process.getBuiltinModule("node:fs"))) {
    module[name] = typeof value === "function" && !PLAIN.has(name)
      ? () => files.abandon(`it calls fs.${name}, which means the device's own`, { what: `node:fs.${name}` })
      : value;
  }
  const promises: Functions = {};
  for (const name of Object.keys(realFs.promises)) {
    promises[name] = () =>
      files.abandon(`it calls fs.promises.${name}`, { what: `node:fs/promises.${name}` });
  }
  for (const [name, made] of Object.entries(sync)) {
    // What is copied may be chosen by the program.
    const call = name === "cpSync" ? made : undisturbedCall(name, made);
    const plain = name.replace(/Sync$/, "");
    if (name in module) module[name] = call;
    const unlessAborted = ABORTABLE.has(plain) ? unlessAbortable(files, call) : call;
    if (plain in module && plain !== name) {
      module[plain] = (...args: any[]) => callBack(files, { name, call: unlessAborted }, args);
    }
    if (plain in promises) promises[plain] = async (...args) => await unlessAborted(...args);
  }
  Object.assign(module, globCalls(files));
  for (const [name, flag] of [["writeFile", "w"], ["appendFile", "a"]] as const) {
    const whole = promises[name]!;
    promises[name] = (path, data, options) => {
      const given = typeof options === "object" ? options : { encoding: options };
      return isIterable(data)
        ? writeEach(descriptors, { files, path, flag }, data, given)
        : whole(path, data, given);
    };
  }
  promises.glob = (patterns, options) => globLater(files, patterns, options);
  module.Dir = Dir;
  module.openAsBlob = async (path: unknown, options: { type?: string } = {}) => {
    const bytes = await readWhole(files, path);
    return new Blob([bytes as Uint8Array<ArrayBuffer>], { type: options.type ?? "" });
  };
  const streams = streamCalls(module, files);
  const handled = { ...module } as Functions;
  for (const name of ABORTABLE) handled[`${name}Sync`] = unlessAbortable(files, sync[`${name}Sync`]!);
  const FileHandle = fileHandleClass(descriptors, handled, streams);
  promises.open = async (path, flags, mode) => await FileHandle.from(descriptors.open(path, flags, mode));
  const whole = { ...module, ...streams, promises: { ...promises, constants: realFs.constants } };
  showByAccessors(whole, files);
  return { module: whole, descriptors };
}

/** What the real module shows by accessors is shown so here: programs copy them to modules of their own (graceful-fs). */
function showByAccessors(module: Record<string, unknown>, files: GuestFiles): void {
  const real = process.getBuiltinModule("node:fs");
  for (const name of Object.keys(real)) {
    const { get, set } = Object.getOwnPropertyDescriptor(real, name)!;
    if (get === undefined) continue;
    const value = module[name];
    const shown = Object.getOwnPropertyDescriptor({
      get [name]() {
        return value;
      },
      set [name](_value: unknown) {
        files.abandon(`it sets fs.${name}`, { what: `node:fs.${name}` });
      },
    }, name)!;
    if (set === undefined) delete shown.set;
    Object.defineProperty(module, name, shown);
  }
}

/** What takes a signal. */
const ABORTABLE = new Set(["readFile", "writeFile", "appendFile"]);

/** The same, but for one that may be aborted: here nothing takes a time in which it could be. */
function unlessAbortable<Args extends unknown[], Result>(
  files: GuestFiles,
  call: (...args: Args) => Result,
): (...args: Args) => Result {
  return (...args) => {
    const options = args.at(-1) as { signal?: unknown } | null | undefined;
    if (typeof options === "object" && options !== null && options.signal !== undefined) {
      files.abandon("it reads or writes a file in a way that can be aborted");
    }
    return call(...args);
  };
}

/** What only holds or computes. */
const PLAIN = new Set(["Stats", "Dirent", "BigIntStats"]);

/** Node's own streams, with our calls below them. */
function streamCalls(module: Record<string, unknown>, files: GuestFiles): Functions {
  const own = (options: unknown) => {
    const given = typeof options === "string" ? { encoding: options } : options as object | undefined;
    if (given !== undefined && "fs" in given) files.abandon("it makes a stream with calls of its own");
    return { ...given, fs: module };
  };
  const over = (real: Function) => {
    const stand = function (this: unknown, path: unknown, options?: unknown): object {
      const given = [path, own(options)];
      return new.target === undefined
        ? Reflect.apply(real, this, given)
        : Reflect.construct(real, given, new.target);
    };
    stand.prototype = real.prototype;
    return Object.defineProperty(stand, "name", { value: real.name });
  };
  const { ReadStream, WriteStream } = realFs as any;
  const createReadStream = (path: unknown, options?: unknown) => new ReadStream(path, own(options));
  const createWriteStream = (path: unknown, options?: unknown) => new WriteStream(path, own(options));
  return {
    ...{ createReadStream, createWriteStream },
    ...{ ReadStream: over(ReadStream), WriteStream: over(WriteStream) },
  };
}

function pathCalls(files: GuestFiles): Functions {
  /** `deno`: Node's call lets Deno's own error through. */
  const one = (call: string, perform: (path: any, ...more: any[]) => unknown, deno = false) =>
  (
    path: any,
    ...more: any[]
  ) => (deno ? asDeno : asNode)({ call, paths: [shown(path)] }, () => perform(text(path), ...more));
  const two = (call: string, perform: (from: any, to: any, more?: any) => unknown, deno = false) =>
  (
    from: any,
    to: any,
    more?: any,
  ) =>
    (deno ? asDeno : asNode)(
      { call, paths: [shown(from), shown(to)] },
      () => perform(text(from), text(to), more),
    );
  const folder = (path: unknown, options: any) => {
    const { recursive, mode } = typeof options === "object" && options !== null ? options : { mode: options };
    const how = { recursive: recursive === true, ...(mode != null && { mode: octal(mode) }) };
    return files.makeFolder(path, how);
  };
  return {
    existsSync: (path) => {
      try {
        return files.exists(text(path));
      } catch {
        return false;
      }
    },
    accessSync: (path, mode = 0) => access(files, path, mode),
    statSync: (path, options) => stat(files, "stat", path, options),
    lstatSync: (path, options) => stat(files, "lstat", path, options),
    readdirSync: one("readdir", (path, options) => list(files, path, options)),
    realpathSync: Object.assign(one("lstat", (path, options) => encoded(files.realPath(path), options)), {
      native: one("realpath", (path, options) => encoded(files.realPath(path), options)),
    }),
    readlinkSync: one("readlink", (path, options) => encoded(files.readLink(path), options)),
    mkdirSync: one("mkdir", folder),
    mkdtempSync: (prefix, options) => {
      const random = crypto.getRandomValues(new Uint8Array(6));
      const path = shown(prefix) + [...random].map((byte) => LETTERS[byte % LETTERS.length]).join("");
      return asNode({ call: "mkdtemp", paths: [`${shown(prefix)}XXXXXX`] }, () => {
        files.makeFolder(text(path), { mode: 0o700 });
        return encoded(path, options);
      });
    },
    unlinkSync: one("unlink", (path) => files.remove(path)),
    rmdirSync: one("rmdir", (path, options) => {
      if (options?.recursive) files.abandon("it removes a folder by rmdir with recursive");
      files.remove(path, "directory");
    }),
    rmSync: (path, options) => remove(files, path, options),
    renameSync: two("rename", (from, to) => files.rename(from, to)),
    linkSync: two("link", (from, to) => files.link(from, to)),
    copyFileSync: two("copy", (from, to, mode = 0) => {
      if (mode !== 0 && files.exists(to)) files.abandon("it copies onto a file that is there");
      files.copy(from, to);
    }, true),
    symlinkSync: two("symlink", (target, path) => files.makeLink(target, path), true),
    truncateSync: one("open", (path, length) => files.truncate(path, length ?? 0)),
    chmodSync: one("chmod", (path, mode) => files.setMode(path, octal(mode))),
    utimesSync: one("utime", (path, atime, mtime) => files.setTimes(path, times(atime, mtime)), true),
    lutimesSync: one("utime", (path, atime, mtime) => files.setTimes(path, times(atime, mtime), false), true),
  };
}

function dataCalls(files: GuestFiles, descriptors: NodeDescriptors): Functions {
  const write = (path: unknown, data: unknown, options: any, flag: string) => {
    if (typeof path === "number") return void descriptors.writeAll(path, bytesOf(files, data, options));
    const bytes = bytesOf(files, data, options);
    const mode = typeof options === "object" && options?.mode != null ? octal(options.mode) : undefined;
    const how = flagsOf(files, options?.flag ?? flag);
    if (how.read && !how.truncate) files.abandon("it writes a file with unusual flags");
    asNode(
      { call: "open", paths: [shown(path)] },
      () =>
        files.write(text(path), bytes, {
          ...how,
          create: how.create ?? false,
          ...(mode !== undefined && { mode }),
        }),
    );
  };
  return {
    readFileSync: (path, options) => {
      if (options?.flag !== undefined && options.flag !== "r") {
        files.abandon("it reads a file with unusual flags");
      }
      if (typeof path === "number") return decoded(descriptors.readAll(path), options);
      return decoded(asNode({ call: "open", paths: [shown(path)] }, () => files.read(text(path))), options);
    },
    writeFileSync: (path, data, options) => write(path, data, options, "w"),
    // Deno's sets this mode if no object says another one, also of a file that was there.
    appendFileSync: (path, data, options) =>
      write(path, data, typeof options === "object" ? options : { encoding: options, mode: 0o666 }, "a"),
  };
}

/** A file for a call whose own errors are told by the device. */
function readWhole(files: GuestFiles, path: unknown): Uint8Array {
  try {
    return files.read(text(path));
  } catch (error) {
    throw error instanceof FileFailure ? files.abandon(`it fails to open ${shown(path)}`) : error;
  }
}

/** Folders as a whole. */
function wholeCalls(files: GuestFiles, Dir: ReturnType<typeof dirClass>): Functions {
  return {
    cpSync: (from, to, options) => copyTree(files, { from: shown(from), to: shown(to) }, options),
    opendirSync: (path) => {
      // Only whether it is there is known at once.
      const { kind } = asNode({ call: "opendir", paths: [] }, () => files.stat(text(path), true));
      if (kind !== "directory") {
        return asNode({ call: "opendir", paths: [] }, () => fail(new FileFailure("ENOTDIR")));
      }
      return new Dir(shown(path));
    },
  };
}

function isIterable(data: any): data is AsyncIterable<unknown> {
  if (typeof data !== "object" || data === null || ArrayBuffer.isView(data)) return false;
  return Symbol.asyncIterator in data || Symbol.iterator in data;
}

/** `writeFile` of a stream, or of whatever else gives one piece after the other. */
async function writeEach(
  descriptors: NodeDescriptors,
  { files, path, flag }: { files: GuestFiles; path: unknown; flag: string },
  data: AsyncIterable<unknown>,
  options: any,
): Promise<void> {
  const given = options ?? {};
  if (given.signal !== undefined) files.abandon("it writes a stream that can be aborted");
  const fd = descriptors.open(path, given.flag ?? flag, given.mode);
  try {
    for await (const piece of data) descriptors.writeAll(fd, bytesOf(files, piece, given));
  } finally {
    descriptors.close(fd);
  }
}

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** The given path as it stands in messages. */
export function shown(path: unknown): string {
  if (path instanceof URL) return decodeURIComponent(path.pathname);
  return ArrayBuffer.isView(path) ? Buffer.from(path as Uint8Array).toString() : String(path);
}

/** A path that may be a Buffer. */
export function text(path: unknown): unknown {
  return ArrayBuffer.isView(path) ? shown(path) : path;
}

function access(files: GuestFiles, path: unknown, mode: number): void {
  asNode({ call: "access", paths: [shown(path)] }, () => {
    const { mode: bits, uid } = files.stat(text(path), true);
    // Deno looks at the owner's bits or everybody's, and makes no difference for root or a group.
    const own = uid === files.userId ? bits >> 6 : bits;
    if ((mode & own) !== mode) throw new FileFailure("EACCES");
  });
}

function stat(files: GuestFiles, call: "stat" | "lstat", path: unknown, options: any): unknown {
  try {
    const info = asNode({ call, paths: [shown(path)] }, () => files.stat(text(path), call === "stat"));
    return nodeStats(info, options);
  } catch (error) {
    if (options?.throwIfNoEntry === false && (error as { code?: string }).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Names sorted, folders before what is in them, as Deno has it. */
function list(files: GuestFiles, path: string, options: any): unknown[] {
  const { withFileTypes = false, recursive = false, encoding } = typeof options === "string"
    ? { encoding: options }
    : options ?? {};
  const found: unknown[] = [];
  const queue: [path: string, below: string][] = [[path, ""]];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const [folder, below] = next;
    const entries = files.list(folder).sort(([a], [b]) => a < b ? -1 : 1);
    for (const [name, node] of entries) {
      const relative = below === "" ? name : `${below}/${name}`;
      if (withFileTypes) {
        found.push(
          direntOf(
            encoded(name, { encoding }),
            below === "" ? shown(path) : join(shown(path), below),
            node.kind,
          ),
        );
      } else found.push(encoded(relative, { encoding }));
      if (recursive && node.kind === "directory") queue.push([`${shown(path)}/${relative}`, relative]);
    }
  }
  return found;
}

function remove(files: GuestFiles, path: unknown, options: any): void {
  const { recursive = false, force = false } = options ?? {};
  asNode({ call: "lstat", paths: [shown(path)] }, () => {
    try {
      const { kind } = files.stat(text(path), false);
      if (kind === "directory" && !recursive) files.abandon("it removes a folder by rm without recursive");
      files.remove(text(path), recursive ? "tree" : "any");
    } catch (error) {
      if (!force || !(error instanceof FileFailure)) throw error;
      // Deno doesn't look before it removes a tree, and says less.
      if (error.code === "ELOOP" && recursive) return asNode({ call: "rm", paths: [] }, () => fail(error));
      if (error.code !== "ENOENT") throw error;
    }
  });
}

function times(atime: any, mtime: any): { atime: number; mtime: number } {
  const seconds = (time: any) => typeof time === "string" ? Number(time) : time;
  return { atime: ms(seconds(atime)), mtime: ms(seconds(mtime)) };
}

export function octal(mode: unknown): number {
  return typeof mode === "string" ? Number.parseInt(mode, 8) : Number(mode);
}

function encoded(name: string, options: any): string | Buffer {
  const encoding = typeof options === "string" ? options : options?.encoding;
  return encoding === "buffer" ? Buffer.from(name) : name;
}

export function decoded(bytes: Uint8Array, options: any): Buffer | string {
  const encoding = typeof options === "string" ? options : options?.encoding;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return encoding && encoding !== "buffer" ? buffer.toString(encoding) : buffer;
}

export function bytesOf(files: GuestFiles, data: unknown, options: any): Uint8Array {
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (typeof data !== "string") return files.abandon("it writes something else than a text or bytes");
  const encoding = typeof options === "string" ? options : options?.encoding;
  return Buffer.from(data, encoding ?? "utf8");
}

const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC, O_APPEND, O_SYNC } = realFs.constants;
const FLAGS: Readonly<Record<string, number>> = {
  "r": O_RDONLY,
  "rs": O_RDONLY | O_SYNC,
  "r+": O_RDWR,
  "rs+": O_RDWR | O_SYNC,
  "w": O_TRUNC | O_CREAT | O_WRONLY,
  "wx": O_TRUNC | O_CREAT | O_WRONLY | O_EXCL,
  "w+": O_TRUNC | O_CREAT | O_RDWR,
  "wx+": O_TRUNC | O_CREAT | O_RDWR | O_EXCL,
  "a": O_APPEND | O_CREAT | O_WRONLY,
  "ax": O_APPEND | O_CREAT | O_WRONLY | O_EXCL,
  "as": O_APPEND | O_CREAT | O_WRONLY | O_SYNC,
  "a+": O_APPEND | O_CREAT | O_RDWR,
  "ax+": O_APPEND | O_CREAT | O_RDWR | O_EXCL,
  "as+": O_APPEND | O_CREAT | O_RDWR | O_SYNC,
};

/** Node's flags as Deno's options. */
export function flagsOf(files: GuestFiles, given: unknown): OpenHow {
  const flags = typeof given === "number" ? given : FLAGS[String(given ?? "r")];
  const known = O_RDWR | O_WRONLY | O_CREAT | O_EXCL | O_TRUNC | O_APPEND | O_SYNC;
  if (flags === undefined || (flags & ~known) !== 0) {
    return files.abandon(`it opens a file with flags ${given}`);
  }
  const way = flags & (O_RDWR | O_WRONLY);
  return {
    read: way !== O_WRONLY,
    write: way !== O_RDONLY,
    append: (flags & O_APPEND) !== 0,
    truncate: (flags & O_TRUNC) !== 0,
    create: (flags & O_CREAT) !== 0,
    createNew: (flags & O_EXCL) !== 0 && (flags & O_CREAT) !== 0,
  };
}

function fail(error: Error): never {
  throw error;
}

/** These call back with nothing at all when all went well, as Deno's do. */
const SILENT = new Set(["renameSync", "unlinkSync", "rmdirSync"]);

/** The last argument hears how it ended, later. */
function callBack(
  files: GuestFiles,
  { name, call }: { readonly name: string; readonly call: (...args: any[]) => unknown },
  args: any[],
): void {
  const callback = args.pop();
  if (typeof callback !== "function") files.abandon(`it calls fs.${name.slice(0, -4)} without a callback`);
  if (name === "writeSync" && typeof args[1] === "string") {
    args.splice(1, 3, ...textToWrite(args[1], args[2], args[3]));
  }
  queueMicrotask(() => {
    let result: unknown;
    try {
      result = call(...args);
    } catch (error) {
      return callback(error);
    }
    if (name === "existsSync") callback(result);
    else if (SILENT.has(name)) callback();
    else if (result === undefined && name !== "mkdirSync") callback(null);
    else if (/^(read|write)v?Sync$/.test(name)) callback(null, result, args[1]);
    else callback(null, result);
  });
}
