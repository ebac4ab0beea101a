import type { ControlChannel, Message, Peer } from "../../net/mod.ts";
import { Run } from "./app_run.ts";
import { parseCommand } from "./command.ts";
import { failureOf } from "./failure.ts";
import { ownClones } from "./own_clones.ts";
import { RunCaller } from "./run_caller.ts";
import { run } from "./run.ts";
import { RunFolders } from "./run_folders.ts";
import { ownTerms, type RunAnswer, type RunRequest } from "./run_messages.ts";
import { type RunOptions, runOptions } from "./run_options.ts";
import { SourceStamps } from "./source_stamps.ts";

/** Runs at once; each holds a thread that waits for what its app says. */
const MAX_RUNS = 64;

/**
 * Serves this device's runs in its running peer, where all that they need is loaded and warm: a process of its own for each
 * takes a weak device longer to start than anything else that we do.
 */
export class RunService {
  readonly #peer: Peer;
  readonly #home: string;
  readonly #terms = ownTerms();
  readonly #stamps: SourceStamps;
  readonly #runs = new Set<Promise<void>>();
  readonly #folders = new RunFolders();

  private constructor(peer: Peer, home: string, stamps: SourceStamps) {
    this.#peer = peer;
    this.#home = home;
    this.#stamps = stamps;
  }

  /** Undefined if this process may not do what a run needs, or can't tell whether it is still the same program as theirs. */
  static open(peer: Peer, home: string): RunService | undefined {
    const names = ["read", "write", "run", "env", "sys"] as const;
    if (names.some((name) => Deno.permissions.querySync({ name }).state !== "granted")) return undefined;
    try {
      return new RunService(peer, Deno.realPathSync(home), SourceStamps.take(ownTerms().runtime));
    } catch {
      return undefined;
    }
  }

  /** Serves one run from its request to its end. */
  async serve(control: ControlChannel, message: Message): Promise<void> {
    const request = message as unknown as RunRequest;
    const refusal = this.#refusal(request);
    if (refusal !== undefined) return void control.send({ ok: false, error: refusal });
    const served = this.#serve(control, request);
    this.#runs.add(served);
    await served.finally(() => this.#runs.delete(served));
  }

  /** Resolves when no run is served any more; their callers must be gone. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#runs);
    this.#folders.close();
  }

  /** Why the caller has to do without. */
  #refusal({ terms, place }: RunRequest): string | undefined {
    const same = JSON.stringify(terms) === JSON.stringify(this.#terms);
    if (!same || place.denoPath !== this.#terms.denoPath) {
      return "Cannot serve run: another runtime, Deno, user or view of the files";
    }
    if (this.#runs.size >= MAX_RUNS) return `Cannot serve run: ${MAX_RUNS} are served`;
    return this.#stamps.areCurrent()
      ? undefined
      : "Cannot serve run: the runtime's files have changed since the peer started";
  }

  async #serve(control: ControlChannel, { args, home, place }: RunRequest): Promise<void> {
    let caller: RunCaller | undefined;
    const begin = (quiet = false) => {
      control.send({ ok: true, quiet } satisfies RunAnswer);
      return caller = new RunCaller(control, place);
    };
    try {
      const parsed = parseCommand(run, args);
      const options = parsed.values.help ? undefined : runOptions(parsed, { cwd: place.shown.cwd, home });
      if (options === undefined || !this.#canServe(options)) {
        return void control.send({ ok: false, error: "Cannot serve run: it is for its caller" });
      }
      const terminal = begin(options.quiet);
      const clones = ownClones(this.#peer, options.clones);
      // Its files were looked at when the run was asked for.
      const kept = { folders: this.#folders, stampOf: (path: string) => this.#stamps.of(path) };
      const served = new Run({ options, place, terminal, aside: terminal, clones, kept });
      terminal.tell({ type: "done", code: await served.start() });
    } catch (error) {
      const failure = await failureOf(error, "run") ??
        { text: `error: ${(error as Error).stack ?? error}`, code: 1 };
      (caller ?? begin()).tell({ type: "failed", failure });
    } finally {
      caller?.close();
    }
  }

  /** Not what only the caller has: the clone that it would start, its open files by name, and another home. */
  #canServe({ clones, trace, app, home }: RunOptions): boolean {
    const named = [trace, app.path].some((path) => /^\/(dev|proc)\//.test(path ?? ""));
    return !clones.includes("spawn") && !named && realPath(home) === this.#home;
  }
}

/** Undefined of what isn't there. */
function realPath(path: string): string | undefined {
  try {
    return Deno.realPathSync(path);
  } catch {
    return undefined;
  }
}
