import { decode } from "jpeg-js";

/** A grey picture, row by row, a byte a pixel. */
export class Photo {
  constructor(readonly width: number, readonly height: number, readonly pixels: Uint8Array) {}

  /** Reads a JPEG file. @throws what reading or decoding it throws. */
  static read(path: string): Photo {
    const { width, height, data } = decode(Deno.readFileSync(path), { useTArray: true, formatAsRGBA: false });
    const pixels = new Uint8Array(width * height);
    for (let i = 0, from = 0; i < pixels.length; i++, from += 3) {
      pixels[i] = (data[from]! * 77 + data[from + 1]! * 150 + data[from + 2]! * 29) >> 8;
    }
    return new Photo(width, height, pixels);
  }

  /** The same picture with its longer side at most `longest` pixels long; each pixel is the mean of those it stands for. */
  shrunkTo(longest: number): Photo {
    const scale = Math.max(this.width, this.height) / longest;
    if (scale <= 1) return this;
    const width = Math.floor(this.width / scale), height = Math.floor(this.height / scale);
    const pixels = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) pixels[y * width + x] = this.#mean(x * scale, y * scale, scale);
    }
    return new Photo(width, height, pixels);
  }

  /** A part of it, and where that begins; what lies outside is left out. */
  part(
    region: { x: number; y: number; width: number; height: number },
  ): { photo: Photo; x: number; y: number } {
    const x = Math.max(0, Math.round(region.x)), y = Math.max(0, Math.round(region.y));
    const width = Math.min(this.width - x, Math.round(region.width));
    const height = Math.min(this.height - y, Math.round(region.height));
    const photo = new Photo(width, height, new Uint8Array(width * height));
    for (let row = 0; row < height; row++) {
      const from = (y + row) * this.width + x;
      photo.pixels.set(this.pixels.subarray(from, from + width), row * width);
    }
    return { photo, x, y };
  }

  #mean(left: number, top: number, size: number): number {
    const right = Math.min(this.width, Math.ceil(left + size));
    const bottom = Math.min(this.height, Math.ceil(top + size));
    let sum = 0, count = 0;
    for (let y = Math.floor(top); y < bottom; y++) {
      for (let x = Math.floor(left); x < right; x++, count++) sum += this.pixels[y * this.width + x]!;
    }
    return sum / count;
  }
}
