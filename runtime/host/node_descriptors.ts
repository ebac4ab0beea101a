import { Buffer } from "node:buffer";
import { asDeno, asNode } from "./file_errors.ts";
import { ms } from "./guest_deno.ts";
import type { GuestFiles } from "./guest_files.ts";
import { bytesOf, flagsOf, octal, shown, text } from "./guest_node_fs.ts";
import { nodeStats } from "./node_stats.ts";
import type { OpenFile } from "./open_file.ts";

type Functions = Record<string, (...args: any[]) => unknown>;

/** No file of the device has such a number: one that went astray can't be taken for it. */
const FIRST_DESCRIPTOR = 1_000_000;

/** Files that migrated code has open by number. */
export class NodeDescriptors {
  readonly #files: GuestFiles;
  readonly #open = new Map<number, OpenFile>();
  #next = FIRST_DESCRIPTOR;

  constructor(files: GuestFiles) {
    this.#files = files;
  }

  /** How many are open: their numbers mean nothing elsewhere. */
  get count(): number {
    return this.#open.size;
  }

  clear(): void {
    this.#open.clear();
  }

  open(path: unknown, flags?: unknown, mode?: unknown): number {
    const how = flagsOf(this.#files, flags);
    const withMode = mode == null ? how : { ...how, mode: octal(mode) };
    const file = asNode({ call: "open", paths: [shown(path)] }, () => this.#files.open(text(path), withMode));
    this.#open.set(this.#next, file);
    return this.#next++;
  }

  close(fd: number): void {
    this.#get(fd);
    this.#open.delete(fd);
  }

  readAll(fd: number): Uint8Array {
    const file = this.#get(fd);
    const read = () => file.read(Math.max(0, file.size - file.position));
    return file.node.kind === "directory"
      ? asNode({ call: "open", paths: [] }, read)
      : asDeno(undefined, read);
  }

  writeAll(fd: number, bytes: Uint8Array): void {
    if (fd === 1 || fd === 2) this.#print(fd, bytes);
    else asNode({ call: "write", paths: [] }, () => this.#get(fd).write(bytes));
  }

  /** The same number, of a file that is open. */
  opened(fd: number): number {
    this.#get(fd);
    return fd;
  }

  calls(): Functions {
    const onNode =
      (call: string, perform: (file: OpenFile, ...more: any[]) => unknown) => (fd: number, ...more: any[]) =>
        asNode({ call, paths: [] }, () => perform(this.#get(fd), ...more));
    return {
      openSync: (path, flags, mode) => this.open(path, flags, mode),
      closeSync: (fd) => this.close(fd),
      readSync: (fd, buffer, ...more) => this.read(fd, buffer, ...more),
      // Of a text, Deno takes the fifth argument for the place.
      writeSync: (fd, data, ...more) =>
        typeof data === "string"
          ? this.write(fd, ...textToWrite(data, more[2], more[1]))
          : this.write(fd, data, ...more),
      readvSync: (fd, buffers, position) =>
        this.#vector(buffers, position, (b, at) => this.read(fd, b, 0, b.byteLength, at)),
      writevSync: (fd, buffers, position) =>
        this.#vector(buffers, position, (b, at) => this.write(fd, b, 0, b.byteLength, at)),
      fstatSync: onNode("fstat", (file, options) => nodeStats(this.#files.statNode(file.node), options)),
      ftruncateSync: (fd, length) => asDeno(undefined, () => this.#get(fd).truncate(length ?? 0)),
      fsyncSync: onNode("fsync", () => {}),
      fdatasyncSync: onNode("fdatasync", () => {}),
      fchmodSync: onNode("fchmod", (file, mode) => this.#files.setNodeMode(file.node, octal(mode))),
      futimesSync: onNode(
        "futime",
        (file, atime, mtime) => this.#files.setNodeTimes(file.node, { atime: ms(atime), mtime: ms(mtime) }),
      ),
    };
  }

  /** `(buffer, offset, length, position)` or `(buffer, { … })`. */
  read(fd: number, buffer: any, ...more: any[]): number {
    const file = this.#get(fd);
    const [offset, length, position] = this.#range(buffer, more);
    return asNode({ call: "read", paths: [] }, () => {
      const bytes = file.read(length, position);
      new Uint8Array(buffer.buffer, buffer.byteOffset + offset, length).set(bytes);
      return bytes.length;
    });
  }

  /** `(bytes, offset, length, position)` or `(bytes, { … })`. */
  write(fd: number, data: any, ...more: any[]): number {
    const whole = bytesOf(this.#files, data, undefined);
    const [offset, length, at] = this.#range(data, more);
    const bytes = whole.subarray(offset, offset + length);
    if (fd === 1 || fd === 2) return this.#print(fd, bytes);
    const file = this.#get(fd);
    return asDeno(undefined, () => file.write(bytes, at));
  }

  #vector(buffers: any[], position: unknown, perform: (buffer: any, at?: number) => number): number {
    let at = typeof position === "number" ? position : undefined;
    let sum = 0;
    for (const buffer of buffers) {
      const count = perform(buffer, at);
      sum += count;
      if (at !== undefined) at += count;
      if (count < buffer.byteLength) break;
    }
    return sum;
  }

  #print(fd: 1 | 2, bytes: Uint8Array): number {
    this.#files.effect({ type: "write", fd, base64: bytes.toBase64() });
    return bytes.length;
  }

  #get(fd: unknown): OpenFile {
    const file = this.#open.get(fd as number);
    if (file !== undefined) return file;
    const isOwn = typeof fd === "number" && fd >= 0 && fd < FIRST_DESCRIPTOR && Number.isInteger(fd);
    return this.#files.abandon(
      isOwn ? `it uses file descriptor ${fd} of the device` : "it uses a file descriptor that isn't open",
    );
  }

  /** What of a buffer is meant, and where in the file. */
  #range(buffer: any, [first, length, position]: any[]): [number, number, number | undefined] {
    if (typeof first === "object" && first !== null) {
      return this.#range(buffer, [first.offset ?? 0, first.length, first.position]);
    }
    const offset = first ?? 0;
    const at = typeof position === "bigint" ? Number(position) : position ?? undefined;
    const bytes = length ?? buffer.byteLength - offset;
    const isInside = isCount(offset) && isCount(bytes) && offset + bytes <= buffer.byteLength;
    // Each has an error of its own.
    if (!isInside || at !== undefined && !Number.isInteger(at)) {
      this.#files.abandon("it reads or writes what isn't in a buffer");
    }
    return [offset, bytes, at >= 0 ? at : undefined];
  }
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0;
}

/** A text, as what follows the descriptor in {@linkcode NodeDescriptors.write}. */
export function textToWrite(
  text: string,
  position: unknown,
  encoding: unknown,
): [Buffer, number, number, unknown] {
  const bytes = Buffer.from(text, (encoding ?? "utf8") as BufferEncoding);
  return [bytes, 0, bytes.length, position];
}
