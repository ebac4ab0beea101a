import { typedArrayLength, uncurry } from "./intrinsics.ts";

// One end runs in the app's isolate: nothing is looked up after the app's code began.
type Into = (file: Deno.FsFile, bytes: Uint8Array) => number | null;
const { readSync, writeSync, seekSync, truncateSync } = Deno.FsFile.prototype;
const read = uncurry(readSync) as Into;
const write = uncurry(writeSync) as Into;
const seek = uncurry(seekSync) as (file: Deno.FsFile, offset: number, whence: Deno.SeekMode) => number;
const truncate = uncurry(truncateSync) as (file: Deno.FsFile, length: number) => void;
const part = uncurry(Uint8Array.prototype.subarray) as (bytes: Uint8Array, from: number) => Uint8Array;
const Bytes = Uint8Array;
const { Start } = Deno.SeekMode;

/** So many bytes or more go by parcel: a pipe holds that many, and wakes its other end for each such part. */
export const PARCEL_BYTES = 65_536;

/** Name of the file beside the pipes. */
export const PARCEL = "parcel";

/**
 * Many bytes on their way between an app's thread and its supervisor, in a file that both have open. One is on its way at a
 * time: the thread waits for the answer to what it sent.
 */
export class Parcel {
  readonly #file: Deno.FsFile;

  constructor(folder: string, { create }: { create: boolean }) {
    this.#file = Deno.openSync(`${folder}/${PARCEL}`, { read: true, write: true, create, mode: 0o600 });
  }

  /** Whether the bytes lie there now; false if the disk has no room for them. */
  put(bytes: Uint8Array): boolean {
    try {
      seek(this.#file, 0, Start);
      for (let at = 0; at < typedArrayLength(bytes);) at += write(this.#file, part(bytes, at))!;
      return true;
    } catch {
      return false;
    }
  }

  /** Takes out what was put in. @throws {RangeError} if there is less. */
  take(count: number): Uint8Array<ArrayBuffer> {
    const bytes = new Bytes(count);
    seek(this.#file, 0, Start);
    for (let at = 0; at < count;) {
      const some = read(this.#file, part(bytes, at));
      if (some === null) throw new RangeError(`Cannot take ${count} bytes out of a parcel: it has ${at}`);
      at += some;
    }
    // What is gone before the system wrote it to the disk never gets there.
    truncate(this.#file, 0);
    return bytes;
  }

  close(): void {
    this.#file.close();
  }
}
