import process from "node:process";

/** Between two samples at least, microseconds: one each millisecond took 8 % of an app's time, as long as it ran. */
const INTERVAL_US = 4000;
/** A device on which this process started so slowly samples more seldom: a sample takes it as much longer. */
const USUAL_START_MS = 60;
const MAX_INTERVAL_US = 50_000;

/** What V8's sampling profiler gives; see `Profiler.Profile` of the inspector's protocol. */
export type SampledProfile = { readonly nodes: readonly unknown[] };

/** Samples what this thread runs, from inside, without touching its code. */
export class Sampler {
  // Few starts sample, and a static import is loaded by all: in a bundle, one behind `import()` too.
  readonly #session = new (process.getBuiltinModule("node:inspector").Session)();

  /** Starts sampling, for a process that started so long ago. @throws if the process may not use its own inspector. */
  constructor(sinceStartMs: number = performance.now()) {
    this.#session.connect();
    this.#session.post("Profiler.enable");
    const interval = Math.round(INTERVAL_US * sinceStartMs / USUAL_START_MS);
    this.#session.post("Profiler.setSamplingInterval", {
      interval: Math.min(MAX_INTERVAL_US, Math.max(INTERVAL_US, interval)),
    });
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
