import { readRange } from "../host/file_bytes.ts";
import { totalBytes } from "./bytes.ts";
import type { Conditions } from "./conditions.ts";
import { compressing, compressionShare } from "./stream_compression.ts";

/** So many bytes of a file show how well it compresses, … */
const SAMPLE_BYTES = 16 * 1024;
/** … and the largest files how well all do. */
const SAMPLED_FILES = 4;
/** Fewer bytes are at the clone soon, however well they compress. */
const SAMPLED_FROM_BYTES = 128 * 1024;

/**
 * Which share of the bytes of files that an app's arguments name, or that it read by itself the last time, its clone
 * lacks. They are looked at once: of one that changes meanwhile, the share is told wrongly, which only a prediction
 * suffers from.
 */
export class LackingFiles {
  #allBytes = 0;
  #lackingBytes = 0;
  /** What a byte that the clone lacks takes of what it would take as it is. */
  #weight = 1;
  /** Bytes of those that the clone lacks, by path. */
  readonly #lacking = new Map<string, number>();

  /** A file that is taken to be read. */
  add(path: string, { bytes, isThere }: { bytes: number; isThere: boolean }): void {
    this.#allBytes += bytes;
    if (isThere) return;
    this.#lackingBytes += bytes;
    this.#lacking.set(path, bytes);
  }

  /** Looks how well what the clone lacks compresses: by that much less crosses the link, which the device has to compress first. */
  async weigh(conditions: Conditions): Promise<void> {
    if (this.#lackingBytes < SAMPLED_FROM_BYTES) return;
    const largest = [...this.#lacking].sort((a, b) => b[1] - a[1]).slice(0, SAMPLED_FILES);
    const samples = largest.flatMap(([path, bytes]) => sampleOf(path, bytes));
    const sampledBytes = totalBytes(samples);
    if (sampledBytes === 0) return;
    const crossing = totalBytes(await compressing(samples)) / sampledBytes;
    this.#weight = Math.min(1, crossing + compressionShare(conditions));
  }

  /** The clone has all of a file now, among the arguments or not. */
  arrived(path: string): void {
    this.#lackingBytes -= this.#lacking.get(path) ?? 0;
    this.#lacking.delete(path);
  }

  /** Between 0 and 1; undefined if the files have no bytes. */
  get share(): number | undefined {
    return this.#allBytes === 0 ? undefined : this.#weight * this.#lackingBytes / this.#allBytes;
  }
}

/** From its middle: how a file begins is often unlike the rest. */
function sampleOf(path: string, bytes: number): Uint8Array[] {
  try {
    return [readRange(path, Math.max(0, Math.floor((bytes - SAMPLE_BYTES) / 2)), SAMPLE_BYTES)];
  } catch {
    return [];
  }
}
