import { parseHashLine, parseNdbLine } from "./clamav.ts";
import { parseUserdb, type PeidOptions, type Refused } from "./peid.ts";
import type { Sample, Signature } from "./signature.ts";

/** A collection of signatures. */
export class Library {
  readonly #signatures: Signature[] = [];
  readonly #ignored: ReadonlySet<string>;
  /** Signatures that could not be used. */
  readonly refused: Refused[] = [];

  /** Signatures with a name among `ignore` are left out. */
  constructor(ignore: Iterable<string> = []) {
    this.#ignored = new Set(ignore);
  }

  get size(): number {
    return this.#signatures.length;
  }

  add(signature: Signature): void {
    if (!this.#ignored.has(signature.name)) this.#signatures.push(signature);
  }

  /** Adds the signatures of a file's text; its format is told by the file's name. */
  addText(text: string, fileName: string, options: PeidOptions = {}): void {
    if (/\.h[ds]b$/i.test(fileName)) this.#addLines(text, parseHashLine);
    else if (/\.ndb$/i.test(fileName)) this.#addLines(text, parseNdbLine);
    else if (/\.txt$/i.test(fileName)) {
      const { signatures, refused } = parseUserdb(text, options);
      for (const signature of signatures) this.add(signature);
      this.refused.push(...refused);
    } else {throw new TypeError(
        `Cannot tell the format of ${fileName}: it must end in .ndb, .hdb, .hsb or .txt`,
      );}
  }

  addFile(path: string, options: PeidOptions = {}): void {
    // Signature names come in many encodings; as Latin-1 every file can be read and names stay apart.
    this.addText(new TextDecoder("latin1").decode(Deno.readFileSync(path)), path, options);
  }

  /** Names of the signatures that a sample matches, each once, in the library's order. */
  namesMatching(sample: Sample): string[] {
    const names = new Set<string>();
    for (const signature of this.#signatures) {
      if (!names.has(signature.name) && signature.matches(sample)) names.add(signature.name);
    }
    return [...names];
  }

  #addLines(text: string, parse: (line: string) => Signature): void {
    for (const line of text.split(/\r?\n/)) {
      if (line.trim() === "" || line.startsWith("#")) continue;
      try {
        this.add(parse(line));
      } catch (error) {
        this.refused.push({ name: line.slice(0, 40), reason: (error as Error).message });
      }
    }
  }
}
