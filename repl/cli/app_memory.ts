import type { Conditions } from "../../runtime/mod.ts";
import { MODEL_VERSION } from "../../analysis/versions/mod.ts";
import { CARRYING_VERSION } from "../../runtime/versions/mod.ts";
import { stampOf } from "../boot/mod.ts";
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
  readonly starts?: StartNotes;
}

/** What one run under the runtime came to. */
export interface RunNote {
  readonly features: readonly number[];
  readonly way: string;
  /** What its migrations saved, less what the runtime's start took; milliseconds. */
  readonly savedMs: number;
  /** Whether nothing migrated. */
  readonly stayed?: boolean;
  /** Whether it did so by a sampler's guess of what things take, which it taught better. */
  readonly guessed?: boolean;
  /** All that it took, milliseconds. */
  readonly ms?: number;
  /** What the runtime's start took, milliseconds; the link and the clone as measured. */
  readonly startMs?: number;
  /** How long it waited for a session with the clone on top of that, milliseconds. */
  readonly openingMs?: number;
  readonly conditions?: Conditions;
}

/** The largest input on which an app of which nothing is known yet has ended so soon that watching it again is no use. */
interface BriefNote {
  readonly stamp: string;
  readonly features: readonly number[];
}

/** What the runtime's start takes on this device, as far as is known; milliseconds. */
interface StartNote {
  readonly ms: number;
}

/** What a run takes on this device without a clone, as far as is known; milliseconds. */
export interface AloneNote {
  readonly features: readonly number[];
  readonly ms: number;
  /** Whether it had none; else that is what it would have taken. */
  readonly measured?: boolean;
  /** Whether the decision model hasn't been told yet. */
  readonly untold?: boolean;
}

/** Runs of an app, by which later ones choose how to start. */
export interface StartNotes {
  readonly runs: readonly RunNote[];
  readonly alone?: readonly AloneNote[];
  /** Milliseconds that pass on this device while a processor works for the app for one: 1, unless it gets a share only, or waits. */
  readonly perCpuMs?: number;
  /** What of a run without a clone passes before anything of it is sampled, so that no share of it is a method's. */
  readonly unseenMs?: number;
  /** Runs that have started plainly since the last one under the runtime. */
  readonly skipped?: number;
}

/** The file, in an app's root, in which the user says what must stay and what need not. */
export const OVERRIDES_FILE = "clonecloud.json";

/** Profiles that are wanted of one version of an app's code; from then on only the decision model learns. */
const WANTED_EXECUTIONS = 2;

/** Methods that migrated and came to something that means the device, for one text of the app's code. */
interface MissNote {
  /** Of the runtime that met them: another may carry what this one couldn't. */
  readonly carrying?: string;
  readonly files: readonly string[];
  readonly codeHash: string;
  readonly misses: readonly KnownMiss[];
}

/** The notes of earlier runs of an app, two small files in the home. Anything unreadable counts as not there. */
export class AppMemory {
  readonly #path: string;
  readonly #missPath: string;
  readonly #briefPath: string;
  readonly #startPath: string;

  private constructor(folder: string, name: string) {
    this.#path = `${folder}/${name}.json`;
    this.#missPath = `${folder}/${name}.misses.json`;
    this.#briefPath = `${folder}/${name}.brief.json`;
    this.#startPath = `${folder}/start.json`;
  }

  static async open(app: App, home: string): Promise<AppMemory> {
    const folder = `${home}/apps`;
    Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
    return new AppMemory(folder, (await sha256(new TextEncoder().encode(app.main))).slice(0, 24));
  }

  /** The note, if the app's code still is what it was made for. */
  async read(): Promise<PlanNote | undefined> {
    const note = await readNote<PlanNote>(this.#path);
    return (note?.model as { version?: unknown } | undefined)?.version === MODEL_VERSION ? note : undefined;
  }

  /** When the note was written, milliseconds since 1970; 0 if there is none. */
  writtenMs(): number {
    try {
      return Deno.statSync(this.#path).mtime?.getTime() ?? 0;
    } catch {
      return 0;
    }
  }

  write(note: PlanNote): void {
    writeNote(this.#path, note);
  }

  /** What the runtime's own start takes on this device, milliseconds, going by all apps; undefined until one has shown it. */
  startMs(): number | undefined {
    try {
      const { ms } = JSON.parse(Deno.readTextFileSync(this.#startPath));
      return typeof ms === "number" && ms > 0 ? ms : undefined;
    } catch {
      return undefined;
    }
  }

  /** Takes what a start took, with care: a disturbed one may take many times as long. */
  addStart(ms: number): void {
    const before = this.startMs();
    writeNote(this.#startPath, { ms: before === undefined ? ms : (before + Math.min(ms, 2 * before)) / 2 });
  }

  /** Sizes of the input on which it has ended at once, if its main module still is what it was. */
  brief(main: string): readonly number[] | undefined {
    try {
      const { stamp, features }: BriefNote = JSON.parse(Deno.readTextFileSync(this.#briefPath));
      return stamp === stampOf(main) && Array.isArray(features) ? features : undefined;
    } catch {
      return undefined;
    }
  }

  /** Takes that it has ended at once on such an input. */
  addBrief(main: string, features: readonly number[]): void {
    const stamp = stampOf(main);
    if (stamp !== undefined) writeNote(this.#briefPath, { stamp, features });
  }

  /** It doesn't end at once after all. */
  dropBrief(): void {
    Deno.removeSync(this.#briefPath);
  }

  /** Misses of earlier runs, if the app's code and the runtime still are what they were met in. */
  async misses(): Promise<readonly KnownMiss[]> {
    const note = await readNote<MissNote>(this.#missPath);
    return note?.carrying === CARRYING_VERSION ? note.misses : [];
  }

  /** Adds misses that a run has met; all that are known now. `files` are those of the modules that it loaded. */
  async addMisses(
    files: readonly string[],
    misses: readonly KnownMiss[],
  ): Promise<readonly KnownMiss[]> {
    const codeHash = await hashFiles(files);
    const all = [...new Map([...await this.misses(), ...misses].map((miss) => [miss.method, miss])).values()];
    if (codeHash !== undefined) {
      writeNote(this.#missPath, { carrying: CARRYING_VERSION, files, codeHash, misses: all });
    }
    return all;
  }

  /** Whether a run should be sampled. */
  static wantsProfile(note: PlanNote | undefined): boolean {
    return note === undefined || note.executions < WANTED_EXECUTIONS;
  }
}

async function readNote<T extends { readonly files: readonly string[]; readonly codeHash: string }>(
  path: string,
): Promise<T | undefined> {
  try {
    const note = JSON.parse(Deno.readTextFileSync(path)) as T;
    return await hashFiles(note.files) === note.codeHash ? note : undefined;
  } catch {
    return undefined;
  }
}

function writeNote(path: string, note: PlanNote | MissNote | BriefNote | StartNote): void {
  const draft = `${path}.${Deno.pid}`;
  try {
    Deno.writeTextFileSync(draft, JSON.stringify(note), { mode: 0o600 });
    Deno.renameSync(draft, path);
  } catch (error) {
    try {
      Deno.removeSync(draft);
    } catch { /* it was never there */ }
    throw error;
  }
}

/** Hash of the files' names and contents; undefined if one is gone. Only the user's overrides need not be there. */
export async function hashFiles(files: readonly string[]): Promise<string | undefined> {
  try {
    const hashes = files.map(async (file) => `${file}\0${await sha256(textOf(file))}\n`);
    return await sha256(new TextEncoder().encode((await Promise.all(hashes)).join("")));
  } catch {
    return undefined;
  }
}

function textOf(file: string): Uint8Array<ArrayBuffer> {
  try {
    return Deno.readFileSync(file);
  } catch (error) {
    if (!file.endsWith(`/${OVERRIDES_FILE}`) || !(error instanceof Deno.errors.NotFound)) throw error;
    return new Uint8Array();
  }
}

/** Not by `node:crypto`: loading that takes a weak device longer than all its hashing. */
async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
