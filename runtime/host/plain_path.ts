/**
 * Absolute paths of a POSIX system. Not `node:path`: loading anything of Node's takes 20 ms of CPU time, many times that on a
 * weak device.
 */

/** The folder that an absolute path without a trailing slash lies in; of `/` itself. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}

/** An absolute path without `.`, `..`, empty parts and trailing slash; a relative one is taken from `folder`. */
export function absolutePath(folder: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : `${folder}/${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
