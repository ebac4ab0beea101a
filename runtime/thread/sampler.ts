import { Session } from "node:inspector";

/** Between two samples, microseconds: V8's own cost stays below one per cent even on slow devices. */
const INTERVAL_US = 1000;

/** What V8's sampling profiler gives; see `Profiler.Profile` of the inspector's protocol. */
export type SampledProfile = { readonly nodes: readonly unknown[] };

/** Samples what this thread runs, from inside, without touching its code. */
export class Sampler {
  readonly #session = new Session();

  /** Starts sampling. @throws if the process may not use its own inspector. */
  constructor() {
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.setSamplingInterval", { interval: INTERVAL_US });
    this.#session.post("Profiler.start");
  }

  /** The profile so far; undefined if it can't be had without running what the app still has waiting. */
  stop(): SampledProfile | undefined {
    const { core } = (Deno as any)[(Deno as any).internal];
    if (core?.processTicksAndRejections === undefined || core.hasTickScheduled?.()) return undefined;
    let profile: SampledProfile | undefined;
    this.#session.post("Profiler.stop", (_error: unknown, result?: { profile: SampledProfile }) => {
      profile = result?.profile;
    });
    // The answer waits in the queue of next ticks, which an ending process no longer runs.
    core.processTicksAndRejections();
    this.#session.disconnect();
    return profile;
  }
}
