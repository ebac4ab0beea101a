/**
 * Which share of the bytes of files that an app's arguments name its clone lacks. They are looked at once: of one that
 * changes meanwhile, the share is told wrongly, which only a prediction suffers from.
 */
export class LackingFiles {
  #allBytes = 0;
  #lackingBytes = 0;
  /** Bytes of those that the clone lacks, by path. */
  readonly #lacking = new Map<string, number>();

  /** A file among the arguments. */
  add(path: string, { bytes, isThere }: { bytes: number; isThere: boolean }): void {
    this.#allBytes += bytes;
    if (isThere) return;
    this.#lackingBytes += bytes;
    this.#lacking.set(path, bytes);
  }

  /** The clone has all of a file now, among the arguments or not. */
  arrived(path: string): void {
    this.#lackingBytes -= this.#lacking.get(path) ?? 0;
    this.#lacking.delete(path);
  }

  /** Between 0 and 1; undefined if the files have no bytes. */
  get share(): number | undefined {
    return this.#allBytes === 0 ? undefined : this.#lackingBytes / this.#allBytes;
  }
}
