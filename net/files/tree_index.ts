import { writePrivateFile } from "../home/mod.ts";

/** A file as it was when it was sent: its state, and the hashes of its chunks. */
export interface IndexedFile {
  readonly state: string;
  readonly chunks: readonly string[];
}

/** What a clone was sent of one folder, kept by the device so that what didn't change isn't read again. */
export interface TreeIndex {
  /** Hash of the whole tree; undefined if it was never sent to its end. */
  root: string | undefined;
  /** By path below the folder; a folder's is its mode. */
  readonly files: Map<string, IndexedFile>;
}

/** Reads an index; an empty one if there is none, or it can't be read. */
export async function readTreeIndex(path: string): Promise<TreeIndex> {
  try {
    const { root, files } = JSON.parse(await Deno.readTextFile(path));
    return { root, files: new Map(files.map(([name, state, chunks]: any) => [name, { state, chunks }])) };
  } catch {
    return { root: undefined, files: new Map() };
  }
}

export async function writeTreeIndex(path: string, { root, files }: TreeIndex): Promise<void> {
  const rows = [...files].map(([name, { state, chunks }]) => [name, state, chunks]);
  await writePrivateFile(path, JSON.stringify({ root, files: rows }));
}
