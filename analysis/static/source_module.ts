/** A module to be analysed: JavaScript, types already stripped. */
export interface SourceModule {
  readonly url: string;
  /** Its path from the app's root, or `npm:pkg@1.2.3/file.js`: the first part of its methods' ids. */
  readonly path: string;
  readonly text: string;
  /** What the person wrote, where types were blanked out; positions are the same. */
  readonly original?: string;
  readonly kind: "module" | "script";
  /** What its specifiers mean: a URL of another module, or `node:fs`. */
  readonly imports: ReadonlyMap<string, string>;
}

/** Lines of a text by offset. */
export class LineIndex {
  readonly #starts: number[];

  constructor(text: string) {
    this.#starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  }

  /** The line, from 1, and the column, from 0, of an offset. */
  at(offset: number): { line: number; column: number } {
    let low = 0, high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - this.#starts[low]! };
  }
}
