import {
  type AppConfig,
  bootUrl,
  CodeService,
  runtimeFolder,
  SESSION_VERSION,
  type StageStop,
  type TraceEvent,
} from "../../runtime/mod.ts";
import { type App, findApp, modulePath } from "./app.ts";
import { extraPermissions, runForeground } from "./app_process.ts";
import { openClones } from "./clones.ts";
import { type Command, type Parsed, UsageError } from "./command.ts";
import { Savings } from "./savings.ts";
import { Supervisor } from "./supervisor.ts";
import { FolderCache } from "./text_cache.ts";
import { TraceFile } from "./trace_file.ts";

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

/** One run of an app under the runtime. */
export class Run {
  readonly #app: App;
  readonly #args: readonly string[];
  readonly #values: Parsed["values"];
  readonly #methods: readonly string[];
  readonly #clones: readonly string[];
  readonly #instrument: "partition" | "all" | "none";
  #trace: TraceFile | undefined;
  readonly #onlooker: Onlooker | undefined;
  readonly #savings = new Savings();
  #failure: string | undefined;

  constructor(parsed: Parsed, onlooker?: Onlooker) {
    this.#onlooker = onlooker;
    const [given, ...args] = parsed.positionals;
    if (given === undefined) throw new UsageError("no app given: run APP [ARG]...");
    this.#app = findApp(given);
    this.#args = args;
    this.#values = parsed.values;
    this.#clones = this.#list("clone", ["auto"]);
    this.#instrument = choice(parsed.values.instrument, "instrument", ["partition", "all", "none"]);
    choice(parsed.values.objective, "objective", ["time", "energy"]);
    this.#methods = [...this.#list("migrate", []), ...this.#partitionFile()];
    for (const method of this.#methods) this.#checkMethod(method);
  }

  /** Methods with a migration point. */
  get methods(): readonly string[] {
    return this.#methods;
  }

  get app(): App {
    return this.#app;
  }

  /** Runs it to its end; its exit code. */
  async start(): Promise<number> {
    const launch = this.#onlooker === undefined ? runForeground : this.#onlooker.launch.bind(this.#onlooker);
    const flags = this.#list("deno", []);
    const idle = this.#methods.length === 0 && this.#instrument !== "all";
    if (
      this.#instrument === "none" || idle || (this.#clones.includes("none") && this.#instrument !== "all")
    ) {
      return await launch(denoPath(), ["run", ...flags, this.#app.path, ...this.#args]);
    }
    if (typeof this.#values.trace === "string") this.#trace = new TraceFile(this.#values.trace);
    const clones = this.#clones.includes("none") ? undefined : await this.#openClones();
    const code = this.#codeService();
    const extras: { revoke: readonly Deno.PermissionDescriptor[] } = { revoke: [] };
    const supervisor = new Supervisor({
      code,
      config: () => Promise.resolve(this.#config(clones, extras.revoke)),
      watcher: this.#watcher(code),
    });
    try {
      const sockets = [supervisor.path, ...(clones === undefined ? [] : [clones.socket])];
      const extra = extraPermissions(flags, { read: [runtimeFolder], sockets });
      extras.revoke = extra.revoke;
      const boot = `${bootUrl}?supervisor=${encodeURIComponent(supervisor.path)}`;
      const code_ = await launch(denoPath(), [
        "run",
        ...flags,
        ...extra.flags,
        "--preload",
        boot,
        this.#app.path,
        ...this.#args,
      ]);
      if (this.#failure !== undefined) throw new UsageError(this.#failure);
      this.#say(this.#savings.line());
      return code_;
    } finally {
      supervisor.close();
      this.#trace?.close();
      await clones?.close();
    }
  }

  async #openClones() {
    try {
      return await openClones({
        ...(typeof this.#values.home === "string" && { home: this.#values.home }),
        clones: this.#clones,
        denoPath: denoPath(),
      });
    } catch (error) {
      if (error instanceof UsageError) throw error;
      this.#say(`no clone: ${(error as Error).message}; everything runs here`);
      return undefined;
    }
  }

  #codeService(): CodeService {
    const home = typeof this.#values.home === "string"
      ? this.#values.home
      : `${Deno.env.get("HOME") ?? "."}/.clonecloud`;
    return new CodeService({
      cache: new FolderCache(`${Deno.env.get("CLONECLOUD_HOME") ?? home}/cache`),
      methods: new Set(this.#methods),
      pathOf: (url) => modulePath(url, this.#app.root),
      diagnose: (url, reason) =>
        this.#say(`${modulePath(url, this.#app.root)} runs unchanged and stays here: ${reason}`),
    });
  }

  #config(
    clones: { socket: string; wanted: readonly string[] } | undefined,
    revoke: readonly Deno.PermissionDescriptor[],
  ): AppConfig {
    const link = this.#values.link;
    return {
      methods: this.#methods,
      forced: this.#methods,
      instrument: this.#instrument,
      revoke,
      peerSocket: clones?.socket,
      session: clones === undefined ? undefined : {
        op: "session",
        sessionVersion: SESSION_VERSION,
        clones: clones.wanted,
        app: modulePath(this.#app.main, this.#app.root),
        deno: Deno.version.deno,
        ...(typeof link === "string" && { link }),
      },
      roots: [
        this.#app.root,
        Deno.cwd(),
        ...this.#argumentPaths(),
        ...this.#list("files", []).map((path) => Deno.realPathSync(path)),
      ],
      start: this.#start(),
      stepping: this.#onlooker !== undefined,
      profile: false,
      model: null,
    };
  }

  #start(): AppConfig["start"] {
    const terminal = [Deno.stdin.isTerminal(), Deno.stdout.isTerminal(), Deno.stderr.isTerminal()] as const;
    return {
      sessionVersion: SESSION_VERSION,
      mainModule: this.#app.main,
      args: this.#args,
      cwd: Deno.cwd(),
      env: {},
      noColor: Deno.noColor,
      terminal,
      columns: terminal[1] ? Deno.consoleSize().columns : 80,
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      locale: navigator.language,
      pid: 0,
      hostname: Deno.hostname(),
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
    return {
      event: (event: TraceEvent) => {
        this.#trace?.write(event);
        this.#savings.event(event);
        return this.#onlooker?.event(event);
      },
      conditions: (_conditions: unknown, peer: string) => {
        if (peer === "") return;
        this.#savings.clone(peer);
        this.#onlooker?.clone(peer);
      },
      stage: (stop: StageStop) => this.#onlooker?.stage(stop) ?? Promise.resolve(),
      report: () => {},
      loaded: () => {
        const unknown = this.#methods.find((method) =>
          !code.has(method) && code.hasModule(method.split("#")[0]!)
        );
        if (unknown === undefined) return undefined;
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
      throw new UsageError(`"${method}" is no method id: write path/from/app/root.ts#name`);
    }
    if (path.includes(":")) return;
    try {
      Deno.statSync(`${this.#app.root}/${path}`);
    } catch {
      throw new UsageError(`unknown method ${method}: ${this.#app.root} has no ${path}`);
    }
  }

  #list(name: string, otherwise: readonly string[]): readonly string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value as string[] : otherwise;
  }

  #say(line: string): void {
    if (line !== "" && this.#values.quiet !== true) console.error(`clonecloud: ${line}`);
  }
}

function choice<T extends string>(value: unknown, option: string, allowed: readonly T[]): T {
  if (value === undefined) return allowed[0]!;
  if (!allowed.includes(value as T)) {
    throw new UsageError(`--${option} must be ${allowed.join(", ")}; got "${value}"`);
  }
  return value as T;
}
