import { jsfeat } from "./jsfeat_global.ts";
import "jsfeat/cascades/frontalface.js";
import "jsfeat/cascades/eye.js";
import { centre, Face, type Point, type Region } from "./face.ts";
import type { Photo } from "./photo.ts";

/** Each pass looks for faces this much larger. */
const FACE_STEP = 1.15;
const EYE_STEP = 1.1;
/** Overlapping finds that make a face, and an eye. */
const FACE_NEIGHBOURS = 3;
const EYE_NEIGHBOURS = 1;
/** Eyes are looked for in this band of a face, shares of its height, … */
const EYES_TOP = 0.15;
const EYES_HEIGHT = 0.45;
/** … which is shrunk to this width, if it is wider. */
const EYES_WIDTH = 240;
/** Eyes closer than this share of a face's width, or more tilted than this, are none. */
const MIN_EYE_SHARE = 0.2;
const MAX_TILT = 0.6;

const FACES: Pattern = { cascade: jsfeat.haar.frontalface, step: FACE_STEP, neighbours: FACE_NEIGHBOURS };
const EYES: Pattern = { cascade: jsfeat.haar.eye, step: EYE_STEP, neighbours: EYE_NEIGHBOURS };

/** Sums over a picture's pixels, from which the sum of any rectangle follows at once (Viola and Jones). */
interface Sums {
  readonly width: number;
  readonly height: number;
  readonly plain: Int32Array;
  /** Exact well beyond what 32 bits hold. */
  readonly squares: Float64Array;
}

/** Finds frontal faces and their eyes with Haar cascades. */
export class FaceFinder {
  readonly #longest: number;

  /** `longest`: faces are looked for in photos shrunk to this, pixels of their longer side; eyes in the photo itself. */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** The faces of a photo, the surest first. */
  facesIn(photo: Photo): Face[] {
    const small = photo.shrunkTo(this.#longest);
    const scale = photo.width / small.width;
    return find(sumsOf(small), FACES).flatMap((found) => {
      const region = scaled(found, scale);
      const eyes = this.#eyesIn(photo, region);
      return eyes === undefined ? [] : [new Face(region, ...eyes)];
    });
  }

  /** Both eyes; one that can't be seen is taken to be where the other's mirror image is. */
  #eyesIn(photo: Photo, region: Region): [Point, Point] | undefined {
    const { x, y, width, height } = region;
    const band = photo.part({ x, y: y + EYES_TOP * height, width, height: EYES_HEIGHT * height });
    const small = band.photo.shrunkTo(EYES_WIDTH);
    const scale = band.photo.width / small.width;
    const eyes = find(sumsOf(small), EYES)
      .map((eye) => centre(scaled(eye, scale)))
      .map((eye) => ({ x: eye.x + band.x, y: eye.y + band.y }));
    const middle = centre(region).x;
    const mirrored = (eye: Point | undefined) => eye && { x: 2 * middle - eye.x, y: eye.y };
    const seen = [eyes.find((eye) => eye.x < middle), eyes.find((eye) => eye.x >= middle)] as const;
    const left = seen[0] ?? mirrored(seen[1]), right = seen[1] ?? mirrored(seen[0]);
    if (left === undefined || right === undefined) return undefined;
    const apart = right.x - left.x;
    const level = Math.abs(right.y - left.y) <= MAX_TILT * apart;
    return apart >= MIN_EYE_SHARE * width && level ? [left, right] : undefined;
  }
}

function sumsOf({ width, height, pixels }: Photo): Sums {
  const size = (width + 1) * (height + 1);
  const picture = new jsfeat.matrix_t(width, height, jsfeat.U8_t | jsfeat.C1_t);
  picture.data.set(pixels);
  jsfeat.imgproc.equalize_histogram(picture, picture);
  const sums = { width, height, plain: new Int32Array(size), squares: new Float64Array(size) };
  jsfeat.imgproc.compute_integral_image(picture, sums.plain, sums.squares, null);
  return sums;
}

/** What to look for: a cascade, how sizes grow, and how many overlapping finds make one. */
interface Pattern {
  readonly cascade: unknown;
  readonly step: number;
  readonly neighbours: number;
}

/** Where a pattern was found, the most often confirmed place first. */
function find({ width, height, plain, squares }: Sums, { cascade, step, neighbours }: Pattern): Region[] {
  const { haar } = jsfeat;
  const found = haar.detect_multi_scale(plain, squares, null, null, width, height, cascade, step, 1);
  const grouped: Region[] = haar.group_rectangles(found, neighbours);
  return grouped.sort((a, b) => b.neighbors - a.neighbors);
}

function scaled({ x, y, width, height, neighbors }: Region, by: number): Region {
  return { x: x * by, y: y * by, width: width * by, height: height * by, neighbors };
}
