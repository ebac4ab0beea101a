import { foldsCase } from "./case_folding.ts";
import { isSecretPath } from "./file_roots.ts";

/** Something that a clone doesn't get to see, or to change. */
export interface Unreadable {
  readonly path: string;
  readonly why: string;
}

/** What is looked at, and what is told, at most. */
const MAX_LOOKED_AT = 200_000;
const MAX_TOLD = 1_000;
/** What a name that isn't UTF-8 reads like. */
const REPLACED = "\ufffd";

/**
 * What below a folder makes methods that touch it run on the device: secrets, what this user may not read, links that lead out,
 * devices and pipes, names that are no UTF-8, native code; and whether nothing there can be written for a clone.
 */
export function unreadableIn(root: string, maxLookedAt = MAX_LOOKED_AT): Unreadable[] {
  const top = Deno.realPathSync(root);
  const found: Unreadable[] = [];
  let left = maxLookedAt;
  const tell = (path: string, why: string) => {
    if (found.length < MAX_TOLD) found.push({ path, why });
  };
  if (foldsCase(top)) {
    tell(top, "its file system takes names in another case for the same: it is read, not written");
  }
  const queue = [top];
  for (let folder = queue.shift(); folder !== undefined && left >= 0; folder = queue.shift()) {
    try {
      for (const { name, isDirectory } of Deno.readDirSync(folder)) {
        if (--left < 0) break;
        const path = `${folder}/${name}`;
        const why = whyNot(path, { top, name });
        if (why !== undefined) tell(path, why);
        else if (isDirectory) queue.push(path);
      }
    } catch (error) {
      tell(folder, said(error));
    }
  }
  if (left < 0) tell(top, `there are more than ${maxLookedAt} entries in it`);
  return found;
}

function whyNot(path: string, { top, name }: { top: string; name: string }): string | undefined {
  if (isSecretPath(path.slice(top.length))) {
    return "it looks like a secret; a root that names it gives it to clones";
  }
  if (name.includes(REPLACED)) return "its name is not UTF-8";
  if (name.endsWith(".node")) return "it is native code, which runs on the device only";
  try {
    const info = Deno.lstatSync(path);
    if (info.isSymlink) return linkProblem(path, top);
    if (info.isFile) Deno.openSync(path).close();
    else if (!info.isDirectory) return "it is no file";
  } catch (error) {
    return said(error);
  }
  return undefined;
}

/** Without the call that the system said it to. */
function said(error: unknown): string {
  return (error as Error).message.replace(/ \(os error \d+\).*$/s, "");
}

function linkProblem(path: string, top: string): string | undefined {
  try {
    const target = Deno.realPathSync(path);
    return target === top || target.startsWith(`${top}/`) ? undefined : `it leads out, to ${target}`;
  } catch (error) {
    // One that leads nowhere, or in circles, is seen as such.
    const { NotFound, FilesystemLoop } = Deno.errors;
    return error instanceof NotFound || error instanceof FilesystemLoop ? undefined : said(error);
  }
}
