import type { GuestFiles } from "./guest_files.ts";

type Functions = Record<string, (...args: any[]) => unknown>;

const encoder = new TextEncoder();

/** `Deno.*` file calls over the device's files. */
export function denoFiles(files: GuestFiles): Functions {
  const sync: Functions = {
    readFileSync: (path) => files.read(path, "readFileSync"),
    readTextFileSync: (path) => new TextDecoder().decode(files.read(path, "readTextFileSync")),
    statSync: (path) => files.stat(path, "statSync", "stat"),
    lstatSync: (path) => files.stat(path, "lstatSync", "lstat"),
    readDirSync: (path) => files.readDir(path, "readDirSync")[Symbol.iterator](),
    realPathSync: (path) => files.text("realPath", path, "realPathSync"),
    readLinkSync: (path) => files.text("readLink", path, "readLinkSync"),
    writeFileSync: (path, data, options) => files.write(path, data, options),
    writeTextFileSync: (path, data, options) => files.write(path, encoder.encode(data), options),
    mkdirSync: (path, options) => files.change("mkdirSync", path, options ?? {}),
    removeSync: (path, options) => files.change("removeSync", path, options ?? {}),
    renameSync: (from, to) => files.rename(from, to),
    truncateSync: (path, length) => files.change("truncateSync", path, length),
    chmodSync: (path, mode) => files.change("chmodSync", path, mode),
  };
  const calls: Functions = { ...sync };
  for (const [name, call] of Object.entries(sync)) {
    if (name !== "readDirSync") calls[name.replace(/Sync$/, "")] = async (...args) => await call(...args);
  }
  calls.readDir = (path) => asyncIterable(() => files.readDir(path, "readDir"));
  return calls;
}

function asyncIterable<T>(list: () => readonly T[]): AsyncIterable<T> {
  return {
    async *[Symbol.asyncIterator]() {
      yield* list();
    },
  };
}
