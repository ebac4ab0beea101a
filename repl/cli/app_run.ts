import type {
  AppConfig,
  CodeService,
  Conditions,
  StageStop,
  TraceEvent,
  Workshop,
} from "../../runtime/mod.ts";
import { appCode, bundleForNext } from "../boot/mod.ts";
import { type App, modulePath } from "./app.ts";
import { engineFlags, extraPermissions, mayStartAgain } from "./app_process.ts";
import type { Clones } from "./clones.ts";
import { isPaired } from "./paired.ts";
import { stateOf } from "../../net/home/mod.ts";
import { AppMemory, type PlanNote, type StartNotes } from "./app_memory.ts";
import { later } from "./later.ts";
import type { Report } from "./learning.ts";
import type { LessonNote } from "./lessons.ts";
import { UsageError } from "./command.ts";
import { type KnownMiss, Misses, missLines, wordsOf } from "./misses.ts";
import { OftenAway } from "./often_away.ts";
import { appConfig } from "./run_config.ts";
import { checkLink, type RunOptions } from "./run_options.ts";
import type { RunFolders } from "./run_folders.ts";
import type { RunPlace } from "./run_place.ts";
import { Savings } from "./savings.ts";
import { StayedHere } from "./stayed_here.ts";
import { RunStart } from "./run_start.ts";
import { covers, SHORT_MS, skipped, START_TIMES } from "./start_choice.ts";
import { FolderCache } from "./text_cache.ts";
import { TraceFile } from "./trace_file.ts";

type Runtime = typeof import("../../runtime/mod.ts");

/** What is known before a run: a plan from earlier runs, if there were any. */
interface Known {
  readonly note: PlanNote | undefined;
  readonly profile: boolean;
}

/** Who runs an app to look at it: stands between it and the terminal, and stops its threads at each stage. */
export interface Onlooker {
  /** Starts the app's process; resolves to its exit code. */
  launch(command: string, args: readonly string[]): Promise<number>;
  event(event: TraceEvent): Promise<void> | void;
  /** Which peer is the clone. */
  clone(peer: string): void;
  /** A thread stands at a stage until this is settled. */
  stage(stop: StageStop): Promise<void>;
}

/** Where a run's app is started, and where its lines are read. */
export interface Terminal {
  /** Starts the app's process; resolves to its exit code. */
  launch(command: string, args: readonly string[]): Promise<number>;
  /** Shows the user a line. */
  say(line: string): void;
}

/** Does in another process what would make this one stand still. */
export interface Aside {
  readonly workshop: Workshop;
  readonly missLines: typeof missLines;
}

/** What a run is made of. */
export interface RunParts {
  readonly options: RunOptions;
  readonly place: RunPlace;
  readonly terminal: Terminal;
  readonly onlooker?: Onlooker;
  readonly experiment?: Experiment;
  /** Left out where nobody minds if this process stands still. */
  readonly aside?: Aside;
  /** The peer of this process, if it has one. */
  readonly clones?: Clones;
  readonly kept?: Kept;
}

/** What a process that serves many runs keeps for them. */
export interface Kept {
  readonly folders: RunFolders;
  /** What tells whether a file of the runtime has changed. */
  readonly stampOf: (path: string) => string | undefined;
}

/** A run that is made to measure: what migrates in it is given, and who made it learns from it. */
export interface Experiment {
  /** Methods with a migration point. */
  readonly methods: readonly string[];
  /** What the app process decides from. */
  readonly model: unknown;
  /** Whether the app is sampled. */
  readonly profile: boolean;
  /** Starts the app's process; resolves to its exit code. */
  launch(command: string, args: readonly string[]): Promise<number>;
  event(event: TraceEvent): void;
  /** The app has ended; called once, also if it reported nothing because it crashed. */
  ended(run: ExperimentRun): void;
}

/** What a run that was made to measure leaves. */
export interface ExperimentRun {
  readonly report: Report | undefined;
  readonly code: CodeService;
  readonly conditions: Conditions | undefined;
  /** Which peer was the clone, if any. */
  readonly clone: string | undefined;
}

/** One run of an app under the runtime. */
export class Run {
  readonly #options: RunOptions;
  readonly #place: RunPlace;
  readonly #terminal: Terminal;
  readonly #aside: Aside | undefined;
  readonly #clones: Clones | undefined;
  readonly #kept: Kept | undefined;
  /** When the command began, by this process's clock. */
  readonly #began: number;
  /** Methods with a migration point. */
  #methods: readonly string[];
  #report: Report | undefined;
  #conditions: Conditions | undefined;
  #trace: TraceFile | undefined;
  readonly #onlooker: Onlooker | undefined;
  readonly #experiment: Experiment | undefined;
  #clonePeer: string | undefined;
  readonly #savings = new Savings();
  readonly #stayed = new StayedHere();
  readonly #start: RunStart;
  readonly #misses = new Misses();
  #knownMisses: readonly KnownMiss[] = [];
  #failure: string | undefined;
  #refused = false;
  /** It couldn't be loaded under the runtime. */
  #lost = false;
  /** A person has read why nothing migrates. */
  #toldWhy = false;

  constructor({ options, place, terminal, onlooker, experiment, aside, clones, kept }: RunParts) {
    this.#options = options;
    this.#place = place;
    this.#began = performance.now() - place.elapsedMs;
    this.#terminal = terminal;
    this.#onlooker = onlooker;
    this.#experiment = experiment;
    this.#aside = aside;
    this.#clones = clones;
    this.#kept = kept;
    this.#start = new RunStart(options, place.shown.cwd);
    this.#methods = options.forced;
  }

  /** Methods with a migration point. */
  get methods(): readonly string[] {
    return this.#methods;
  }

  /** What a killed process left half done with files is ended from there. */
  get #journals(): string {
    return `${this.#options.home}/landing`;
  }

  get app(): App {
    return this.#options.app;
  }

  /** Runs it to its end; its exit code. */
  async start(): Promise<number> {
    await checkLink(this.#options.link);
    const { flags } = this.#options;
    if (this.#experiment !== undefined) {
      const { methods, profile } = this.#experiment;
      this.#methods = methods;
      return await this.#supervised(flags, { note: undefined, profile });
    }
    if (
      this.#options.instrument === "none" ||
      (this.#noClone() && this.#options.forced.length === 0 && this.#options.instrument !== "all")
    ) {
      return await this.#plain(flags);
    }
    const memory = await this.#memory();
    if (memory === undefined) return await this.#plain(flags);
    const note = this.#options.partitionGiven ? undefined : await memory.read();
    const usable = note?.objective === this.#options.objective ? note : undefined;
    this.#knownMisses = await memory.misses();
    this.#methods = this.#withoutMisses([...new Set([...this.#options.forced, ...usable?.candidates ?? []])]);
    const profile = this.#options.forced.length === 0 && !this.#options.partitionGiven &&
      AppMemory.wantsProfile(usable);
    if (this.#methods.length === 0 && !profile && this.#options.instrument !== "all") {
      return await this.#plain(flags);
    }
    const decidingMs = performance.now() - this.#began;
    const usualMs = () => memory.startMs() ?? START_TIMES * decidingMs;
    const { why, note: taught } = usable !== undefined && this.#isFree()
      ? await this.#start.whyPlainly(usable, { profile, usualMs })
      : { note: usable };
    if (taught !== undefined && why !== undefined) {
      this.#say(`${why}: this one starts as under deno run`);
      const code = await this.#plain(flags);
      const after = skipped(taught.starts!);
      // One that was ended, or failed, says nothing of what its input takes.
      const starts = code === 0 ? this.#start.withWall(after, { untold: true }) : after;
      this.#keep(() => memory.write({ ...taught, starts }));
      return code;
    }
    if (this.#methods.length === 0 && this.#isFree()) {
      return await (note === undefined ? this.#unknown(flags, memory) : this.#watched(flags, taught));
    }
    return await this.#supervised(flags, { note: taught, profile });
  }

  /** What earlier runs left; undefined if there is no place to keep it, which stops no app. */
  async #memory(): Promise<AppMemory | undefined> {
    try {
      return await AppMemory.open(this.#options.app, this.#options.home);
    } catch (error) {
      this.#say(`cannot use home ${this.#options.home}: ${stateOf(error as Error)}; everything runs here`);
      this.#toldWhy = true;
      return undefined;
    }
  }

  /** Writes for later runs; what can't be kept costs this one nothing. */
  #keep<T>(write: () => T): T | undefined {
    try {
      return write();
    } catch (error) {
      this.#say(`could not learn from this run: ${stateOf(error as Error)}`);
      return undefined;
    }
  }

  /** Nothing was learnt of it yet. If that is because it ends at once, it needn't be watched each time. */
  async #unknown(flags: readonly string[], memory: AppMemory): Promise<number> {
    const { features } = this.#start, { path } = this.#options.app;
    const brief = memory.brief(path);
    const wasBrief = brief !== undefined && covers(brief, features);
    const code = wasBrief ? await this.#plain(flags) : await this.#watched(flags, undefined);
    const isBrief = code === 0 && this.#start.wallMs < SHORT_MS;
    if (isBrief && !wasBrief) this.#keep(() => memory.addBrief(path, features));
    if (wasBrief && !isBrief) this.#keep(() => memory.dropBrief());
    return code;
  }

  /** Nothing can migrate yet: the app runs as it is, and is only watched. */
  async #watched(flags: readonly string[], note: PlanNote | undefined): Promise<number> {
    const { Lessons } = await later<typeof import("./lessons.ts")>("./lessons.ts", import.meta.url);
    const place = this.#keep(() => new Lessons(this.#options.home).begin());
    if (place === undefined) return await this.#plain(flags);
    this.#traceNothing();
    const { watchedRun } = await later<typeof import("./watched_run.ts")>(
      "./watched_run.ts",
      import.meta.url,
    );
    const { code, learnt, seen } = await watchedRun({
      ...{ flags, place },
      launch: (args) => this.#launch([...args, this.#options.app.path, ...this.#options.args]),
      note: (watched) => this.#lessonNote(this.#start.withWall(note?.starts ?? { runs: [] }, { watched })),
      keep: (write) => this.#keep(write),
    });
    if (code === 0 && !seen(this.#options.app.main)) this.#sayBypassed();
    if (learnt) await this.#startLearner();
    return code;
  }

  async #startLearner(): Promise<void> {
    const { startLearner } = await later<typeof import("./learner.ts")>("./learner.ts", import.meta.url);
    startLearner(this.#options.home, this.#place.denoPath);
  }

  #lessonNote(starts: StartNotes | undefined): Omit<LessonNote, "endedMs"> {
    return {
      app: this.#options.app,
      args: this.#options.args,
      methods: this.#methods,
      objective: this.#options.objective,
      features: this.#start.features,
      misses: this.#knownMisses,
      ...(this.#conditions !== undefined && { conditions: this.#conditions }),
      ...(starts !== undefined && { starts }),
    };
  }

  /** Nothing is asked for that only the runtime can do. */
  #isFree(): boolean {
    return this.#options.forced.length === 0 && this.#options.instrument === "partition" &&
      !this.#options.partitionGiven &&
      this.#onlooker === undefined;
  }

  /** Methods that came to something of the device in an earlier run stay, forced ones too. */
  #withoutMisses(methods: readonly string[]): string[] {
    return methods.filter((method) => {
      const miss = this.#knownMisses.find((known) => known.method === method);
      if (miss === undefined) return true;
      this.#say(`${method} stays here: in an earlier run it reached ${wordsOf(miss)}`);
      return false;
    });
  }

  /** Deno shows some modules to no hook: nothing of them can migrate, and the person should know why. */
  #sayBypassed(): void {
    const path = modulePath(this.#options.app.main, this.#options.app.root);
    this.#say(`${path} was loaded past the module hooks: it runs unchanged and stays here`);
  }

  #plain(flags: readonly string[]): Promise<number> {
    this.#traceNothing();
    return this.#launch(["run", ...flags, this.#options.app.path, ...this.#options.args]);
  }

  /** Who asked for a trace finds one, also of a run in which nothing could migrate. */
  #traceNothing(): void {
    this.#openTrace()?.close();
  }

  #openTrace(): TraceFile | undefined {
    const { trace } = this.#options;
    if (trace === undefined) return undefined;
    const { cwd } = this.#place.shown;
    return new TraceFile(trace, { cwd, began: this.#began, onProblem: (line) => this.#say(line) });
  }

  async #launch(args: readonly string[]): Promise<number> {
    const starter = this.#onlooker ?? this.#experiment ?? this.#terminal;
    const began = performance.now();
    try {
      return await starter.launch(this.#place.denoPath, args);
    } finally {
      this.#start.wallMs = performance.now() - began;
    }
  }

  /** No clone is wanted, or none can be there. */
  #noClone(): boolean {
    return this.#options.clones.includes("none") ||
      (this.#options.clones.every((clone) => clone === "auto") && !isPaired(this.#options.home));
  }

  async #supervised(flags: readonly string[], known: Known): Promise<number> {
    const began = performance.now();
    this.#trace = this.#openTrace();
    // Not before: an app for which nothing is to be done must not wait for the runtime to load.
    const runtime = await later<Runtime>("../../runtime/mod.ts", import.meta.url);
    const { Supervisor } = await later<typeof import("./supervisor.ts")>("./supervisor.ts", import.meta.url);
    const { bootQuery } = await later<typeof import("./run_folders.ts")>("./run_folders.ts", import.meta.url);
    const code = this.#codeService(runtime);
    for (const problem of runtime.recoverLandings(this.#journals)) this.#say(problem);
    let opened: Promise<Clones | undefined> | undefined;
    const clones = () => opened ??= this.#openClones();
    let revoke: readonly Deno.PermissionDescriptor[] = [];
    let supervisor: InstanceType<typeof Supervisor>;
    try {
      supervisor = new Supervisor({
        code,
        clones,
        config: (): Promise<AppConfig> =>
          Promise.resolve(this.#config(revoke, known, runtime.SESSION_VERSION)),
        watcher: this.#watcher(code),
        sent: (clone, paths) => this.#sentAhead(clone, paths),
        mayBlock: this.#aside === undefined,
        journals: this.#journals,
        folders: this.#kept?.folders,
      }, this.#place);
    } catch (error) {
      if (this.#experiment !== undefined) throw error;
      this.#say(`${(error as Error).message}; everything runs here`);
      return await this.#plain(flags);
    }
    try {
      if (this.#methods.length > 0 && !this.#noClone()) clones();
      const { folder } = supervisor;
      const boot = appCode(this.#kept?.stampOf);
      const read = [...boot.folders, folder];
      const extra = extraPermissions(flags, { read, write: [folder], sampling: known.profile });
      revoke = extra.revoke;
      this.#start.preparingMs = performance.now() - began;
      const exitCode = await this.#launch([
        "run",
        ...flags,
        ...extra.flags,
        ...(this.#methods.length === 0 ? [] : engineFlags(flags)),
        "--preload",
        `${boot.urls.boot}${bootQuery(folder, this.#place.pid)}`,
        this.#options.app.path,
        ...this.#options.args,
      ]);
      await bundleForNext(boot, this.#place.denoPath);
      if (this.#lost) {
        return await this.#launch(["run", ...flags, this.#options.app.path, ...this.#options.args]);
      }
      if (this.#failure !== undefined) throw new UsageError(this.#failure);
      if (this.#experiment !== undefined) {
        await code.load();
        this.#experiment.ended({
          report: this.#report,
          code,
          conditions: this.#conditions,
          clone: this.#clonePeer,
        });
        return exitCode;
      }
      if (exitCode === 0 && !code.hasModule(modulePath(this.#options.app.main, this.#options.app.root))) {
        this.#sayBypassed();
      }
      // Who stepped through it saw each migration, and made it take as long as they looked.
      if (this.#onlooker === undefined) this.#say(this.#savings.line());
      // What a signal ended may have been away.
      if (exitCode < 128) this.#sayStayed(code);
      await this.#learn(known, code);
      return exitCode;
    } finally {
      supervisor.close();
      this.#trace?.close();
      await (await opened)?.close();
    }
  }

  /** A run without a profile only refreshes the decision model; any other is learnt from in the background. What can't be learnt costs the user nothing. */
  async #learn({ note }: Known, code: CodeService): Promise<void> {
    try {
      const judged = this.#methods.length > 0 && this.#isFree();
      const outcome = { report: this.#report, conditions: this.#conditions, rewrote: code.rewrote };
      const starts = judged ? await this.#start.notes(note?.starts, outcome) : note?.starts;
      const missed = await this.#learnMisses(code);
      const memory = await AppMemory.open(this.#options.app, this.#options.home);
      const startMs = this.#start.ms(this.#report);
      if (this.#methods.length > 0 && startMs !== undefined && !code.rewrote) memory.addStart(startMs);
      if (this.#report === undefined || this.#options.forced.length > 0) return;
      if (this.#report.profile === undefined && !missed) {
        const { learned } = this.#report;
        if (note !== undefined && learned !== null) {
          memory.write({ ...note, model: learned, ...(starts !== undefined && { starts }) });
        }
        return;
      }
      const { Lessons } = await later<typeof import("./lessons.ts")>("./lessons.ts", import.meta.url);
      const place = new Lessons(this.#options.home).begin();
      if (place === undefined) return;
      const lesson = { ...this.#lessonNote(starts), endedMs: Date.now() };
      Lessons.end(place, lesson, { report: this.#report, code: code.snapshot() });
      await this.#startLearner();
    } catch (error) {
      this.#say(`could not learn from this run: ${stateOf(error as Error)}`);
    }
  }

  /** Tells what this run's migrations came to that nothing foresaw, and keeps those methods here from now on. */
  async #learnMisses(code: CodeService): Promise<boolean> {
    const misses = this.#misses.list();
    if (misses.length === 0) return false;
    const tell = this.#aside?.missLines ?? missLines;
    for (const line of await tell(code, this.#options.app, misses)) this.#say(line);
    const { filesOf } = await later<typeof import("./sources.ts")>("./sources.ts", import.meta.url);
    const memory = await AppMemory.open(this.#options.app, this.#options.home);
    this.#knownMisses = await memory.addMisses(filesOf(code, this.#options.app), misses);
    return true;
  }

  /** Never rejects: without a clone everything runs here. */
  async #openClones(): Promise<Clones | undefined> {
    if (this.#clones !== undefined) return this.#clones;
    try {
      const { waysToClones } = await later<typeof import("./clones.ts")>("./clones.ts", import.meta.url);
      const { home, clones } = this.#options;
      return await waysToClones({ home, clones, denoPath: this.#place.denoPath });
    } catch (error) {
      this.#say(`no clone: ${(error as Error).message}; everything runs here`);
      this.#toldWhy = true;
      return undefined;
    }
  }

  /** Loads nothing where nothing was ever sent ahead. */
  async #sentAhead(clone: string, paths: readonly string[]): Promise<Record<string, readonly string[]>> {
    const folder = `${this.#options.home}/sent`;
    try {
      Deno.statSync(folder);
    } catch {
      return {};
    }
    const { sentBefore } = await later<typeof import("../../net/files/sent/mod.ts")>(
      "../../net/files/sent/mod.ts",
      import.meta.url,
    );
    return await sentBefore(folder, { clone, paths });
  }

  #codeService(runtime: Runtime): CodeService {
    return new runtime.CodeService({
      cache: new FolderCache(`${this.#options.home}/cache`),
      methods: new Set(this.#methods),
      pathOf: (url) => modulePath(url, this.#options.app.root),
      onProgress: (line) => this.#say(line),
      ...(this.#aside !== undefined && { workshop: this.#aside.workshop }),
      diagnose: (url, reason) =>
        this.#say(`${modulePath(url, this.#options.app.root)} runs unchanged and stays here: ${reason}`),
    });
  }

  #config(revoke: AppConfig["revoke"], { note, profile }: Known, sessionVersion: number): AppConfig {
    return appConfig(this.#options, this.#place, {
      ...{ methods: this.#methods, sessionVersion, profile, revoke },
      alone: this.#noClone(),
      trace: this.#trace !== undefined || this.#experiment !== undefined,
      stepping: this.#onlooker !== undefined,
      model: this.#experiment?.model ?? note?.model ?? null,
    });
  }

  #watcher(code: CodeService) {
    const often = new OftenAway(this.#options.forced);
    return {
      event: (event: TraceEvent) => {
        this.#trace?.write(event);
        this.#savings.event(event);
        this.#stayed.event(event);
        this.#say(often.event(event) ?? "");
        this.#experiment?.event(event);
        this.#start.saved.event(event);
        this.#misses.event(event);
        return this.#onlooker?.event(event);
      },
      conditions: (conditions: Conditions, peer: string) => {
        this.#conditions = conditions;
        this.#savings.speed(conditions.cloneSpeed);
        if (peer === "") return;
        this.#clonePeer = peer;
        this.#savings.clone(peer);
        this.#onlooker?.clone(peer);
      },
      stage: (stop: StageStop) => this.#onlooker?.stage(stop) ?? Promise.resolve(),
      refused: (reason: string) => {
        // What a person can mend; that no clone is near by is no news.
        if (!this.#refused && /not paired:|update clonecloud|same minor version/.test(reason)) {
          this.#say(reason);
          this.#toldWhy = true;
        }
        this.#refused = true;
      },
      report: (report: unknown) => {
        this.#report = report as Report;
      },
      lost: () => {
        const isAlone = this.#onlooker === undefined && this.#experiment === undefined;
        return this.#lost = isAlone && mayStartAgain(this.#options.flags);
      },
      worker: () => this.#stayed.worker(),
      loaded: async () => {
        const unknown = this.#options.forced.find((method) =>
          this.#methods.includes(method) && !code.has(method) && code.hasModule(method.split("#")[0]!)
        );
        if (unknown === undefined) return undefined;
        this.#failure = await code.whyNot(unknown);
        return this.#failure;
      },
    };
  }

  /** Why what the person named to migrate didn't, unless that was said already or is plain. */
  #sayStayed(code: CodeService): void {
    if (this.#toldWhy || this.#options.clones.includes("none")) return;
    if (!this.#noClone()) {
      // Misses are told with what the methods came to.
      const missed = this.#misses.list().map(({ method }) => method);
      const named = this.#options.forced.filter((method) =>
        this.#methods.includes(method) && !missed.includes(method)
      );
      // An app that was killed told nothing of what it had not called.
      const loaded = this.#report === undefined ? undefined : (path: string) => code.hasModule(path);
      for (const line of this.#stayed.lines(named, loaded)) this.#say(line);
    } else if (this.#options.forced.length > 0) {
      this.#say("everything ran here: this device is paired with no clone; `pair` pairs it with one");
    }
  }

  #say(line: string): void {
    if (line !== "" && !this.#options.quiet) {
      this.#terminal.say(`clonecloud: ${line.replaceAll(/\s*\n\s*/g, " ")}`);
    }
  }
}
