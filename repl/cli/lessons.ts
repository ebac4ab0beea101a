import type { CodeSnapshot, Conditions } from "../../runtime/mod.ts";
import type { App } from "./app.ts";
import type { StartNotes } from "./app_memory.ts";
import type { Report } from "./learning.ts";
import type { KnownMiss } from "./misses.ts";

// What runs of apps showed waits in the home to be learnt from, a folder each, so that no run has to wait for that: a process
// of low priority works through them after the app has ended. A folder counts from the moment it has its `lesson.json`.

/** A run that has ended. */
export interface LessonNote {
  readonly app: App;
  readonly args: readonly string[];
  /** When it ended, milliseconds since 1970. */
  readonly endedMs: number;
  /** Methods that had a migration point. */
  readonly methods: readonly string[];
  readonly objective: "time" | "energy";
  /** Sizes of the run's input. */
  readonly features: readonly number[];
  readonly misses: readonly KnownMiss[];
  readonly conditions?: Conditions;
  readonly starts?: StartNotes;
}

/** What a run under the runtime leaves besides; one that was only watched leaves `notes` instead. */
export interface LessonReport {
  readonly report: Report;
  readonly code: CodeSnapshot;
}

/** More than these wait only if learning fails: then runs are no longer watched. */
const MAX_WAITING = 8;
/** Runs that were killed leave a folder without a lesson. */
const ABANDONED_MS = 24 * 60 * 60_000;

/** The lessons in one home. */
export class Lessons {
  readonly folder: string;

  constructor(home: string) {
    this.folder = `${home}/lessons`;
  }

  /** A place for what a run will show; undefined if too many wait already. */
  begin(): string | undefined {
    Deno.mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    if (this.#folders().length >= MAX_WAITING) {
      this.#folders().forEach(removeAbandoned);
      if (this.#folders().length >= MAX_WAITING) return undefined;
    }
    const place = `${this.folder}/${Date.now()}-${Deno.pid}`;
    Deno.mkdirSync(place, { mode: 0o700 });
    return place;
  }

  /** Hands a place over to whoever learns. */
  static end(place: string, note: LessonNote, report?: LessonReport): void {
    if (report !== undefined) {
      Deno.writeTextFileSync(reportOf(place), JSON.stringify(report), { mode: 0o600 });
    }
    Deno.writeTextFileSync(`${place}/draft`, JSON.stringify(note), { mode: 0o600 });
    Deno.renameSync(`${place}/draft`, noteOf(place));
  }

  /** Places of lessons, the oldest first. */
  waiting(): string[] {
    return this.#folders().filter((place) => exists(noteOf(place)));
  }

  static read(place: string): LessonNote {
    return JSON.parse(Deno.readTextFileSync(noteOf(place)));
  }

  /** Undefined for a run that was only watched. */
  static report(place: string): LessonReport | undefined {
    return exists(reportOf(place)) ? JSON.parse(Deno.readTextFileSync(reportOf(place))) : undefined;
  }

  static drop(place: string): void {
    Deno.removeSync(place, { recursive: true });
  }

  #folders(): string[] {
    try {
      return [...Deno.readDirSync(this.folder)].filter(({ isDirectory }) => isDirectory)
        .map(({ name }) => `${this.folder}/${name}`).sort();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  }
}

/** Where a watched run's modules and profile are; see `watch` of `repl/boot`. */
export function notesOf(place: string): string {
  return `${place}/notes`;
}

function noteOf(place: string): string {
  return `${place}/lesson.json`;
}

function reportOf(place: string): string {
  return `${place}/report.json`;
}

function removeAbandoned(place: string): void {
  if (exists(noteOf(place)) || Date.now() - Number(place.split("/").at(-1)!.split("-")[0]) < ABANDONED_MS) {
    return;
  }
  Deno.removeSync(place, { recursive: true });
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
