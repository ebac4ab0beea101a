import type { GuestFiles } from "./guest_files.ts";
import { asNode } from "./file_errors.ts";
import type { Inode } from "./inode.ts";
import { direntOf } from "./node_stats.ts";

type Then = (error: Error | null, entry?: unknown) => void;

/** `fs.Dir`, over the device's files. As Deno's, it looks into the folder when it is first read. */
export function dirClass(files: GuestFiles) {
  return class Dir {
    readonly #path: string;
    #entries: Iterator<[string, Inode]> | undefined;
    #closed = false;

    constructor(path: string) {
      this.#path = path;
    }

    get path(): string {
      return this.#path;
    }

    readSync(): unknown {
      if (this.#closed) throw closedError();
      this.#entries ??= asNode({ call: "opendir", paths: [] }, () => files.list(this.#path)).values();
      const { done, value } = this.#entries.next();
      return done ? null : direntOf(value[0], this.#path, value[1].kind);
    }

    read(then?: Then): Promise<unknown> {
      return this.#told(then, () => this.readSync());
    }

    closeSync(): void {
      this.#closed = true;
    }

    close(then?: Then): Promise<unknown> {
      return this.#told(then, () => this.closeSync());
    }

    async #told(then: Then | undefined, perform: () => unknown): Promise<unknown> {
      try {
        const entry = await perform();
        then?.(null, entry);
        return entry;
      } catch (error) {
        then?.(error as Error);
        throw error;
      }
    }

    [Symbol.dispose](): void {
      this.closeSync();
    }

    async [Symbol.asyncDispose](): Promise<void> {
      await this.closeSync();
    }

    async *[Symbol.asyncIterator](): AsyncGenerator<unknown> {
      try {
        for (let entry = await this.read(); entry !== null; entry = await this.read()) yield entry;
      } finally {
        await this.close();
      }
    }
  };
}

function closedError(): Error {
  return Object.assign(new Error("Directory handle was closed"), { code: "ERR_DIR_CLOSED" });
}
