import { type Document, Note } from "./note.ts";

/** Two notes and how alike they are, 0 to 1. */
export interface Pair {
  readonly a: Note;
  readonly b: Note;
  readonly similarity: number;
}

/** Notes and which words they share. */
export class NotesIndex {
  readonly #notes = new Map<string, Note>();
  readonly #postings = new Map<string, Set<Note>>();
  /** Weighted terms by document; emptied whenever a note is added, since that changes all weights. */
  readonly #weights = new Map<Document, Map<string, number>>();

  get size(): number {
    return this.#notes.size;
  }

  /** Reads all notes of a folder at the same time. */
  async addFolder(folder: string): Promise<void> {
    const paths: string[] = [];
    for await (const entry of Deno.readDir(folder)) {
      if (entry.isFile && entry.name.endsWith(".md")) paths.push(`${folder}/${entry.name}`);
    }
    const sources = await Promise.all(paths.sort().map((path) => Deno.readTextFile(path)));
    sources.forEach((source, i) => this.add(new Note(paths[i]!, source)));
  }

  add(note: Note): void {
    this.#notes.set(note.title, note);
    for (const term of note.terms.keys()) {
      const notes = this.#postings.get(term) ?? new Set();
      this.#postings.set(term, notes.add(note));
    }
    this.#weights.clear();
  }

  /** The notes that are most like a document, best first. */
  async related(document: Document, count: number): Promise<Pair["a"][]> {
    const scored: { note: Note; similarity: number }[] = [];
    for (const note of this.#notes.values()) {
      if (note !== document) scored.push({ note, similarity: await this.similarity(document, note) });
    }
    return scored.filter(({ similarity }) => similarity > 0)
      .sort((a, b) => b.similarity - a.similarity || (a.note.title < b.note.title ? -1 : 1))
      .slice(0, count).map(({ note }) => note);
  }

  /** Cosine of the two documents' weighted terms. */
  async similarity(a: Document, b: Document): Promise<number> {
    const [left, right] = [this.#weightsOf(a), this.#weightsOf(b)];
    let dot = 0;
    for (const [term, weight] of left) dot += weight * (right.get(term) ?? 0);
    return dot / (norm(left) * norm(right) || 1);
  }

  /** Titles that notes link to and that no note has. */
  brokenLinks(): string[] {
    return [...this.#notes.values()].flatMap((note) => note.links).filter((title) => !this.#notes.has(title));
  }

  [Symbol.iterator](): Iterator<Note> {
    return this.#notes.values();
  }

  #weightsOf(document: Document): Map<string, number> {
    let weights = this.#weights.get(document);
    if (weights === undefined) {
      weights = new Map();
      for (const [term, count] of document.terms) {
        const frequency = this.#postings.get(term)?.size ?? 0;
        weights.set(term, count * Math.log((1 + this.#notes.size) / (1 + frequency)));
      }
      this.#weights.set(document, weights);
    }
    return weights;
  }
}

function norm(weights: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const weight of weights.values()) sum += weight ** 2;
  return Math.sqrt(sum);
}
