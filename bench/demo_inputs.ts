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

/** The first run that learns stays on the device, and a person waits for it. */
const MIN_LEARN_BYTES = 50_000;

/**
 * Chooses files of 100 to 200 kB by name, until `bytes` are reached; learns from one of 50 kB and from
 * the largest, so that it shows how the time depends on the size.
 * @throws {Error} if there are too few.
 */
export function chooseInputs(project: URL, bytes: number): DemoInputs {
  const folder = decodeURIComponent(new URL("node_modules/.deno/", project).pathname);
  const byName = (a: { path: string }, b: { path: string }) => a.path < b.path ? -1 : 1;
  const all = [...filesUnder(folder)];
  const bySize = all.filter(({ size }) => size >= MIN_LEARN_BYTES && size <= MAX_BYTES)
    .sort((a, b) => a.size - b.size || byName(a, b));
  const learn = [bySize.at(0), bySize.pop()].map((file) => file?.path ?? "");
  const files = bySize.filter(({ size }) => size >= MIN_BYTES).sort(byName);
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
