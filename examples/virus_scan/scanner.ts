import { formatOf } from "./file_format.ts";
import type { Library } from "./library.ts";
import { sampleOf } from "./signature.ts";

/** What was found in one file. */
export interface Finding {
  readonly path: string;
  readonly bytes: number;
  readonly names: readonly string[];
}

/** Scans files against a library, one at a time, and keeps count. */
export class Scanner {
  readonly #library: Library;
  readonly findings: Finding[] = [];
  scannedFiles = 0;
  scannedBytes = 0;

  constructor(library: Library) {
    this.#library = library;
  }

  /** Reads and scans one file. @throws what reading it throws. */
  scanFile(path: string): Finding {
    const data = Deno.readFileSync(path);
    const names = this.#library.namesMatching(sampleOf(data, formatOf(data)));
    const finding = { path, bytes: data.length, names };
    this.scannedFiles++;
    this.scannedBytes += data.length;
    if (names.length > 0) this.findings.push(finding);
    return finding;
  }
}
