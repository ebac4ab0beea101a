import { asNode } from "./file_errors.ts";
import type { GuestFiles } from "./guest_files.ts";
import { text } from "./guest_node_fs.ts";

type Functions = Record<string, (...args: any[]) => unknown>;

/** `fs.glob`, for what the device can be asked: plain patterns, and names as the result. */
export function globCalls(files: GuestFiles): Functions {
  return {
    globSync: (patterns, options) => globbed(files, patterns, options),
    glob: (patterns, ...more) => {
      const then = more.pop();
      if (typeof then !== "function") files.abandon("it calls fs.glob without a callback");
      globAll(globLater(files, patterns, more[0])).then((found) => then(null, found), then);
    },
  };
}

/** `fs.promises.glob`. */
export async function* globLater(
  files: GuestFiles,
  patterns: unknown,
  options?: unknown,
): AsyncGenerator<string> {
  yield* globbed(files, patterns, options);
}

async function globAll(found: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const name of found) all.push(name);
  return all;
}

function globbed(files: GuestFiles, patterns: unknown, options: any): string[] {
  const { cwd = ".", exclude = [], withFileTypes = false, ...more } = options ?? {};
  const isTexts = (value: unknown) => Array.isArray(value) && value.every((item) => typeof item === "string");
  const given = typeof patterns === "string" ? [patterns] : patterns;
  if (!isTexts(given) || !isTexts(exclude) || withFileTypes || Object.keys(more).length > 0) {
    return files.abandon("it looks for files in an unusual way", { what: "node:fs.glob" });
  }
  return asNode({ call: "glob", paths: [] }, () => files.glob(text(cwd), given as string[], exclude));
}
