import { createHash } from "node:crypto";
import type { App } from "./app.ts";
import type { KnownMiss } from "./misses.ts";

/** What a run starts from without loading the analysis: the last plan, for one text of the app's code. */
export interface PlanNote {
  /** Files whose text the plan is for, and the hash of it. */
  readonly files: readonly string[];
  readonly codeHash: string;
  readonly objective: "time" | "energy";
  /** Methods that get a migration point. */
  readonly candidates: readonly string[];
  /** A `DeciderModel`: what is known of their costs. */
  readonly model: unknown;
  /** Profiles that went into it. */
  readonly executions: number;
}

/** Profiles that are wanted of one version of an app's code; from then on only the decision model learns. */
const WANTED_EXECUTIONS = 2;

/** Methods that migrated and came to something that means the device, for one text of the app's code. */
interface MissNote {
  readonly files: readonly string[];
  readonly codeHash: string;
  readonly misses: readonly KnownMiss[];
}

/** The notes of earlier runs of an app, two small files in the home. Anything unreadable counts as not there. */
export class AppMemory {
  readonly #path: string;
  readonly #missPath: string;

  constructor(app: App, home: string) {
    const name = createHash("sha256").update(app.main).digest("hex").slice(0, 24);
    this.#path = `${home}/apps/${name}.json`;
    this.#missPath = `${home}/apps/${name}.misses.json`;
    Deno.mkdirSync(`${home}/apps`, { recursive: true, mode: 0o700 });
  }

  /** The note, if the app's code still is what it was made for. */
  read(): PlanNote | undefined {
    return readNote<PlanNote>(this.#path);
  }

  write(note: PlanNote): void {
    writeNote(this.#path, note);
  }

  /** Misses of earlier runs, if the app's code still is what they were met in. */
  misses(): readonly KnownMiss[] {
    return readNote<MissNote>(this.#missPath)?.misses ?? [];
  }

  /** Adds misses that a run has met; all that are known now. `files` are those of the modules that it loaded. */
  addMisses(files: readonly string[], misses: readonly KnownMiss[]): readonly KnownMiss[] {
    const codeHash = hashFiles(files);
    const all = [...new Map([...this.misses(), ...misses].map((miss) => [miss.method, miss])).values()];
    if (codeHash !== undefined) writeNote(this.#missPath, { files, codeHash, misses: all });
    return all;
  }

  /** Whether a run should be sampled. */
  static wantsProfile(note: PlanNote | undefined): boolean {
    return note === undefined || note.executions < WANTED_EXECUTIONS;
  }
}

function readNote<T extends { readonly files: readonly string[]; readonly codeHash: string }>(
  path: string,
): T | undefined {
  try {
    const note = JSON.parse(Deno.readTextFileSync(path)) as T;
    return hashFiles(note.files) === note.codeHash ? note : undefined;
  } catch {
    return undefined;
  }
}

function writeNote(path: string, note: PlanNote | MissNote): void {
  const draft = `${path}.${Deno.pid}`;
  Deno.writeTextFileSync(draft, JSON.stringify(note), { mode: 0o600 });
  Deno.renameSync(draft, path);
}

/** Hash of the files' contents; undefined if one is gone. */
export function hashFiles(files: readonly string[]): string | undefined {
  const hash = createHash("sha256");
  try {
    for (const file of files) hash.update(file).update("\0").update(Deno.readFileSync(file)).update("\0");
  } catch {
    return undefined;
  }
  return hash.digest("hex");
}
