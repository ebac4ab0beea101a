import type { FileContent } from "./file_content.ts";
import { FileFailure } from "./file_tree_types.ts";
import type { FileTree } from "./file_tree.ts";
import type { Inode } from "./inode.ts";

/** What a file is opened for. */
export interface OpenFlags {
  readonly read: boolean;
  readonly write: boolean;
  readonly append: boolean;
}

/** A file that migrated code has open: a position, and what it may do. */
export class OpenFile {
  readonly node: Inode;
  readonly #tree: FileTree;
  readonly #flags: OpenFlags;
  position = 0;

  constructor(tree: FileTree, node: Inode, flags: OpenFlags) {
    this.#tree = tree;
    this.node = node;
    this.#flags = flags;
  }

  get size(): number {
    return this.node.kind === "file" ? this.#content().size : this.node.attributes?.size ?? 0;
  }

  /** Bytes from a position, or from where the last call ended. */
  read(bytes: number, at?: number): Uint8Array {
    if (!this.#flags.read) throw new FileFailure("EBADF");
    if (this.node.kind === "directory") throw new FileFailure("EISDIR");
    const found = this.#content().read(at ?? this.position, bytes);
    if (at === undefined) this.position += found.length;
    return found;
  }

  write(bytes: Uint8Array, at?: number): number {
    if (!this.#flags.write) throw new FileFailure("EBADF");
    const content = this.#content();
    const start = this.#flags.append ? content.size : at ?? this.position;
    if (bytes.length > 0) {
      content.write(start, bytes);
      this.#tree.written(this.node);
    }
    if (at === undefined) this.position = start + bytes.length;
    return bytes.length;
  }

  truncate(size: number): void {
    if (!this.#flags.write) throw new FileFailure("EINVAL");
    this.#content().truncate(size);
    this.#tree.written(this.node);
  }

  #content(): FileContent {
    return this.node.content!;
  }
}
