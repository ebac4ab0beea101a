/** Bytes of one device file, read as they are needed. */
export interface ContentSource {
  /** The device's path they are at, while the method is away. */
  readonly path: string;
  readonly size: number;
  /** Exactly `bytes` bytes from `at`, both within `size`. */
  read(at: number, bytes: number): Uint8Array;
}

/** Bytes that were written, and where. */
export interface Piece {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** What a file's content has become, as told to the device. */
export interface ContentChange {
  readonly size: number;
  /** How many of the device's own bytes, from the start, still are part of it where no piece is. */
  readonly kept: number;
  readonly pieces: readonly Piece[];
}

/** Bytes are fetched, kept and sent home in pages of this size. */
const PAGE_BYTES = 64 * 1024;
/** A file up to this size is fetched whole at its first read. */
const WHOLE_BYTES = 4 * 1024 * 1024;
/** What is fetched of a larger one at once: doubled while it is read in order. */
const FIRST_WINDOW = 4;
const MAX_WINDOW = 128;
/** What one request asks for at most: 16 MiB. */
const MAX_FETCH_PAGES = 256;
/** Pages of one file that are kept although they could be fetched again: 64 MiB. */
const MAX_CLEAN_PAGES = 1024;

/**
 * A file's bytes at the clone: pages of the device's file, fetched when they are read, under pages that were written. Its
 * memory is what was written and a bounded number of other pages, however large the file is.
 */
export class FileContent {
  readonly #source: ContentSource | undefined;
  /** Bytes of the source that still count: less than its size after a truncation. */
  #kept: number;
  #size: number;
  readonly #clean = new Map<number, Uint8Array>();
  readonly #dirty = new Map<number, Uint8Array>();
  #window = FIRST_WINDOW;
  #expected = -1;
  #changed: boolean;

  constructor(source?: ContentSource) {
    this.#source = source;
    this.#kept = this.#size = source?.size ?? 0;
    this.#changed = source === undefined;
  }

  get size(): number {
    return this.#size;
  }

  /** Whether it is something else than its source. */
  get isChanged(): boolean {
    return this.#changed;
  }

  /** The device's path of what it is based on. */
  get basePath(): string | undefined {
    return this.#kept > 0 ? this.#source?.path : undefined;
  }

  /** An independent file with the same bytes. */
  copy(): FileContent {
    const copy = new FileContent(this.#source);
    copy.#kept = this.#kept;
    copy.#size = this.#size;
    for (const [page, bytes] of this.#clean) copy.#clean.set(page, bytes);
    for (const [page, bytes] of this.#dirty) copy.#dirty.set(page, bytes.slice());
    copy.#changed = true;
    return copy;
  }

  /** Up to `bytes` bytes from `at`; fewer at the end. */
  read(at: number, bytes: number): Uint8Array {
    const end = Math.min(this.#size, at + bytes);
    if (end <= at) return new Uint8Array();
    const out = new Uint8Array(end - at);
    for (let from = at; from < end;) {
      const page = Math.floor(from / PAGE_BYTES);
      const start = page * PAGE_BYTES;
      const until = Math.min(end, start + PAGE_BYTES);
      const held = this.#dirty.get(page) ?? this.#page(page, end);
      if (held !== undefined) out.set(held.subarray(from - start, until - start), from - at);
      from = until;
    }
    return out;
  }

  write(at: number, bytes: Uint8Array): void {
    this.#changed = true;
    for (let from = 0; from < bytes.length;) {
      const page = Math.floor((at + from) / PAGE_BYTES);
      const offset = at + from - page * PAGE_BYTES;
      const count = Math.min(bytes.length - from, PAGE_BYTES - offset);
      this.#own(page, count === PAGE_BYTES).set(bytes.subarray(from, from + count), offset);
      from += count;
    }
    this.#size = Math.max(this.#size, at + bytes.length);
  }

  truncate(size: number): void {
    this.#changed = true;
    if (size < this.#size) {
      const last = Math.floor(size / PAGE_BYTES);
      for (const page of [...this.#dirty.keys()]) {
        if (page > last || (page === last && size % PAGE_BYTES === 0)) this.#dirty.delete(page);
        else if (page === last) this.#dirty.get(page)!.fill(0, size % PAGE_BYTES);
      }
      if (size < this.#kept) {
        for (const page of [...this.#clean.keys()]) if (page >= last) this.#clean.delete(page);
        this.#kept = size;
      }
    }
    this.#size = size;
  }

  /** What the device must do to its own file, or to a copy of it, to have these bytes. */
  change(): ContentChange {
    const pieces = [...this.#dirty].sort(([a], [b]) => a - b).map(([page, bytes]): Piece => {
      const at = page * PAGE_BYTES;
      return { at, bytes: bytes.subarray(0, Math.max(0, Math.min(PAGE_BYTES, this.#size - at))) };
    });
    return { size: this.#size, kept: this.#kept, pieces: pieces.filter(({ bytes }) => bytes.length > 0) };
  }

  /** A page that may be written; its present bytes are fetched unless all of them are to be replaced. */
  #own(page: number, replaced: boolean): Uint8Array {
    let own = this.#dirty.get(page);
    if (own !== undefined) return own;
    own = new Uint8Array(PAGE_BYTES);
    const at = page * PAGE_BYTES;
    if (!replaced && at < this.#kept) own.set(this.read(at, PAGE_BYTES));
    this.#dirty.set(page, own);
    this.#clean.delete(page);
    return own;
  }

  /** A page of the source as far as it counts; undefined where the file is a hole. `end`: what is read now ends there. */
  #page(page: number, end: number): Uint8Array | undefined {
    const start = page * PAGE_BYTES;
    if (start >= this.#kept) return undefined;
    if (!this.#clean.has(page)) this.#fetch(page, Math.min(end, this.#kept));
    return this.#clean.get(page)!.subarray(0, this.#kept - start);
  }

  /** Fetches a page and what is likely to be read after it. */
  #fetch(page: number, until: number): void {
    const source = this.#source!;
    const whole = source.size <= WHOLE_BYTES;
    const first = whole ? 0 : page;
    const wanted = Math.max(Math.ceil(until / PAGE_BYTES) - page, this.#grow(page));
    const pages = whole ? Math.ceil(source.size / PAGE_BYTES) : Math.min(wanted, MAX_FETCH_PAGES);
    const from = first * PAGE_BYTES;
    const bytes = source.read(from, Math.min(source.size - from, pages * PAGE_BYTES));
    for (let i = 0; i * PAGE_BYTES < bytes.length; i++) {
      if (this.#dirty.has(first + i)) continue;
      this.#clean.set(first + i, bytes.subarray(i * PAGE_BYTES, (i + 1) * PAGE_BYTES));
    }
    this.#expected = first + pages;
    this.#trim();
  }

  /** Pages to fetch at once: more when they are asked for in order. */
  #grow(page: number): number {
    this.#window = page === this.#expected ? Math.min(this.#window * 2, MAX_WINDOW) : FIRST_WINDOW;
    return this.#window;
  }

  #trim(): void {
    for (const page of this.#clean.keys()) {
      if (this.#clean.size <= MAX_CLEAN_PAGES) return;
      this.#clean.delete(page);
    }
  }
}
