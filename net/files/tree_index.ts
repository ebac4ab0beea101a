import { writePrivateFile } from "../home/mod.ts";

/** A file as it was when it was sent: its state, and the hashes of its chunks. */
export interface IndexedFile {
  readonly state: string;
  readonly chunks: readonly string[];
}

/** All of a tree that was sent: what its folders look like tells whether any of it changed. */
export interface SentTree {
  /** Hash of the folder blob of the whole tree. */
  readonly root: string;
  /** What {@linkcode lookAtTree} made of it; undefined if something of it could not be read. */
  readonly looks: string | undefined;
  /** By path below the folder. */
  readonly files: ReadonlyMap<string, IndexedFile>;
}

/**
 * What a clone was sent of one folder, kept by the device so that what didn't change isn't read again. Its files are
 * decoded when they are asked for: a tree that is as it was needs none of them.
 */
export class TreeIndex {
  #root: string | undefined;
  #looks: string | undefined;
  #files: ReadonlyMap<string, IndexedFile> | (() => ReadonlyMap<string, IndexedFile>) = new Map();
  #changed = false;

  /** As one that was read: writing it would change nothing. */
  static read(root: string | undefined, looks: string | undefined, rows: string): TreeIndex {
    const index = new TreeIndex();
    [index.#root, index.#looks] = [root, looks];
    index.#files = () =>
      new Map(JSON.parse(rows).map(([name, state, chunks]: any) => [name, { state, chunks }]));
    return index;
  }

  /** Hash of the whole tree; undefined if it was never sent to its end, or isn't all there. */
  get root(): string | undefined {
    return this.#root;
  }

  get looks(): string | undefined {
    return this.#looks;
  }

  get files(): ReadonlyMap<string, IndexedFile> {
    if (typeof this.#files === "function") this.#files = this.#files();
    return this.#files;
  }

  /** Whether it differs from what was read. */
  get changed(): boolean {
    return this.#changed;
  }

  /** The clone lacks some of it: it is asked about everything again. */
  distrust(): void {
    this.#changed ||= this.#root !== undefined;
    this.#root = this.#looks = undefined;
  }

  replace({ root, looks, files }: SentTree): void {
    [this.#root, this.#looks, this.#files, this.#changed] = [root, looks, files, true];
  }
}

/** Reads an index; an empty one if there is none, or it can't be read. */
export async function readTreeIndex(path: string): Promise<TreeIndex> {
  try {
    const text = await Deno.readTextFile(path);
    const end = text.indexOf("\n");
    const { root, looks } = JSON.parse(text.slice(0, end));
    return TreeIndex.read(root, looks, text.slice(end + 1));
  } catch {
    return new TreeIndex();
  }
}

/** Writes an index, unless it is as it was read. */
export async function writeTreeIndex(path: string, index: TreeIndex): Promise<void> {
  if (!index.changed) return;
  const rows = [...index.files].map(([name, { state, chunks }]) => [name, state, chunks]);
  const { root, looks } = index;
  await writePrivateFile(path, `${JSON.stringify({ root, looks })}\n${JSON.stringify(rows)}`);
}
