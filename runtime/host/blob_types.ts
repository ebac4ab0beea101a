/**
 * `Blob` and `File`: their bytes can only be asked for asynchronously, so another thread does while this one waits. They
 * never change, so each is read once.
 */
import { getterOf, type HostType, text } from "./host_type.ts";
import { SafeWeakMap } from "../heap/intrinsics.ts";

const { apply, getOwnPropertyDescriptor, ownKeys } = Reflect;
const { createObjectURL, revokeObjectURL } = URL;
const MakeWorker = Worker;

/** What is larger is better reached through a file; it stays on the device. */
const MAX_BLOB_BYTES = 64 * 1024 * 1024;
/** A thread that hasn't read them by then never will. */
const READ_TIMEOUT_MS = 20_000;

/** Needs no permission: the code is in the URL, and so are the bytes. */
const READER = "data:text/javascript," +
  encodeURIComponent(`self.onmessage = async ({ data: { url, shared } }) => {
  const state = new Int32Array(shared, 0, 1);
  try {
    new Uint8Array(shared, 4).set(new Uint8Array(await (await fetch(url)).arrayBuffer()));
    Atomics.store(state, 0, 1);
  } catch {
    Atomics.store(state, 0, 2);
  }
  Atomics.notify(state, 0);
};`);

const read = new SafeWeakMap<object, readonly unknown[]>();

/** What `Blob` is, and what a `File` adds to it. */
export function blobType(): HostType {
  const Made = Blob;
  const { type, isFileBacked } = blobAccess();
  return {
    name: "Blob",
    prototype: Made.prototype,
    read: (value) => once(value, () => isFileBacked(value) ? undefined : [base64(value), type(value)]),
    make: ([bytes, kind]) => known(new Made([decoded(bytes)], { type: text(kind) }), [bytes, kind]),
    sample: () => new Made(),
  };
}

export function fileType(): HostType {
  const Made = File;
  const { type, isFileBacked } = blobAccess();
  const nameOf = getterOf(Made.prototype, "name");
  const modified = getterOf(Made.prototype, "lastModified");
  return {
    name: "File",
    prototype: Made.prototype,
    read: (value) =>
      once(value, () => {
        if (isFileBacked(value)) return undefined;
        return [base64(value), type(value), apply(nameOf, value, []), apply(modified, value, [])];
      }),
    make: ([bytes, kind, name, lastModified]) => {
      if (typeof lastModified !== "number") throw new TypeError("Cannot make a File: a number is expected");
      const made = new Made([decoded(bytes)], text(name), { type: text(kind), lastModified });
      return known(made, [bytes, kind, name, lastModified]);
    },
    sample: () => new Made([], ""),
  };
}

/** One whose bytes are those of a file on disk isn't told by its content. */
function blobAccess() {
  const type = getterOf(Blob.prototype, "type");
  const backed = ownKeys(new Blob()).find((key) =>
    typeof key === "symbol" && key.description === "FileBacked"
  );
  return {
    type: (value: object) => apply(type, value, []),
    isFileBacked: (value: object) =>
      backed === undefined || getOwnPropertyDescriptor(value, backed)?.value !== false,
  };
}

function once(value: object, work: () => readonly unknown[] | undefined): ReturnType<HostType["read"]> {
  const fixed = read.get(value) ?? work();
  if (fixed === undefined || fixed[0] === undefined) return undefined;
  read.set(value, fixed);
  return { fixed, state: [] };
}

function known(made: object, fixed: readonly unknown[]): object {
  read.set(made, fixed);
  return made;
}

const sizeOf = getterOf(Blob.prototype, "size");

/** The bytes as text: what makes an object must be there before any buffer is filled. */
function base64(value: object): string | undefined {
  const size = apply(sizeOf, value, []) as number;
  return size === 0 ? "" : size > MAX_BLOB_BYTES ? undefined : bytesOf(value as Blob, size)?.toBase64();
}

/** @throws {TypeError} */
function decoded(written: unknown): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.fromBase64(text(written));
  } catch (cause) {
    throw new TypeError("Cannot make a Blob: its bytes are malformed", { cause });
  }
}

function bytesOf(blob: Blob, size: number): Uint8Array | undefined {
  const shared = new SharedArrayBuffer(4 + size);
  const state = new Int32Array(shared, 0, 1);
  const url = createObjectURL(blob);
  const worker = new MakeWorker(READER, { type: "module" });
  worker.onerror = (event) => event.preventDefault();
  try {
    worker.postMessage({ url, shared });
    Atomics.wait(state, 0, 0, READ_TIMEOUT_MS);
    return state[0] === 1 ? new Uint8Array(shared, 4).slice() : undefined;
  } finally {
    worker.terminate();
    revokeObjectURL(url);
  }
}
