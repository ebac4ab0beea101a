import { appCode } from "../boot/mod.ts";
import { extraPermissions, mayStartAgain } from "./app_process.ts";
import { type LessonNote, Lessons, notesOf } from "./lessons.ts";
import { SHORT_MS } from "./start_choice.ts";

const MAX_WATCHED_CHARS = 200;

/** What watching an app showed but for its profile, milliseconds. */
export interface Watched {
  /** What watching took of the app's time. */
  readonly ownMs: number;
  /** How long the app was sampled. */
  readonly sampledMs: number;
  /** From the start of the app's process to its end, and what processors worked for it, if Deno tells. */
  readonly wallMs: number;
  readonly cpuMs?: number;
}

/** A run of an app of which nothing is known yet. */
export interface WatchedRun {
  /** The app's own Deno flags. */
  readonly flags: readonly string[];
  /** Where what it shows is kept; made by {@linkcode Lessons.begin}. */
  readonly place: string;
  /** Starts the app's process with these arguments before its main module; resolves to its exit code. */
  readonly launch: (args: readonly string[]) => Promise<number>;
  readonly note: (watched: Watched | undefined) => Omit<LessonNote, "endedMs">;
  /** Writes for later runs, or tells why that can't be done. */
  readonly keep: <T>(write: () => T) => T | undefined;
}

/**
 * Runs an app as it is, with V8's sampling profiler beside it and nothing else of ours: no rewriting, no migrator, no
 * supervisor. `learnt` is whether the run left a lesson; `seen` tells whether a module's text was shown to us.
 */
export async function watchedRun(
  { flags, place, launch, note, keep }: WatchedRun,
): Promise<{ code: number; learnt: boolean; seen: (url: string) => boolean }> {
  const notes = notesOf(place);
  Deno.writeTextFileSync(notes, "", { mode: 0o600 });
  const { urls, folders } = appCode();
  const extra = extraPermissions(flags, { read: folders, write: [notes], sampling: true });
  const query = new URLSearchParams({ notes, revoke: JSON.stringify(extra.revoke) });
  if (mayStartAgain(flags)) query.set("again", "");
  const began = performance.now();
  let learnt = false;
  try {
    const code = await launch(["run", ...flags, ...extra.flags, "--preload", `${urls.watch}?${query}`]);
    const text = Deno.readTextFileSync(notes);
    if (text.includes('{"lost":true}\n')) {
      return {
        code: await launch(["run", ...flags]),
        learnt,
        seen: () => true,
      };
    }
    const noted = text.includes('\n{"profile":');
    if (noted && performance.now() - began >= SHORT_MS) {
      learnt = keep(() => {
        Lessons.end(place, { ...note(watchedOf(text)), endedMs: Date.now() });
        return true;
      }) ?? false;
    }
    // What could not be noted may have been shown.
    return { code, learnt, seen: (url) => !noted || text.includes(`{"url":${JSON.stringify(url)}`) };
  } finally {
    if (!learnt) Lessons.drop(place);
  }
}

/** It stands at the end, behind a profile that may be large. */
function watchedOf(notes: string): Watched | undefined {
  const found = /"watched":(\{[^{}]*\})\}\n$/.exec(notes.slice(-MAX_WATCHED_CHARS));
  return found === null ? undefined : JSON.parse(found[1]!);
}
