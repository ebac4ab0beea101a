/** Paths of the tests in a part of the checkout at `root`; a part may be a single test. */
export function* testsIn(root: string, part: string): Generator<string> {
  if (part.endsWith(".js")) return yield part;
  for (const entry of Deno.readDirSync(`${root}/${part}`)) {
    const path = `${part}/${entry.name}`;
    if (entry.isDirectory) yield* testsIn(root, path);
    else if (entry.name.endsWith(".js") && !entry.name.includes("_FIXTURE")) yield path;
  }
}
