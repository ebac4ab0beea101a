/** What is written down while changes land: each line by itself, in this order. */
export type JournalLine =
  /** Folders that hold what is staged; written before anything is put there. */
  | { readonly folders: readonly string[] }
  /** All is staged: from here on it is carried out, unless it is undone. */
  | { readonly plan: LandingPlan }
  /** All that has to go is put aside. */
  | { readonly mark: "taken" }
  /** It is being undone. */
  | { readonly mark: "undo" }
  /** All new names are gone again. */
  | { readonly mark: "unattached" }
  /** All is done: only what is put aside is left to remove. */
  | { readonly mark: "landed" };

/** Bytes in a staged file, one piece after the other, and where they belong. */
export interface StagedBytes {
  readonly file: string;
  readonly pieces: readonly { readonly at: number; readonly bytes: number }[];
  readonly kept: number;
  readonly size: number;
}

/** What a device file is to become in place, or was. */
export interface FileState {
  readonly content?: StagedBytes;
  readonly mode?: number;
  readonly atime?: number;
  readonly mtime?: number;
}

/** A device file that changes in place; `origin` is where it was, `before` what it was like. */
export interface PatchStep {
  readonly path: string;
  readonly origin?: string;
  readonly next: FileState;
  readonly before?: FileState;
}

/** Every step of a landing, each of which can be done again if it was interrupted. */
export interface LandingPlan {
  readonly taken: readonly { readonly path: string; readonly slot: string }[];
  readonly attached: readonly { readonly path: string; readonly slot?: string; readonly link?: string }[];
  readonly patched: readonly PatchStep[];
}

const SUFFIX = ".journal";

/** A file of lines that survive whatever happens to this process after they were added. */
export class LandingJournal {
  readonly #path: string;
  readonly #file: Deno.FsFile;

  private constructor(path: string, file: Deno.FsFile) {
    this.#path = path;
    this.#file = file;
  }

  static create(folder: string, id: string): LandingJournal {
    Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const path = `${folder}/${id}${SUFFIX}`;
    const file = Deno.openSync(`${path}.new`, { append: true, create: true, mode: 0o600 });
    // Whoever looks for journals that were left must not take this one.
    file.lockSync(true);
    Deno.renameSync(`${path}.new`, path);
    return new LandingJournal(path, file);
  }

  add(line: JournalLine): void {
    const bytes = new TextEncoder().encode(`${JSON.stringify(line)}\n`);
    for (let at = 0; at < bytes.length;) at += this.#file.writeSync(bytes.subarray(at));
    this.#file.syncDataSync();
  }

  /** The landing is over. */
  remove(): void {
    this.#file.close();
    Deno.removeSync(this.#path);
  }

  /** Ends writing; the landing stays as it is. */
  leave(): void {
    this.#file.close();
  }
}

/** A journal whose process is gone. */
export interface LeftJournal {
  readonly path: string;
  /** A line that wasn't written to its end doesn't count. */
  readonly lines: readonly JournalLine[];
}

/** Ends each journal that was left in a folder; those of processes that live are passed over. */
export function endLeftJournals(folder: string, end: (journal: LeftJournal) => void): void {
  for (const name of namesIn(folder)) {
    const path = `${folder}/${name}`;
    if (!name.endsWith(SUFFIX)) continue;
    using file = Deno.openSync(path, { read: true, write: true });
    if (!file.tryLockSync(true)) continue;
    const whole = Deno.readTextFileSync(path).split("\n").slice(0, -1);
    end({ path, lines: whole.map((line) => JSON.parse(line)) });
  }
}

function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
