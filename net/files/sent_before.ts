import { hashOf } from "../../runtime/mod.ts";
import { fileState, stateText } from "./file_state.ts";
import { readTreeIndex, type TreeIndex } from "./tree_index.ts";

/** Longer indexes aren't read while somebody waits for their app. */
const MAX_INDEX_BYTES = 4 * 1024 * 1024;

/** What the index of a path that was sent to a clone is called, in the folder of all of them. */
export async function indexName(clone: string, path: string): Promise<string> {
  return `${(await hashOf(new TextEncoder().encode(`${clone}\n${path}`))).slice(0, 32)}.jsonl`;
}

/**
 * Which of these files a clone was sent ahead (`files push`) as they are now: the hashes of what is in them, by path.
 * `folder` has the indexes; one that can't be read counts as not there.
 */
export async function sentBefore(
  folder: string,
  { clone, paths }: { clone: string; paths: readonly string[] },
): Promise<Record<string, readonly string[]>> {
  const indexes = new Map<string, Promise<TreeIndex | undefined>>();
  const read = async (path: string) => await readSmall(`${folder}/${await indexName(clone, path)}`);
  const indexOf = (path: string) => {
    if (!indexes.has(path)) indexes.set(path, read(path));
    return indexes.get(path)!;
  };
  const sent: Record<string, readonly string[]> = {};
  for (const path of paths) {
    const info = lookedAt(path);
    if (info?.isFile !== true) continue;
    const state = stateText(fileState(info));
    // The file itself, or a folder above it.
    for (let top = path; top !== ""; top = top.slice(0, top.lastIndexOf("/"))) {
      const file = (await indexOf(top))?.files.get(path.slice(top.length + 1));
      if (file?.state === state) sent[path] = file.chunks;
      if (file !== undefined) break;
    }
  }
  return sent;
}

async function readSmall(path: string): Promise<TreeIndex | undefined> {
  const info = lookedAt(path);
  return info === undefined || info.size > MAX_INDEX_BYTES ? undefined : await readTreeIndex(path);
}

function lookedAt(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch {
    return undefined;
  }
}
