import type { NamedChunk } from "../host/device_files.ts";
import { MAX_ASKED } from "./blobs.ts";

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
}

/** What an app's clones were sent: code and files, by hash. Kept between runs, so that the next one need not send it. */
export class CloneMemory {
  readonly #code = new Set<string>();
  readonly #reads = new Map<string, ReadFile>();
  /** Of these, what this run's methods read, in that order. */
  readonly #order = new Set<string>();
  readonly #isThere: (hash: string) => boolean;
  #changed = false;

  /** `isThere`: whether the clone's store has it, as far as is known. */
  constructor(isThere: (hash: string) => boolean) {
    this.#isThere = isThere;
  }

  /** Takes over what the last run left. Whatever is no such thing is ignored. */
  load(note: Partial<MemoryNote> | null | undefined): void {
    for (const hash of note?.code ?? []) this.#code.add(hash);
    for (const read of note?.reads ?? []) if (!this.#reads.has(read.path)) this.#reads.set(read.path, read);
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
    if (!this.#changed && isOrdered) return undefined;
    this.#changed = false;
    const reads = paths.map((path) => this.#reads.get(path)!);
    this.#reads.clear();
    for (const read of reads) this.#reads.set(read.path, read);
    return { code: [...this.#code], reads };
  }
}
