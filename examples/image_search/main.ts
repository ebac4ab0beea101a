/**
 * Image search: finds the faces in photos.
 *
 * deno run --allow-read main.ts [--size PIXELS] PATH...
 *
 * For each face it prints the mid-point between the eyes, their distance and the head's pose. Exits 2 if a file could not
 * be read.
 */
import { parseArgs } from "node:util";
import type { Face } from "./face.ts";
import { FaceFinder } from "./face_finder.ts";
import { Photo } from "./photo.ts";

/** Longer side of what faces are looked for in: enough for faces as large as a twentieth of a photo. */
const DEFAULT_SIZE = "640";

const HELP = `Finds faces in JPEG photos.

Usage: main.ts [OPTION]... PATH...

  --size PIXELS   shrink photos to this length of their longer side first (default ${DEFAULT_SIZE})
  --help          show this help

A PATH may be a folder: all .jpg files directly in it.`;

/** Photos with what was found in them. */
class ImageSearch {
  readonly #finder: FaceFinder;
  faces = 0;
  photos = 0;

  constructor(finder: FaceFinder) {
    this.#finder = finder;
  }

  /** Looks at one photo. */
  search(path: string): Face[] {
    const faces = this.#finder.facesIn(Photo.read(path));
    this.photos++;
    this.faces += faces.length;
    return faces;
  }
}

function describe({ middle, eyeDistance, pose: { roll, yaw } }: Face): string {
  const [x, y, apart] = [middle.x, middle.y, eyeDistance].map((pixels) => pixels.toFixed(0));
  return `face at (${x}, ${y}), eyes ${apart} apart, roll ${roll.toFixed(0)}°, yaw ${yaw.toFixed(0)}°`;
}

function photosAt(path: string): string[] {
  if (!statIfThere(path)?.isDirectory) return [path];
  const names = [...Deno.readDirSync(path)].filter(({ name, isFile }) => isFile && /\.jpe?g$/i.test(name));
  return names.map(({ name }) => `${path.replace(/\/$/, "")}/${name}`).sort();
}

function statIfThere(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { size: { type: "string", default: DEFAULT_SIZE }, help: { type: "boolean", default: false } },
  });
  if (values.help || positionals.length === 0) {
    console.log(HELP);
    return values.help ? 0 : 2;
  }
  const longest = Number(values.size);
  if (!(longest >= 32)) throw new TypeError(`--size needs a number of pixels from 32, not "${values.size}"`);
  const search = new ImageSearch(new FaceFinder(longest));
  let unreadable = 0;
  for (const path of positionals.flatMap(photosAt)) {
    try {
      const found = search.search(path);
      console.log(`${path}: ${found.length === 0 ? "no faces" : ""}`.trimEnd());
      for (const face of found) console.log(`  ${describe(face)}`);
    } catch (error) {
      console.error(`${path}: ${(error as Error).message}`);
      unreadable++;
    }
  }
  console.log(`${search.faces} faces in ${search.photos} photos`);
  return unreadable > 0 ? 2 : 0;
}

try {
  Deno.exitCode = main();
} catch (error) {
  console.error(`Cannot search: ${(error as Error).message}`);
  Deno.exitCode = 2;
}
