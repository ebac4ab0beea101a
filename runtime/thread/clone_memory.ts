import type { NamedChunk } from "../host/device_files.ts";
import { MAX_ASKED } from "./blobs.ts";

/** So many that no argument names are looked at before a run's first migration. */
const MAX_OWN = 32;

/** More files than that aren't remembered: what is read first counts. */
const MAX_FILES = 4_000;

/** A file that a guest read: its state then, and what its bytes are called. */
interface ReadFile {
  readonly path: string;
  readonly state: string;
  readonly chunks: readonly NamedChunk[];
}

/** As it is kept between runs. */
export interface MemoryNote {
  readonly code: readonly string[];
  readonly reads: readonly ReadFile[];
  /** Of these, what the last run's methods read though no argument named it; missing if there was no such file. */
  readonly own?: readonly string[];
}

/** What an app's clones were sent: code and files, by hash. Kept between runs, so that the next one need not send it. */
export class CloneMemory {
  readonly #code = new Set<string>();
  readonly #reads = new Map<string, ReadFile>();
  /** Of these, what this run's methods read, in that order. */
  readonly #order = new Set<string>();
  readonly #isThere: (hash: string) => boolean;
  readonly #given: readonly string[];
  #own: readonly string[] = [];
  #changed = false;

  /** `isThere`: whether the clone's store has it, as far as is known. `given`: paths that the app's arguments name. */
  constructor(isThere: (hash: string) => boolean, given: readonly string[] = []) {
    this.#isThere = isThere;
    this.#given = given;
  }

  /** Takes over what the last run left. Whatever is no such thing is ignored. */
  load(note: Partial<MemoryNote> | null | undefined): void {
    for (const hash of note?.code ?? []) this.#code.add(hash);
    for (const read of note?.reads ?? []) if (!this.#reads.has(read.path)) this.#reads.set(read.path, read);
    this.#own = note?.own ?? [];
  }

  /** Hashes of all that it names, as many as one question holds. */
  hashes(): string[] {
    const files = [...this.#reads.values()].flatMap(({ chunks }) => chunks.map(({ hash }) => hash));
    return [...new Set([...this.#code, ...files])].slice(0, MAX_ASKED);
  }

  /** Files in the order they were read. */
  paths(): string[] {
    return [...this.#reads.keys()];
  }

  /** Files that the app reads by itself, as far as its last run showed. */
  own(): readonly string[] {
    return this.#own;
  }

  /** What a file's bytes are called, if it is in that state and the clone's store has all of them. */
  named(path: string, state: string): readonly NamedChunk[] | undefined {
    const known = this.#reads.get(path);
    if (known?.state !== state) return undefined;
    return known.chunks.every(({ hash }) => this.#isThere(hash)) ? known.chunks : undefined;
  }

  addCode(hashes: readonly string[]): void {
    for (const hash of hashes) {
      this.#changed ||= !this.#code.has(hash);
      this.#code.add(hash);
    }
  }

  addRead(read: ReadFile): void {
    if (this.#reads.get(read.path)?.state === read.state) return;
    if (this.#reads.size >= MAX_FILES && !this.#reads.has(read.path)) return;
    this.#reads.set(read.path, read);
    this.#changed = true;
  }

  /** A method read these files, in this order: what it was sent and didn't read comes after them the next time. */
  wereRead(paths: readonly string[]): void {
    for (const path of paths) if (this.#reads.has(path)) this.#order.add(path);
  }

  /** What to keep, if there is something new since this was asked last. */
  takeNote(): MemoryNote | undefined {
    const paths = [...new Set([...this.#order, ...this.#reads.keys()])];
    const isOrdered = this.paths().every((path, i) => path === paths[i]);
    const own = this.#order.size === 0 ? this.#own : this.#ownReads();
    if (!this.#changed && isOrdered && String(own) === String(this.#own)) return undefined;
    this.#own = own;
    this.#changed = false;
    const reads = paths.map((path) => this.#reads.get(path)!);
    this.#reads.clear();
    for (const read of reads) this.#reads.set(read.path, read);
    return { code: [...this.#code], reads, ...(own.length > 0 && { own }) };
  }

  #ownReads(): string[] {
    const isGiven = (path: string) => this.#given.some((one) => path === one || path.startsWith(`${one}/`));
    return [...this.#order].filter((path) => !isGiven(path)).slice(0, MAX_OWN);
  }
}
