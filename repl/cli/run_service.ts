import type { ControlChannel, Message, Peer } from "../../net/mod.ts";
import { Run } from "./app_run.ts";
import { FailureError, UsageError } from "./command.ts";
import { ownClones } from "./own_clones.ts";
import { RunCaller } from "./run_caller.ts";
import { type Failure, ownTerms, type RunRequest } from "./run_messages.ts";
import { SourceStamps } from "./source_stamps.ts";

/** Runs at once; each holds a thread that waits for what its app says. */
const MAX_RUNS = 64;

/**
 * Serves this device's runs in its running peer, where all that they need is loaded and warm: a process of its own for each
 * takes a weak device longer to start than anything else that we do.
 */
export class RunService {
  readonly #peer: Peer;
  readonly #terms = ownTerms();
  readonly #stamps: SourceStamps;
  readonly #runs = new Set<Promise<void>>();

  private constructor(peer: Peer, stamps: SourceStamps) {
    this.#peer = peer;
    this.#stamps = stamps;
  }

  /** Undefined if this process may not do what a run needs, or can't tell whether it is still the same program as theirs. */
  static open(peer: Peer): RunService | undefined {
    const names = ["read", "write", "run", "env", "sys"] as const;
    if (names.some((name) => Deno.permissions.querySync({ name }).state !== "granted")) return undefined;
    try {
      return new RunService(peer, SourceStamps.take(ownTerms().runtime));
    } catch {
      return undefined;
    }
  }

  /** Serves one run from its request to its end. */
  async serve(control: ControlChannel, message: Message): Promise<void> {
    const request = message as unknown as RunRequest;
    const refusal = this.#refusal(request);
    if (refusal !== undefined) return void control.send({ ok: false, error: refusal });
    control.send({ ok: true });
    const served = this.#serve(new RunCaller(control, request.place), request);
    this.#runs.add(served);
    await served;
    this.#runs.delete(served);
  }

  /** Resolves when no run is served any more; their callers must be gone. */
  async ended(): Promise<void> {
    await Promise.all(this.#runs);
  }

  /** Why the caller has to do without. */
  #refusal({ terms }: RunRequest): string | undefined {
    if (JSON.stringify(terms) !== JSON.stringify(this.#terms)) {
      return "Cannot serve run: another runtime, Deno, user or view of the files";
    }
    if (this.#runs.size >= MAX_RUNS) return `Cannot serve run: ${MAX_RUNS} are served`;
    return this.#stamps.areCurrent()
      ? undefined
      : "Cannot serve run: the runtime's files have changed since the peer started";
  }

  async #serve(caller: RunCaller, { options, place }: RunRequest): Promise<void> {
    try {
      const clones = ownClones(this.#peer, options.clones);
      const run = new Run({ options, place, terminal: caller, aside: caller, clones });
      caller.tell({ type: "done", code: await run.start() });
    } catch (error) {
      caller.tell({ type: "failed", failure: failureOf(error as Error) });
    } finally {
      caller.close();
    }
  }
}

function failureOf(error: Error): Failure {
  const { message } = error;
  if (error instanceof UsageError) return { kind: "usage", message };
  const told = error instanceof FailureError || message.startsWith("Cannot ");
  return told ? { kind: "state", message } : { kind: "fault", message: error.stack ?? message };
}
