/** The sorted names in a folder of the system; none if it isn't there. */
export function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  } catch {
    return [];
  }
}

/** What a small file of the system says, without the end of its line; undefined if it can't be read. */
export function textAt(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path).replaceAll("\0", "").trim();
  } catch {
    return undefined;
  }
}
