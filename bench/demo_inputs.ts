/** Files of the project's own libraries: they are on every machine that can run the demo. */
export interface DemoInputs {
  /** What the runtime learns from, and what is measured: no file is in both. */
  readonly learn: readonly string[];
  readonly measure: readonly string[];
  /** Bytes of the files measured. */
  readonly bytes: number;
}

const MIN_BYTES = 60_000;
const MAX_BYTES = 200_000;
const LEARN_FILES = 2;

/** Chooses files of 60 to 200 kB by name, until `bytes` are reached. @throws {Error} if there are too few. */
export function chooseInputs(project: URL, bytes: number): DemoInputs {
  const folder = decodeURIComponent(new URL("node_modules/.deno/", project).pathname);
  const files = [...filesUnder(folder)].filter(({ size }) => size >= MIN_BYTES && size <= MAX_BYTES)
    .sort((a, b) => a.path < b.path ? -1 : 1);
  const learn = files.slice(0, LEARN_FILES).map(({ path }) => path);
  const measure: string[] = [];
  let total = 0;
  for (const { path, size } of files.slice(LEARN_FILES)) {
    if (total >= bytes) break;
    measure.push(path);
    total += size;
  }
  if (measure.length === 0) throw new Error(`Cannot choose inputs: ${folder} has too few files of that size`);
  return { learn, measure, bytes: total };
}

function* filesUnder(folder: string): Generator<{ path: string; size: number }> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory) yield* filesUnder(`${path}/`);
    else if (entry.isFile) yield { path, size: Deno.statSync(path).size };
  }
}
