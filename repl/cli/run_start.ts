import type { DeciderModel } from "../../analysis/cost/mod.ts";
import type { Conditions } from "../../runtime/mod.ts";
import type { PlanNote, StartNotes } from "./app_memory.ts";
import { later } from "./later.ts";
import type { Report } from "./learning.ts";
import type { RunOptions } from "./run_options.ts";
import { undisturbedShare } from "./undisturbed.ts";
import type { Watched } from "./watched_run.ts";
import {
  gainsNothing,
  isShort,
  ranAlone,
  savedAgain,
  SavedTime,
  type Start,
  started,
  startOf,
  startsPlainly,
  told,
} from "./start_choice.ts";

/** What a run came to, as far as its start is judged by it. */
export interface RunOutcome {
  readonly report: Report | undefined;
  readonly conditions: Conditions | undefined;
  /** Code was rewritten at its start, which no later run pays. */
  readonly rewrote: boolean;
}

/** One run's start: whether it is worth it, what it took, and what later runs are told of that. */
export class RunStart {
  readonly saved = new SavedTime();
  /** What this process did for the runtime before the app's own started. */
  preparingMs = 0;
  /** What the app's process took. */
  wallMs = 0;
  readonly #options: RunOptions;
  readonly #cwd: string;

  /** `cwd`: what the app's arguments are seen from. */
  constructor(options: RunOptions, cwd: string) {
    this.#options = options;
    this.#cwd = cwd;
  }

  get features(): readonly number[] {
    return this.#start().features;
  }

  /** What the runtime's start took; undefined if this run had none. */
  ms(report: Report | undefined): number | undefined {
    return report?.bootMs === undefined ? undefined : report.bootMs + this.preparingMs;
  }

  /** Why the runtime's start won't be paid back, if that is so, and the note with all that is known by then. */
  async whyPlainly(
    note: PlanNote,
    { profile, usualMs }: { readonly profile: boolean; readonly usualMs: () => number },
  ): Promise<{ readonly why?: string; readonly note: PlanNote }> {
    const { starts } = note;
    if (starts === undefined) return { note };
    const start = this.#start();
    if (!profile && startsPlainly(starts, start, false)) {
      return { why: "a run on as much gained nothing by a clone", note };
    }
    const { Decider, SizeModel } = await costs();
    if (isShort(starts, start, new SizeModel(), usualMs)) {
      return { why: "a run on so little takes less than a start for a clone", note };
    }
    // One run more is to be looked at, whatever it gains.
    if (profile) return { note };
    const known = new Decider(note.model as DeciderModel);
    const after = told(starts, known);
    const model = after === undefined ? note.model : known.toJSON();
    const taught = { ...note, model, starts: after ?? starts };
    const startMs = starts.runs.findLast((run) => run.startMs !== undefined)?.startMs ?? 0;
    const nothing = gainsNothing(starts, start, new Decider(model as DeciderModel, { startMs }));
    return { ...(nothing && { why: "a run on so little gains nothing by a clone" }), note: taught };
  }

  /** The notes with this run's length, which was that without a clone but for what watching took. */
  withWall(
    starts: StartNotes,
    { watched, ...more }: { readonly untold?: boolean; readonly watched?: Watched | undefined } = {},
  ): StartNotes {
    const ms = this.wallMs - (watched?.ownMs ?? 0);
    const known = ranAlone(starts, this.#start(), { ms, measured: true, ...more });
    if (watched === undefined) return known;
    const { wallMs, cpuMs, sampledMs } = watched;
    return {
      ...known,
      unseenMs: Math.max(0, ms - sampledMs),
      // A start keeps several processors at work, what follows mostly one.
      ...(cpuMs !== undefined && { perCpuMs: Math.max(1, wallMs / cpuMs) }),
    };
  }

  /** Later runs know by this whether the runtime's start is paid back. The first run of a code says nothing of them. */
  async notes(
    before: StartNotes | undefined,
    { report, conditions, rewrote }: RunOutcome,
  ): Promise<StartNotes | undefined> {
    const startMs = this.ms(report);
    if (report?.bootMs === undefined || startMs === undefined) return before;
    const { bootMs, openingMs = 0, learned } = report;
    const share = this.saved.ms === 0 ? undisturbedShare(this.wallMs - openingMs, report, before) : 1;
    const ms = (this.wallMs - bootMs - openingMs) * share + this.saved.ms;
    const known = ranAlone(before ?? { runs: [] }, this.#start(), { ms });
    // A start in which code was rewritten is no measure of later ones; what migrations lost is.
    if (rewrote && this.saved.ms >= 0) return known;
    const run = {
      ...this.#start(),
      savedMs: this.saved.ms - (rewrote ? 0 : startMs + openingMs),
      ...(this.saved.ms === 0 && { stayed: true, ...(report.profile !== undefined && { guessed: true }) }),
      ...(!rewrote && { startMs, openingMs, ms: this.wallMs + this.preparingMs }),
      ...(conditions !== undefined && { conditions }),
    };
    if (this.saved.ms === 0 || run.savedMs >= 0 || learned === null) return started(known, run);
    const { Decider } = await costs();
    return started(known, { ...run, savedMs: savedAgain(known, run, new Decider(learned)) });
  }

  #start(): Start {
    const way = `${this.#options.clones.join(" ")} ${this.#options.link ?? ""}`;
    return startOf(this.#options.args, { cwd: this.#cwd, way });
  }
}

/** Loaded when a start is weighed, or a loss judged again. */
function costs(): Promise<typeof import("../../analysis/cost/mod.ts")> {
  return later("../../analysis/cost/mod.ts", import.meta.url);
}
