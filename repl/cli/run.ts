import type { AppConfig, CodeService, Conditions, StageStop, TraceEvent } from "../../runtime/mod.ts";
import type { DeciderModel } from "../../analysis/cost/mod.ts";
import { bootFolders, bootUrl } from "../boot/mod.ts";
import { absolute, type App, findApp, modulePath } from "./app.ts";
import { engineFlags, extraPermissions, mayStartAgain, runForeground } from "./app_process.ts";
import type { Clones } from "./clones.ts";
import { isPaired } from "./paired.ts";
import { defaultHome, stateOf } from "../../net/home/mod.ts";
import { AppMemory, type PlanNote, type StartNotes } from "./app_memory.ts";
import { later } from "./later.ts";
import type { Report } from "./learning.ts";
import type { LessonNote } from "./lessons.ts";
import { type Command, oneOf, type Parsed, UsageError } from "./command.ts";
import { type KnownMiss, Misses, wordsOf } from "./misses.ts";
import { OftenAway } from "./often_away.ts";
import { Savings } from "./savings.ts";
import { StayedHere } from "./stayed_here.ts";
import {
  gainsNothing,
  isShort,
  ranAlone,
  savedAgain,
  SavedTime,
  skipped,
  type Start,
  START_TIMES,
  started,
  startOf,
  startsPlainly,
  told,
} from "./start_choice.ts";
import { FolderCache } from "./text_cache.ts";
import { TraceFile } from "./trace_file.ts";

type Runtime = typeof import("../../runtime/mod.ts");

/** `run APP`: starts an app under the runtime. */
export const run: Command = {
  summary: "Runs your program; its heavy methods migrate to a clone when that pays.",
  positionals: "APP [ARG]...",
  passThrough: true,
  options: {
    home: { type: "string", value: "DIR", help: "the peer's home (default ~/.clonecloud)" },
    clone: {
      type: "string",
      multiple: true,
      value: "auto|none|spawn|ADDR",
      help: "where methods may go (default auto)",
    },
    objective: { type: "string", value: "time|energy", help: "what to save (default time)" },
    migrate: {
      type: "string",
      multiple: true,
      value: "METHOD",
      help: "migrate this method whatever the decision says",
    },
    partition: { type: "string", value: "FILE", help: "use this partition" },
    instrument: {
      type: "string",
      value: "partition|all|none",
      help: "how much is added to the code (default partition)",
    },
    files: {
      type: "string",
      multiple: true,
      value: "ROOT",
      help: "files that clones may see, besides the app's own",
    },
    link: { type: "string", value: "NAME", help: "put an emulated link in between (wifi, 3g, ...)" },
    trace: { type: "string", value: "FILE", help: "write one JSON object a line for each event" },
    deno: {
      type: "string",
      multiple: true,
      value: "FLAG",
      help: "a Deno flag for the app, e.g. --deno --allow-read",
    },
    quiet: { type: "boolean", short: "q", help: "no lines of our own" },
  },
  run: (parsed) => new Run(parsed).start(),
};

/** The Deno that runs apps: under emulation `Deno.execPath()` can't be started. */
function denoPath(): string {
  return Deno.env.get("CLONECLOUD_DENO") ?? Deno.execPath();
}

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
  readonly #app: App;
  readonly #args: readonly string[];
  readonly #values: Parsed["values"];
  readonly #home: string;
  /** Methods that the user makes migrate. */
  readonly #forced: readonly string[];
  readonly #partitionGiven: boolean;
  readonly #objective: "time" | "energy";
  /** Methods with a migration point. */
  #methods: readonly string[];
  #report: Report | undefined;
  #conditions: Conditions | undefined;
  readonly #clones: readonly string[];
  readonly #instrument: "partition" | "all" | "none";
  #trace: TraceFile | undefined;
  readonly #onlooker: Onlooker | undefined;
  readonly #experiment: Experiment | undefined;
  #clonePeer: string | undefined;
  readonly #savings = new Savings();
  readonly #stayed = new StayedHere();
  readonly #saved = new SavedTime();
  /** What this process did for the runtime before the app's own started. */
  #preparingMs = 0;
  /** What the app's process took. */
  #wallMs = 0;
  readonly #misses = new Misses();
  #knownMisses: readonly KnownMiss[] = [];
  #failure: string | undefined;
  #refused = false;
  /** It couldn't be loaded under the runtime. */
  #lost = false;
  /** A person has read why nothing migrates. */
  #toldWhy = false;

  constructor(parsed: Parsed, onlooker?: Onlooker, experiment?: Experiment) {
    this.#onlooker = onlooker;
    this.#experiment = experiment;
    const [given, ...args] = parsed.positionals;
    if (given === undefined) throw new UsageError("no app given: run APP [ARG]...");
    this.#app = findApp(given);
    this.#args = args;
    this.#values = parsed.values;
    this.#clones = this.#list("clone", ["auto"]);
    for (const clone of this.#clones) checkClone(clone);
    this.#instrument = oneOf(
      parsed.values.instrument ?? "partition",
      ["partition", "all", "none"],
      "--instrument",
    );
    this.#objective = oneOf(parsed.values.objective ?? "time", ["time", "energy"], "--objective");
    this.#home = absolute(typeof parsed.values.home === "string" ? parsed.values.home : defaultHome());
    this.#forced = [...this.#list("migrate", []), ...this.#partitionFile()];
    this.#partitionGiven = typeof parsed.values.partition === "string";
    this.#methods = this.#forced;
    for (const method of this.#forced) this.#checkMethod(method);
    for (const root of this.#list("files", [])) checkRoot(root);
  }

  /** Methods with a migration point. */
  get methods(): readonly string[] {
    return this.#methods;
  }

  /** What a killed process left half done with files is ended from there. */
  get #journals(): string {
    return `${this.#home}/landing`;
  }

  get app(): App {
    return this.#app;
  }

  /** Runs it to its end; its exit code. */
  async start(): Promise<number> {
    await this.#checkLink();
    const flags = this.#list("deno", []);
    if (this.#experiment !== undefined) {
      const { methods, profile } = this.#experiment;
      this.#methods = methods;
      return await this.#supervised(flags, { note: undefined, profile });
    }
    if (
      this.#instrument === "none" ||
      (this.#noClone() && this.#forced.length === 0 && this.#instrument !== "all")
    ) {
      return await this.#plain(flags);
    }
    const memory = await this.#memory();
    if (memory === undefined) return await this.#plain(flags);
    const note = this.#partitionGiven ? undefined : await memory.read();
    const usable = note?.objective === this.#objective ? note : undefined;
    this.#knownMisses = await memory.misses();
    this.#methods = this.#withoutMisses([...new Set([...this.#forced, ...usable?.candidates ?? []])]);
    const profile = this.#forced.length === 0 && !this.#partitionGiven && AppMemory.wantsProfile(usable);
    if (this.#methods.length === 0 && !profile && this.#instrument !== "all") return await this.#plain(flags);
    const decidingMs = performance.now();
    const usualMs = () => memory.startMs() ?? START_TIMES * decidingMs;
    const { why, note: taught } = usable !== undefined && this.#isFree()
      ? await this.#whyPlainly(usable, { profile, usualMs })
      : { note: usable };
    if (taught !== undefined && why !== undefined) {
      this.#say(`${why}: this one starts as under deno run`);
      const code = await this.#plain(flags);
      const after = skipped(taught.starts!);
      // One that was ended, or failed, says nothing of what its input takes.
      const starts = code === 0 ? this.#withWall(after, { untold: true }) : after;
      this.#keep(() => memory.write({ ...taught, starts }));
      return code;
    }
    if (this.#methods.length === 0 && this.#isFree()) return await this.#watched(flags, taught);
    return await this.#supervised(flags, { note: taught, profile });
  }

  /** What earlier runs left; undefined if there is no place to keep it, which stops no app. */
  async #memory(): Promise<AppMemory | undefined> {
    try {
      return await AppMemory.open(this.#app, this.#home);
    } catch (error) {
      this.#say(`cannot use home ${this.#home}: ${stateOf(error as Error)}; everything runs here`);
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

  /** Nothing can migrate yet: the app runs as it is, and is only watched. */
  async #watched(flags: readonly string[], note: PlanNote | undefined): Promise<number> {
    const { Lessons } = await later<typeof import("./lessons.ts")>("./lessons.ts", import.meta.url);
    const place = this.#keep(() => new Lessons(this.#home).begin());
    if (place === undefined) return await this.#plain(flags);
    this.#traceNothing();
    const { watchedRun } = await later<typeof import("./watched_run.ts")>(
      "./watched_run.ts",
      import.meta.url,
    );
    const { code, learnt, seen } = await watchedRun({
      ...{ flags, place },
      launch: (args) => this.#launch([...args, this.#app.path, ...this.#args]),
      note: () => this.#lessonNote(this.#withWall(note?.starts ?? { runs: [] })),
      keep: (write) => this.#keep(write),
    });
    if (code === 0 && !seen(this.#app.main)) this.#sayBypassed();
    if (learnt) await this.#startLearner();
    return code;
  }

  async #startLearner(): Promise<void> {
    const { startLearner } = await later<typeof import("./learner.ts")>("./learner.ts", import.meta.url);
    startLearner(this.#home, denoPath());
  }

  #lessonNote(starts: StartNotes | undefined): Omit<LessonNote, "endedMs"> {
    return {
      app: this.#app,
      args: this.#args,
      methods: this.#methods,
      objective: this.#objective,
      features: this.#startOf().features,
      misses: this.#knownMisses,
      ...(this.#conditions !== undefined && { conditions: this.#conditions }),
      ...(starts !== undefined && { starts }),
    };
  }

  /** Nothing is asked for that only the runtime can do. */
  #isFree(): boolean {
    return this.#forced.length === 0 && this.#instrument === "partition" && !this.#partitionGiven &&
      this.#onlooker === undefined;
  }

  /** Why the runtime's start won't be paid back, if that is so, and the note with all that is known by then. */
  async #whyPlainly(
    note: PlanNote,
    { profile, usualMs }: { readonly profile: boolean; readonly usualMs: () => number },
  ): Promise<{ readonly why?: string; readonly note: PlanNote }> {
    const { starts } = note;
    if (starts === undefined) return { note };
    const start = this.#startOf();
    if (!profile && startsPlainly(starts, start)) {
      return { why: "a run on as much gained nothing by a clone", note };
    }
    const { Decider, SizeModel } = await later<typeof import("../../analysis/cost/mod.ts")>(
      "../../analysis/cost/mod.ts",
      import.meta.url,
    );
    if (isShort(starts, start, new SizeModel(), usualMs)) {
      return { why: "a run on so little takes less than a start for a clone", note };
    }
    // One run more is to be looked at, whatever it gains.
    if (profile) return { note };
    const known = new Decider(note.model as DeciderModel);
    const after = told(starts, known);
    const model = after === undefined ? note.model : known.toJSON();
    const taught = { ...note, model, starts: after ?? starts };
    const nothing = gainsNothing(starts, start, new Decider(model as DeciderModel));
    return { ...(nothing && { why: "a run on so little gains nothing by a clone" }), note: taught };
  }

  /** The notes with this run's length, which was that without a clone. */
  #withWall(starts: StartNotes, more: { readonly untold?: boolean } = {}): StartNotes {
    return ranAlone(starts, this.#startOf(), { ms: this.#wallMs, measured: true, ...more });
  }

  #startOf(): Start {
    const way = `${this.#clones.join(" ")} ${this.#values.link ?? ""}`;
    return startOf(this.#args, { cwd: Deno.cwd(), way });
  }

  /** What the runtime's start took; undefined if this run had none. */
  get #startMs(): number | undefined {
    const bootMs = this.#report?.bootMs;
    return bootMs === undefined ? undefined : bootMs + this.#preparingMs;
  }

  /** Later runs know by this whether the runtime's start is paid back. The first run of a code says nothing of them. */
  async #startNotes(note: PlanNote | undefined, made: boolean): Promise<StartNotes | undefined> {
    const told = this.#methods.length > 0 && this.#report?.bootMs !== undefined && this.#isFree();
    if (!told) return note?.starts;
    const { bootMs, openingMs = 0 } = this.#report as Report & { readonly bootMs: number };
    const known = ranAlone(
      note?.starts ?? { runs: [] },
      this.#startOf(),
      { ms: this.#wallMs - bootMs - openingMs + this.#saved.ms },
    );
    // A start in which code was rewritten is no measure of later ones; what migrations lost is.
    if (made && this.#saved.ms >= 0) return known;
    const startMs = this.#startMs!;
    const run = {
      ...this.#startOf(),
      savedMs: this.#saved.ms - (made ? 0 : startMs + openingMs),
      ...(this.#saved.ms === 0 && { stayed: true }),
      ...(!made && { startMs, openingMs, ms: this.#wallMs + this.#preparingMs }),
      ...(this.#conditions !== undefined && { conditions: this.#conditions }),
    };
    const { learned } = this.#report!;
    if (this.#saved.ms === 0 || run.savedMs >= 0 || learned === null) return started(known, run);
    const { Decider } = await later<typeof import("../../analysis/cost/mod.ts")>(
      "../../analysis/cost/mod.ts",
      import.meta.url,
    );
    return started(known, { ...run, savedMs: savedAgain(run, new Decider(learned)) });
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
    const path = modulePath(this.#app.main, this.#app.root);
    this.#say(`${path} was loaded past the module hooks: it runs unchanged and stays here`);
  }

  async #checkLink(): Promise<void> {
    const { link } = this.#values;
    if (typeof link !== "string") return;
    const { parseLink } = await later<typeof import("../../net/link/spec/mod.ts")>(
      "../../net/link/spec/mod.ts",
      import.meta.url,
    );
    try {
      parseLink(link);
    } catch (error) {
      throw new UsageError((error as Error).message);
    }
  }

  #plain(flags: readonly string[]): Promise<number> {
    this.#traceNothing();
    return this.#launch(["run", ...flags, this.#app.path, ...this.#args]);
  }

  /** Who asked for a trace finds one, also of a run in which nothing could migrate. */
  #traceNothing(): void {
    this.#openTrace()?.close();
  }

  #openTrace(): TraceFile | undefined {
    const { trace } = this.#values;
    return typeof trace === "string" ? new TraceFile(trace, (line) => this.#say(line)) : undefined;
  }

  async #launch(args: readonly string[]): Promise<number> {
    const starter = this.#onlooker ?? this.#experiment;
    const began = performance.now();
    try {
      if (starter !== undefined) return await starter.launch(denoPath(), args);
      return await runForeground(denoPath(), args);
    } finally {
      this.#wallMs = performance.now() - began;
    }
  }

  /** No clone is wanted, or none can be there. */
  #noClone(): boolean {
    return this.#clones.includes("none") ||
      (this.#clones.every((clone) => clone === "auto") && !isPaired(this.#home));
  }

  async #supervised(flags: readonly string[], known: Known): Promise<number> {
    const began = performance.now();
    this.#trace = this.#openTrace();
    // Not before: an app for which nothing is to be done must not wait for the runtime to load.
    const runtime = await later<Runtime>("../../runtime/mod.ts", import.meta.url);
    const { bootQuery, Supervisor } = await later<typeof import("./supervisor.ts")>(
      "./supervisor.ts",
      import.meta.url,
    );
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
        config: (): Promise<AppConfig> => Promise.resolve(this.#config(revoke, { ...known, runtime })),
        watcher: this.#watcher(code),
        sent: (clone, paths) => this.#sentAhead(clone, paths),
        journals: this.#journals,
      });
    } catch (error) {
      if (this.#experiment !== undefined) throw error;
      this.#say(`${(error as Error).message}; everything runs here`);
      return await this.#plain(flags);
    }
    try {
      if (this.#methods.length > 0 && !this.#noClone()) clones();
      const { folder } = supervisor;
      const read = [...bootFolders, folder];
      const extra = extraPermissions(flags, { read, write: [folder], sampling: known.profile });
      revoke = extra.revoke;
      this.#preparingMs = performance.now() - began;
      const exitCode = await this.#launch([
        "run",
        ...flags,
        ...extra.flags,
        ...(this.#methods.length === 0 ? [] : engineFlags(flags)),
        "--preload",
        `${bootUrl}${bootQuery(folder)}`,
        this.#app.path,
        ...this.#args,
      ]);
      if (this.#lost) return await this.#launch(["run", ...flags, this.#app.path, ...this.#args]);
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
      if (exitCode === 0 && !code.hasModule(modulePath(this.#app.main, this.#app.root))) this.#sayBypassed();
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
      const starts = await this.#startNotes(note, code.made);
      const missed = await this.#learnMisses(code);
      const memory = await AppMemory.open(this.#app, this.#home);
      const startMs = this.#startMs;
      if (this.#methods.length > 0 && startMs !== undefined && !code.made) memory.addStart(startMs);
      if (this.#report === undefined || this.#forced.length > 0) return;
      if (this.#report.profile === undefined && !missed) {
        const { learned } = this.#report;
        if (note !== undefined && learned !== null) {
          memory.write({ ...note, model: learned, ...(starts !== undefined && { starts }) });
        }
        return;
      }
      const { Lessons } = await later<typeof import("./lessons.ts")>("./lessons.ts", import.meta.url);
      const place = new Lessons(this.#home).begin();
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
    const { missLines } = await later<typeof import("./misses.ts")>("./misses.ts", import.meta.url);
    for (const line of await missLines(code, this.#app, misses)) this.#say(line);
    const { filesOf } = await later<typeof import("./sources.ts")>("./sources.ts", import.meta.url);
    const memory = await AppMemory.open(this.#app, this.#home);
    this.#knownMisses = await memory.addMisses(filesOf(code, this.#app), misses);
    return true;
  }

  /** Never rejects: without a clone everything runs here. */
  async #openClones(): Promise<Clones | undefined> {
    try {
      const { clonesOf, openClones, runningPeer } = await later<typeof import("./clones.ts")>(
        "./clones.ts",
        import.meta.url,
      );
      const socket = this.#clones.includes("spawn") ? undefined : await runningPeer(this.#home);
      if (socket !== undefined) return clonesOf(socket, this.#clones);
      return await openClones({ home: this.#home, clones: this.#clones, denoPath: denoPath() });
    } catch (error) {
      this.#say(`no clone: ${(error as Error).message}; everything runs here`);
      this.#toldWhy = true;
      return undefined;
    }
  }

  /** Loads nothing where nothing was ever sent ahead. */
  async #sentAhead(clone: string, paths: readonly string[]): Promise<Record<string, readonly string[]>> {
    const folder = `${this.#home}/sent`;
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
      cache: new FolderCache(`${this.#home}/cache`),
      methods: new Set(this.#methods),
      pathOf: (url) => modulePath(url, this.#app.root),
      onProgress: (line) => this.#say(line),
      diagnose: (url, reason) =>
        this.#say(`${modulePath(url, this.#app.root)} runs unchanged and stays here: ${reason}`),
    });
  }

  #config(
    revoke: AppConfig["revoke"],
    known: Known & { readonly runtime: Runtime },
  ): AppConfig {
    const { SESSION_VERSION } = known.runtime;
    const link = this.#values.link;
    return {
      methods: this.#methods,
      forced: this.#forced,
      instrument: this.#instrument,
      trace: this.#trace !== undefined || this.#experiment !== undefined,
      revoke,
      session: this.#noClone() ? undefined : {
        op: "session",
        sessionVersion: SESSION_VERSION,
        clones: this.#clones,
        app: modulePath(this.#app.main, this.#app.root),
        deno: Deno.version.deno,
        locale: navigator.language,
        timeZone: Temporal.Now.timeZoneId(),
        ...(typeof link === "string" && { link }),
      },
      roots: [
        this.#app.root,
        Deno.cwd(),
        ...this.#argumentPaths(),
        ...this.#list("files", []).map((path) => Deno.realPathSync(path)),
      ],
      start: this.#start(SESSION_VERSION),
      stepping: this.#onlooker !== undefined,
      profile: known.profile,
      model: this.#experiment?.model ?? known.note?.model ?? null,
    };
  }

  #start(sessionVersion: number): AppConfig["start"] {
    const terminal = [Deno.stdin.isTerminal(), Deno.stdout.isTerminal(), Deno.stderr.isTerminal()] as const;
    return {
      sessionVersion,
      mainModule: this.#app.main,
      args: this.#args,
      cwd: Deno.cwd(),
      env: {},
      noColor: Deno.noColor,
      terminal,
      ...(terminal[1] && { columns: Deno.consoleSize().columns }),
      // Not `Intl`, whose first formatter costs 20 ms of CPU time.
      timeZone: Temporal.Now.timeZoneId(),
      locale: navigator.language,
      temporary: (Deno.env.get("TMPDIR") || "/tmp").replace(/(.)\/+$/, "$1"),
      owner: { uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0, umask: Deno.umask() },
      execPath: Deno.execPath(),
      hostname: Deno.hostname(),
      processors: navigator.hardwareConcurrency,
      build: { ...Deno.build },
    };
  }

  /** Paths among the app's arguments that exist are files it means to use. */
  #argumentPaths(): string[] {
    return this.#args.flatMap((arg) => {
      try {
        return [Deno.realPathSync(arg)];
      } catch {
        return [];
      }
    });
  }

  #watcher(code: CodeService) {
    const often = new OftenAway(this.#forced);
    return {
      event: (event: TraceEvent) => {
        this.#trace?.write(event);
        this.#savings.event(event);
        this.#stayed.event(event);
        this.#say(often.event(event) ?? "");
        this.#experiment?.event(event);
        this.#saved.event(event);
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
        return this.#lost = isAlone && mayStartAgain(this.#list("deno", []));
      },
      worker: () => this.#stayed.worker(),
      loaded: async () => {
        const unknown = this.#forced.find((method) =>
          this.#methods.includes(method) && !code.has(method) && code.hasModule(method.split("#")[0]!)
        );
        if (unknown === undefined) return undefined;
        await code.load();
        this.#failure = code.whyNot(unknown);
        return this.#failure;
      },
    };
  }

  #partitionFile(): string[] {
    const path = this.#values.partition;
    if (typeof path !== "string") return [];
    try {
      const { methods } = JSON.parse(Deno.readTextFileSync(path));
      if (!Array.isArray(methods) || !methods.every((method) => typeof method === "string")) {
        throw new TypeError("it has no list of methods");
      }
      return methods;
    } catch (error) {
      throw new UsageError(`cannot use partition ${path}: ${(error as Error).message}`);
    }
  }

  #checkMethod(method: string): void {
    const [path, name] = [method.slice(0, method.indexOf("#")), method.slice(method.indexOf("#") + 1)];
    if (!method.includes("#") || name === "") {
      const example = `${modulePath(this.#app.main, this.#app.root)}#${name || "name"}`;
      throw new UsageError(`"${method}" is no method id: write path/from/app/root.ts#name, e.g. ${example}`);
    }
    if (name === "<main>") throw new UsageError(`${method} can't migrate: the main flow stays on the device`);
    if (path.includes(":")) return;
    try {
      Deno.statSync(`${this.#app.root}/${path.replaceAll("%23", "#")}`);
    } catch {
      throw new UsageError(`unknown method ${method}: ${this.#app.root} has no ${path}`);
    }
  }

  /** Why what the person named to migrate didn't, unless that was said already or is plain. */
  #sayStayed(code: CodeService): void {
    if (this.#toldWhy || this.#clones.includes("none")) return;
    if (!this.#noClone()) {
      // Misses are told with what the methods came to.
      const missed = this.#misses.list().map(({ method }) => method);
      const named = this.#forced.filter((method) =>
        this.#methods.includes(method) && !missed.includes(method)
      );
      // An app that was killed told nothing of what it had not called.
      const loaded = this.#report === undefined ? undefined : (path: string) => code.hasModule(path);
      for (const line of this.#stayed.lines(named, loaded)) this.#say(line);
    } else if (this.#forced.length > 0) {
      this.#say("everything ran here: this device is paired with no clone; `pair` pairs it with one");
    }
  }

  #list(name: string, otherwise: readonly string[]): readonly string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value as string[] : otherwise;
  }

  #say(line: string): void {
    if (line !== "" && this.#values.quiet !== true) {
      console.error(`clonecloud: ${line.replaceAll(/\s*\n\s*/g, " ")}`);
    }
  }
}

const ADDRESS = /^\/((ip4|ip6|dns[46]?)\/[^/]+\/tcp\/\d{1,5}(\/|$)|dnsaddr\/[^/]+\/.)/;

/** A root that was misspelt would silently give nothing. */
function checkRoot(root: string): void {
  try {
    Deno.realPathSync(root);
  } catch (error) {
    throw new UsageError(`cannot give clones --files ${root}: ${stateOf(error as Error)}`);
  }
}

/**
 * Whether it is an address at all; the rest of it is looked at when it is dialled, by code that an app may not need.
 *
 * @throws {UsageError} if it is none, nor one of the words.
 */
export function checkClone(clone: string): void {
  if (["auto", "none", "spawn"].includes(clone) || ADDRESS.test(clone)) {
    return;
  }
  throw new UsageError(
    `--clone must be auto, none, spawn or an address like /ip4/192.168.1.5/tcp/4001; got "${clone}"`,
  );
}
