import { EventEmitter } from "node:events";
import { Buffer } from "node:buffer";
import { createInterface } from "node:readline";
import { type NodeDescriptors, textToWrite } from "./node_descriptors.ts";

type Functions = Record<string, (...args: any[]) => any>;

/** As much as Deno's stream of a handle reads at once. */
const WEB_CHUNK_BYTES = 16_384;

/** `FileHandle` of `node:fs/promises`, over the calls for descriptors. */
export function fileHandleClass(descriptors: NodeDescriptors, fs: Functions, streams: Functions) {
  return class FileHandle extends EventEmitter {
    #fd: number;
    #isStreamed = false;

    static from(fd: number): FileHandle {
      return new FileHandle(fd);
    }

    constructor(fd: number) {
      super();
      this.#fd = fd;
    }

    get fd(): number {
      return this.#fd;
    }

    #open(): number {
      return descriptors.opened(this.#fd);
    }

    async read(buffer: any = Buffer.alloc(16_384), ...more: any[]) {
      if (!ArrayBuffer.isView(buffer)) {
        const { buffer: given = Buffer.alloc(16_384), ...options } = buffer;
        return { buffer: given, bytesRead: descriptors.read(this.#open(), given, options) };
      }
      return { buffer, bytesRead: await descriptors.read(this.#open(), buffer, ...more) };
    }

    async write(data: any, ...more: any[]) {
      const given = typeof data === "string" ? textToWrite(data, more[0], more[1]) : [data, ...more] as const;
      return { buffer: given[0], bytesWritten: await descriptors.write(this.#open(), ...given) };
    }

    async readv(buffers: any[], position?: number) {
      return { buffers, bytesRead: await fs.readvSync!(this.#open(), buffers, position) };
    }

    async writev(buffers: any[], position?: number) {
      return { buffers, bytesWritten: await fs.writevSync!(this.#open(), buffers, position) };
    }

    async readFile(options?: unknown) {
      return await fs.readFileSync!(this.#open(), options);
    }

    async writeFile(data: unknown, options?: unknown): Promise<void> {
      await fs.writeFileSync!(this.#open(), data, options);
    }

    async appendFile(data: unknown, options?: unknown): Promise<void> {
      await fs.writeFileSync!(this.#open(), data, options);
    }

    async stat(options?: unknown) {
      return await fs.fstatSync!(this.#open(), options);
    }

    async truncate(length?: number): Promise<void> {
      await fs.ftruncateSync!(this.#open(), length);
    }

    async chmod(mode: unknown): Promise<void> {
      await fs.fchmodSync!(this.#open(), mode);
    }

    async chown(uid: number, gid: number): Promise<void> {
      await fs.fchownSync!(this.#open(), uid, gid);
    }

    async utimes(atime: unknown, mtime: unknown): Promise<void> {
      await fs.futimesSync!(this.#open(), atime, mtime);
    }

    async sync(): Promise<void> {
      await this.#open();
    }

    async datasync(): Promise<void> {
      await this.#open();
    }

    createReadStream(options?: object) {
      return streams.createReadStream!("", { ...options, fd: this.#open() });
    }

    createWriteStream(options?: object) {
      return streams.createWriteStream!("", { ...options, fd: this.#open() });
    }

    readLines(options?: object) {
      return createInterface({ input: this.createReadStream(options), crlfDelay: Infinity });
    }

    readableWebStream({ autoClose = false }: { autoClose?: boolean } = {}): ReadableStream {
      this.#open();
      if (this.#isStreamed) {
        throw Object.assign(new Error("Invalid state: The FileHandle is locked"), {
          code: "ERR_INVALID_STATE",
        });
      }
      this.#isStreamed = true;
      const end = async () => {
        if (autoClose) await this.close();
      };
      return new ReadableStream({
        type: "bytes",
        autoAllocateChunkSize: WEB_CHUNK_BYTES,
        pull: async (controller) => {
          const view = controller.byobRequest!.view!;
          const count = descriptors.read(this.#open(), view, 0, view.byteLength);
          if (count === 0) {
            controller.close();
            await end();
          }
          controller.byobRequest!.respond(count);
        },
        cancel: end,
      });
    }

    async close(): Promise<void> {
      if (this.#fd < 0) return;
      const fd = this.#fd;
      this.#fd = -1;
      await descriptors.close(fd);
      this.emit("close");
    }

    async [Symbol.asyncDispose](): Promise<void> {
      await this.close();
    }
  };
}
