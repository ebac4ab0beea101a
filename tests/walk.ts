/** Paths (relative to `root`, `/` between parts) of the project's own files whose name matches `pattern`. */
export async function* walk(root: URL, pattern: RegExp, under = ""): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(new URL(under || ".", root))) {
    const path = under + entry.name;
    if (entry.isDirectory && !/^(node_modules|coverage|\..*)$/.test(entry.name)) {
      yield* walk(root, pattern, path + "/");
    } else if (entry.isFile && pattern.test(entry.name)) yield path;
  }
}
