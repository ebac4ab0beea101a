import {
  addMeasured,
  addState,
  appKey,
  type AppVersion,
  cloneTree,
  type MigrationSample,
  overheadsOf,
  planRun,
  type ProfileStore,
  type ProfileTree,
  SampleReader,
  samplingLayers,
} from "../../analysis/mod.ts";
import type { CodeService, Conditions, MethodId } from "../../runtime/mod.ts";
import { runFeatures } from "../../runtime/features/mod.ts";
import { findApp } from "./app.ts";
import { AppMemory, hashFiles } from "./app_memory.ts";
import { FailureError, type Parsed } from "./command.ts";
import { notPointsOf, sampledTree } from "./learning.ts";
import type { ProfileInput } from "./profile_inputs.ts";
import { failureOf, openStore } from "./profile_store.ts";
import type { Experiment, ExperimentRun } from "./app_run.ts";
import { ownRun } from "./own_run.ts";
import { runOptions } from "./run_options.ts";
import { filesOf } from "./sources.ts";

/** Below this, a migration costs more than any clone could save. */
const LIGHT_INVOCATION_MS = 0.5;

/** What profiling is told and tells. */
export interface ProfilingOptions {
  readonly home: string;
  readonly app: string;
  /** Where methods are measured besides the device; none measures the device alone. */
  readonly clone: string;
  /** Options for the app's own process and its clone, as `run` takes them. */
  readonly values: Parsed["values"];
  readonly progress: (line: string) => void;
  readonly onProblem: (line: string) => void;
  /** Ends the run of the app that is under way, and profiling with it. */
  readonly signal: AbortSignal;
  /** A run of the app that takes longer is ended, and profiling with it; milliseconds. */
  readonly limitMs?: number | undefined;
}

/** One run of the app, and what it left. */
interface Measured extends ExperimentRun {
  readonly samples: readonly MigrationSample[];
  readonly failure: string | undefined;
  /** Why there was no session any more. */
  readonly lost: string | undefined;
  /** That it ended with a failure, as a program may that was called wrongly. */
  readonly failed?: string;
}

/** One execution on both sides. */
interface Both {
  readonly onDevice: ProfileTree;
  readonly samples: readonly MigrationSample[];
  readonly conditions: Conditions | undefined;
  readonly clone: string | undefined;
}

/** What profiling came to. */
export interface Profiled {
  readonly version: AppVersion;
  readonly executions: number;
  /** Migrations that were measured, and of how many methods. */
  readonly migrations: number;
  readonly methods: number;
}

/**
 * Measures an app (§3.2): each execution on the device, sampled, with its methods' invocations counted; and with a sample of
 * their invocations at the clone, a layer of the call tree at a time. Each execution is stored as soon as it is complete.
 */
export class Profiling {
  readonly #options: ProfilingOptions;
  readonly #store: ProfileStore;
  #layers: MethodId[][] = [];
  #version: AppVersion | undefined;
  #executions = 0;
  readonly #toldFailed = new Set<string>();
  #migrations = 0;
  readonly #methods = new Set<MethodId>();
  /** What other executions showed of methods that one execution didn't sample. */
  readonly #known = new Map<MethodId, MigrationSample[]>();
  #code: CodeService | undefined;
  #conditions: Conditions | undefined;

  constructor(options: ProfilingOptions) {
    this.#options = options;
    this.#store = openStore(options.home, options.onProblem);
  }

  /** Measures all of them. @throws {FailureError} if one couldn't be. */
  async run(inputs: readonly ProfileInput[]): Promise<Profiled> {
    try {
      for (const [i, input] of inputs.entries()) {
        await this.#measure(input, (what) => {
          const given = input.args.length === 0 ? "" : `: ${input.args.join(" ")}`;
          this.#options.progress(`${i + 1}/${inputs.length} ${what}${given}`);
        });
      }
    } catch (error) {
      const failure = error instanceof FailureError ? error : failureOf(error);
      throw failure === undefined ? error : new FailureError(`${failure.message}${this.#kept()}`);
    } finally {
      if (this.#executions > 0) await this.#planned();
      this.#store.close();
    }
    const { length: executions } = inputs;
    return { version: this.#version!, executions, migrations: this.#migrations, methods: this.#methods.size };
  }

  async #measure(input: ProfileInput, progress: (what: string) => void): Promise<void> {
    if (this.#layers.length === 0) {
      progress("looking for heavy methods");
      this.#layers = samplingLayers((await this.#onDevice(input)).tree, this.#notPoints());
      progress("counting invocations");
      this.#dropLight((await this.#onDevice(input)).tree);
    }
    progress("on the device");
    const { tree, run } = await this.#onDevice(input);
    const samples: MigrationSample[] = [];
    let { conditions, clone } = run;
    const layers = this.#options.clone === "none" ? [] : this.#layersFor();
    try {
      for (const [i, layer] of layers.entries()) {
        progress(`at the clone, ${i + 1} of ${layers.length}`);
        const away = await this.#atClone(input, layer);
        samples.push(...away.samples);
        ({ conditions, clone } = away);
      }
    } finally {
      // What the device showed stays, also if the clone was lost.
      await this.#record(input, { onDevice: tree, samples, conditions, clone });
    }
  }

  /** Methods that take next to nothing each time: no migration of one pays, and even counting them would be felt. */
  #dropLight(tree: ProfileTree): void {
    const totals = tree.totalsMs();
    const sums = new Map<MethodId, { ms: number; invocations: number }>();
    for (const [i, { method, invocations }] of tree.nodes.entries()) {
      const sum = sums.get(method) ?? { ms: 0, invocations: 0 };
      sums.set(method, { ms: sum.ms + totals[i]!, invocations: sum.invocations + invocations });
    }
    const isLight = (method: MethodId) => {
      const { ms, invocations } = sums.get(method) ?? { ms: 0, invocations: 1 };
      return ms < LIGHT_INVOCATION_MS * invocations;
    };
    this.#layers = this.#layers.map((layer) => layer.filter((method) => !isLight(method)))
      .filter((layer) => layer.length > 0);
  }

  /** All layers the first two times; later one after the other, since what a method takes is known by then. */
  #layersFor(): readonly MethodId[][] {
    if (this.#executions < 2 || this.#layers.length < 2) return this.#layers;
    return [this.#layers[this.#executions % this.#layers.length]!];
  }

  /** Samples it here; methods that are known to be heavy have points that only count. */
  async #onDevice(input: ProfileInput): Promise<{ tree: ProfileTree; run: Measured }> {
    const run = await this.#experiment(input, { sample: [], profile: true, clone: "none" });
    if (run.failed !== undefined && !this.#toldFailed.has(run.failed)) {
      this.#toldFailed.add(run.failed);
      this.#options.onProblem(`${run.failed}; it is measured all the same`);
    }
    this.#code = run.code;
    const app = findApp(this.#options.app);
    const { tree } = sampledTree({ app, report: run.report!, code: run.code, conditions: undefined });
    return { tree, run };
  }

  /** Samples a layer at the clone; once more if the clone didn't answer in time. @throws {FailureError} if it doesn't again. */
  async #atClone(input: ProfileInput, layer: readonly MethodId[]): Promise<Measured> {
    const sampling = { sample: layer, profile: false, clone: this.#options.clone };
    const answered = (run: Measured) => run.conditions !== undefined && run.lost === undefined;
    let run = await this.#experiment(input, sampling);
    if (!answered(run)) run = await this.#experiment(input, sampling);
    if (run.conditions === undefined) {
      throw new FailureError(
        `no clone answered (--clone ${this.#options.clone}); --clone spawn starts one here, --clone none measures the device alone`,
      );
    }
    if (run.lost !== undefined) throw new FailureError(`the clone went away: ${run.lost}`);
    if (run.failure !== undefined) this.#options.onProblem(`a migration failed: ${run.failure}`);
    this.#conditions = run.conditions;
    return run;
  }

  async #experiment(
    input: ProfileInput,
    { sample, profile, clone }: { sample: readonly MethodId[]; profile: boolean; clone: string },
  ): Promise<Measured> {
    const reader = new SampleReader();
    let ended: ExperimentRun | undefined;
    let stderr = "";
    const { signal, limitMs } = this.#options;
    let cut = false;
    const experiment: Experiment = {
      methods: this.#layers.flat(),
      model: { sample },
      profile,
      event: (event) => reader.event(event),
      ended: (run) => ended = run,
      async launch(command, args) {
        const child = new Deno.Command(command, {
          args: [...args],
          stdin: input.stdin === undefined ? "null" : "piped",
          stdout: "null",
          stderr: "piped",
        }).spawn();
        if (input.stdin !== undefined) feed(child.stdin, input.stdin);
        const end = () => {
          cut = true;
          try {
            child.kill("SIGKILL");
          } catch { /* the terminal has ended it as well */ }
        };
        const timer = limitMs === undefined ? undefined : setTimeout(end, limitMs);
        signal.addEventListener("abort", end);
        if (signal.aborted) end();
        try {
          const output = await child.output();
          stderr = new TextDecoder().decode(output.stderr);
          return output.code;
        } finally {
          clearTimeout(timer);
          signal.removeEventListener("abort", end);
        }
      },
    };
    const values = { ...this.#options.values, clone: [clone], home: this.#options.home, quiet: true };
    const parsed: Parsed = { values, positionals: [this.#options.app, ...input.args] };
    const code = await ownRun(runOptions(parsed), { experiment }).start();
    if (cut || signal.aborted) {
      throw new FailureError(
        signal.aborted
          ? "stopped"
          : `${this.#options.app} took longer than ${limitMs! / 1000} s with: ${input.args.join(" ")}`,
      );
    }
    const given = input.args.length === 0 ? "without arguments" : `with: ${input.args.join(" ")}`;
    const how = `(exit code ${code}) ${given}${lastWords(stderr)}`;
    if (ended?.report === undefined || (profile && ended.report.profile === undefined)) {
      throw new FailureError(`${this.#options.app} crashed ${how}`);
    }
    return {
      ...{ ...ended, samples: reader.samples, failure: reader.failure, lost: reader.lost },
      ...(code !== 0 && { failed: `${this.#options.app} failed ${how}` }),
    };
  }

  /** What was measured, for whoever learns that it was cut short. */
  #kept(): string {
    const count = this.#executions;
    return count === 0
      ? "; nothing was measured"
      : `; what was measured of ${count} execution${count === 1 ? "" : "s"} is kept`;
  }

  #notPoints(): Map<MethodId, string> {
    const code = this.#code!;
    const found = new Map<string, string>();
    const urls = new Set(code.modules().map(({ url }) => url));
    for (const [method, reason] of code.notPoints(urls)) found.set(method, reason);
    return found as Map<MethodId, string>;
  }

  async #record(
    input: ProfileInput,
    { onDevice, samples, conditions, clone }: Both,
  ): Promise<void> {
    const files = filesOf(this.#code!, findApp(this.#options.app));
    const codeHash = await hashFiles(files);
    if (codeHash === undefined) {
      throw new FailureError(`the code of ${this.#options.app} is gone`);
    }
    const version = { app: appKey(findApp(this.#options.app).path, Deno.cwd()), codeHash };
    if (this.#version !== undefined && this.#version.codeHash !== codeHash) {
      throw new FailureError(`the code of ${this.#options.app} changed meanwhile`);
    }
    this.#version = version;
    for (const [method, list] of Map.groupBy(samples, (sample) => sample.method)) {
      this.#known.set(method, list);
      this.#methods.add(method);
    }
    this.#migrations += samples.length;
    if (conditions !== undefined) {
      addState(onDevice, [...this.#known.values()].flat());
      const sums = this.#store.overheadSums();
      addMeasured(sums, samples, conditions);
      this.#store.saveOverheads(overheadsOf(sums), sums);
    }
    const there = samples.length === 0
      ? undefined
      : cloneTree(onDevice, [...this.#known.values()].flat(), conditions!.cloneSpeed);
    this.#store.recordExecution(version, {
      input: input.args.join(" "),
      features: runFeatures(input.args, Deno.cwd()),
      device: Deno.hostname(),
      source: "samples",
      atMs: Date.now(),
      weight: input.weight,
      onDevice,
      ...(there === undefined
        ? {}
        : { onClone: { tree: there.tree, clone: clone ?? "a clone", cloneSpeed: conditions!.cloneSpeed } }),
      ...(conditions === undefined ? {} : { conditions }),
    });
    this.#executions++;
  }

  /** What was measured stays, also if no plan could be made of it. */
  async #planned(): Promise<void> {
    try {
      await this.#plan();
    } catch (error) {
      this.#options.onProblem(`no plan for the next run: ${(error as Error).message}`);
    }
  }

  /** The next run starts from what was measured. */
  async #plan(): Promise<void> {
    const app = findApp(this.#options.app);
    const memory = await AppMemory.open(app, this.#options.home);
    const version = this.#version!;
    const notPoints = notPointsOf(this.#store, version, { code: this.#code!, misses: await memory.misses() });
    const conditions = this.#conditions;
    if (conditions === undefined) return;
    const plan = (await planRun(this.#store, version, { conditions, notPoints }))!;
    memory.write({
      files: filesOf(this.#code!, app),
      codeHash: version.codeHash,
      objective: "time",
      candidates: plan.candidates,
      model: plan.model,
      executions: this.#store.executions(version).length,
    });
    this.#options.onProblem(plan.why);
  }
}

/** An app need not read its input to the end. */
async function feed(stdin: WritableStream<Uint8Array>, path: string): Promise<void> {
  try {
    await (await Deno.open(path)).readable.pipeTo(stdin);
  } catch { /* it has ended */ }
}

/** What a program that failed said of that, and what to do about it where that is another thing here than Deno says. */
function lastWords(stderr: string): string {
  const lines = stderr.replace(/\x1b\[[0-9;]*m/g, "").trim().split("\n");
  const said = (lines.find((line) => /error|uncaught/i.test(line)) ?? lines.at(-1)!).trim();
  const flag = /run again with the (--allow-[a-z]+) flag/.exec(said)?.[1];
  return `${said === "" ? "" : `: ${said}`}${flag === undefined ? "" : ` (here: --deno ${flag})`}`;
}
