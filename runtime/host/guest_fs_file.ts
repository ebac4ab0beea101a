import { asDeno } from "./file_errors.ts";
import { denoInfo, ms } from "./guest_deno.ts";
import type { GuestFiles } from "./guest_files.ts";
import type { OpenFile } from "./open_file.ts";
import type { Inode } from "./inode.ts";
import { FileFailure } from "./file_tree_types.ts";
import { undisturbed } from "./undisturbed.ts";

const STREAM_CHUNK_BYTES = 64 * 1024;

function bytesOf(data: ArrayBufferLike | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

/** Only `from` makes one. */
const KEY = Symbol("open");

/** `Deno.FsFile`, over the device's files. */
export function fsFileClass(files: GuestFiles) {
  /** Who has locked a file, and whether alone. The device has it locked until the method is over. */
  const locks = new WeakMap<Inode, Map<object, boolean>>();
  return class FsFile implements Disposable {
    #file: OpenFile | undefined;
    #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
    #writable: WritableStream<Uint8Array> | undefined;

    static from(file: OpenFile): FsFile {
      return new FsFile(KEY, file);
    }

    constructor(key: symbol, file: OpenFile) {
      if (key !== KEY) {
        throw new TypeError(
          "`Deno.FsFile` cannot be constructed, use `Deno.open()` or `Deno.openSync()` instead.",
        );
      }
      this.#file = file;
    }

    #open(): OpenFile {
      if (this.#file === undefined) throw new Deno.errors.BadResource("Bad resource ID");
      return this.#file;
    }

    readSync(buffer: Uint8Array): number | null {
      const file = this.#open();
      return asDeno(undefined, () => {
        const bytes = file.read(buffer.length);
        buffer.set(bytes);
        return bytes.length === 0 && buffer.length > 0 ? null : bytes.length;
      });
    }

    async read(buffer: Uint8Array): Promise<number | null> {
      return await this.readSync(buffer);
    }

    writeSync(bytes: Uint8Array): number {
      const file = this.#open();
      return asDeno(undefined, () => file.write(bytes));
    }

    async write(bytes: Uint8Array): Promise<number> {
      return await this.writeSync(bytes);
    }

    truncateSync(length = 0): void {
      const file = this.#open();
      asDeno(undefined, () => file.truncate(length));
    }

    async truncate(length?: number): Promise<void> {
      await this.truncateSync(length);
    }

    seekSync(offset: number | bigint, whence: Deno.SeekMode): number {
      const file = this.#open();
      const base = whence === 0 ? 0 : whence === 1 ? file.position : file.size;
      const position = base + Number(offset);
      asDeno(undefined, () => {
        if (position < 0) throw new FileFailure("EINVAL");
      });
      return file.position = position;
    }

    async seek(offset: number | bigint, whence: Deno.SeekMode): Promise<number> {
      return await this.seekSync(offset, whence);
    }

    statSync(): Deno.FileInfo {
      return undisturbed(() => denoInfo(files.statNode(this.#open().node)));
    }

    async stat(): Promise<Deno.FileInfo> {
      return await this.statSync();
    }

    utimeSync(atime: number | Date, mtime: number | Date): void {
      const { node } = this.#open();
      asDeno(undefined, () => files.setNodeTimes(node, { atime: ms(atime), mtime: ms(mtime) }));
    }

    async utime(atime: number | Date, mtime: number | Date): Promise<void> {
      await this.utimeSync(atime, mtime);
    }

    syncSync(): void {
      this.#open();
    }

    async sync(): Promise<void> {
      await this.#open();
    }

    syncDataSync(): void {
      this.#open();
    }

    async syncData(): Promise<void> {
      await this.#open();
    }

    isTerminal(): boolean {
      this.#open();
      return false;
    }

    setRaw(): void {
      files.abandon("it sets a file to raw mode");
    }

    lockSync(exclusive = false): void {
      // Whoever has it may need the device's thread, which waits.
      if (!this.tryLockSync(exclusive)) files.abandon("it waits for a lock");
    }

    async lock(exclusive?: boolean): Promise<void> {
      await this.lockSync(exclusive);
    }

    tryLockSync(exclusive = false): boolean {
      return undisturbed(() => this.#tryLock(exclusive));
    }

    #tryLock(exclusive: boolean): boolean {
      const { node } = this.#open();
      const holders = locks.get(node) ?? new Map<object, boolean>();
      for (const [holder, alone] of holders) if (holder !== this && (alone || exclusive)) return false;
      if (!files.lock(node, exclusive)) return false;
      locks.set(node, holders.set(this, exclusive));
      return true;
    }

    async tryLock(exclusive?: boolean): Promise<boolean> {
      return await this.tryLockSync(exclusive);
    }

    unlockSync(): void {
      undisturbed(() => locks.get(this.#open().node)?.delete(this));
    }

    async unlock(): Promise<void> {
      await this.unlockSync();
    }

    get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
      return this.#readable ??= new ReadableStream({
        type: "bytes",
        pull: (controller) => {
          const buffer = new Uint8Array(STREAM_CHUNK_BYTES);
          const count = this.readSync(buffer);
          if (count === null) {
            this.close();
            controller.close();
            controller.byobRequest?.respond(0);
          } else controller.enqueue(buffer.subarray(0, count));
        },
        cancel: () => this.close(),
      });
    }

    get writable(): WritableStream<Uint8Array> {
      const write = (bytes: unknown) => {
        if (!(bytes instanceof ArrayBuffer) && !ArrayBuffer.isView(bytes)) {
          throw new TypeError("Expected ArrayBuffer or ArrayBufferView for write chunk");
        }
        for (let left = bytesOf(bytes); left.length > 0;) left = left.subarray(this.writeSync(left));
      };
      const close = () => this.close();
      const size = (bytes: unknown) => (bytes as Partial<ArrayBuffer> | undefined)?.byteLength ?? 1;
      const held = { highWaterMark: STREAM_CHUNK_BYTES, size };
      return this.#writable ??= new WritableStream({ write, close, abort: close }, held);
    }

    close(): void {
      this.unlockSync();
      this.#file = undefined;
    }

    [Symbol.dispose](): void {
      if (this.#file !== undefined) this.close();
    }
  };
}
