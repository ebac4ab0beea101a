import { dirname, join, resolve } from "node:path";

/** A file to scan. */
export interface Candidate {
  readonly path: string;
  readonly bytes: number;
}

/**
 * All regular files at or below a path, ordered by name. Links below it aren't followed (they could leave it), and
 * hidden files are left out, though not hidden folders. A path that doesn't exist stays, for whoever reads it to say so.
 */
export function filesAt(path: string): Candidate[] {
  const info = statIfThere(path);
  if (!info?.isDirectory) return [{ path, bytes: info?.size ?? 0 }];
  const entries = [...Deno.readDirSync(path)].sort((a, b) => a.name < b.name ? -1 : 1);
  return entries.flatMap((entry) => {
    if (entry.isDirectory) return filesAt(join(path, entry.name));
    return entry.isFile && !entry.name.startsWith(".") ? filesAt(join(path, entry.name)) : [];
  });
}

/** The nearest `node_modules` at or above a folder (code from strangers, worth a scan), else the folder. */
export function defaultFolder(from: string): string {
  for (let folder = resolve(from);; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules");
    if (statIfThere(candidate)?.isDirectory) return candidate;
    if (dirname(folder) === folder) return from;
  }
}

function statIfThere(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}

/** The first files that are together at most `limitBytes` long, the ones that would exceed it left out. */
export function upTo(limitBytes: number, files: readonly Candidate[]): Candidate[] {
  let total = 0;
  return files.filter(({ bytes }) => {
    if (total + bytes > limitBytes) return false;
    total += bytes;
    return true;
  });
}
