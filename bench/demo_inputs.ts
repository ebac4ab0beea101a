/** Files of the project's own libraries: they are on every machine that can run the demo. */
export interface DemoInputs {
  /** What the runtime learns from, and what is measured: no file is in both. */
  readonly learn: readonly string[];
  readonly measure: readonly string[];
  /** Bytes of the files measured. */
  readonly bytes: number;
}

/** Smaller ones cost a clone more messages than work. */
const MIN_BYTES = 100_000;
const MAX_BYTES = 200_000;

/** Chooses files of 100 to 200 kB by name, until `bytes` are reached; learns from the smallest. @throws {Error} if there are too few. */
export function chooseInputs(project: URL, bytes: number): DemoInputs {
  const folder = decodeURIComponent(new URL("node_modules/.deno/", project).pathname);
  const files = [...filesUnder(folder)].filter(({ size }) => size >= MIN_BYTES && size <= MAX_BYTES)
    .sort((a, b) => a.path < b.path ? -1 : 1);
  if (files.length < 2) throw new Error(`Cannot choose inputs: ${folder} has too few files of that size`);
  const smallest = files.reduce((least, file) => file.size < least.size ? file : least, files[0]!);
  const measure: string[] = [];
  let total = 0;
  for (const { path, size } of files) {
    if (total >= bytes) break;
    if (path === smallest.path) continue;
    measure.push(path);
    total += size;
  }
  return { learn: [smallest.path], measure, bytes: total };
}

function* filesUnder(folder: string): Generator<{ path: string; size: number }> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory) yield* filesUnder(`${path}/`);
    else if (entry.isFile) yield { path, size: Deno.statSync(path).size };
  }
}
