/** Files of the project's own libraries: they are on every machine that can run the demo. */
export interface DemoInputs {
  /** A file for each run that the runtime learns from, and what is measured: no file is in both. */
  readonly learn: readonly string[];
  readonly measure: readonly string[];
  /** Bytes of the files measured. */
  readonly bytes: number;
}

/** Smaller ones cost a clone more messages than work. */
const MIN_BYTES = 100_000;
const MAX_BYTES = 200_000;

/**
 * Chooses files of 100 to 200 kB by name, until `bytes` are reached; learns from the smallest and the largest of them, so
 * that it shows how the time depends on the size.
 * @throws {Error} if there are too few.
 */
export function chooseInputs(project: URL, bytes: number): DemoInputs {
  const folder = decodeURIComponent(new URL("node_modules/.deno/", project).pathname);
  const byName = (a: { path: string }, b: { path: string }) => a.path < b.path ? -1 : 1;
  const usable = [...filesUnder(folder)].filter(({ size }) => size >= MIN_BYTES && size <= MAX_BYTES);
  const bySize = usable.sort((a, b) => a.size - b.size || byName(a, b));
  const learn = [...bySize.splice(0, 1), ...bySize.splice(-1)].map(({ path }) => path);
  const files = bySize.sort(byName);
  if (files.length === 0) {
    throw new Error(`Cannot choose inputs: ${folder} has too few files of that size`);
  }
  const measure: string[] = [];
  let total = 0;
  for (const { path, size } of files) {
    if (total >= bytes) break;
    measure.push(path);
    total += size;
  }
  return { learn, measure, bytes: total };
}

function* filesUnder(folder: string): Generator<{ path: string; size: number }> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory) yield* filesUnder(`${path}/`);
    else if (entry.isFile) yield { path, size: Deno.statSync(path).size };
  }
}
