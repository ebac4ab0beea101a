import {
  addSample,
  analyzeProgram,
  appKey,
  type AppVersion,
  type CpuProfile,
  type DeciderModel,
  emptySpread,
  knowledgeOf,
  type MigratedWork,
  type Plan,
  type PlanOptions,
  planRun,
  ProfileStore,
  treeFromCpuProfile,
} from "../../analysis/mod.ts";
import { type CodeService, type Conditions, type MethodId, methodId } from "../../runtime/mod.ts";
import { createHash } from "node:crypto";
import { type App, modulePath } from "./app.ts";

/** What an app's migrations of one method came to. */
export interface MigratedReport {
  readonly invocations: number;
  /** At the clone, as it ran there. */
  readonly cloneMs: number;
  readonly upBytes: number;
  readonly downBytes: number;
}

/** What an app process reports when it ends. */
export interface Report {
  readonly profile?: CpuProfile;
  readonly reached: Readonly<Record<string, number>>;
  readonly migrated: Readonly<Record<string, MigratedReport>>;
  readonly learned: DeciderModel | null;
}

/** Conditions that a plan starts from until the link has been measured. */
const ASSUMED: Conditions = {
  rttMs: 20,
  upBytesPerSecond: 1e6,
  downBytesPerSecond: 1e6,
  cloneSpeed: 4,
  power: "unknown",
};
/** Executions that are kept for one version of an app's code: from then on only the decision model learns. */
const MAX_EXECUTIONS = 5;
/** A run shorter than this has nothing worth migrating in it. */
const MIN_WALL_MS = 20;

/** What earlier runs of an app taught, and what this one adds. */
export class Learning {
  readonly #app: App;
  readonly #folder: string;
  readonly #store: ProfileStore;
  readonly #key: string;

  constructor(app: App, home: string, onProblem: (message: string) => void) {
    this.#app = app;
    this.#folder = `${home}/apps`;
    Deno.mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    this.#store = new ProfileStore(`${home}/profiles.sqlite`, { onProblem });
    this.#key = appKey(app.path, Deno.cwd());
  }

  close(): void {
    this.#store.close();
  }

  /** The version of the app's code, if it is still the text of an earlier run. */
  version(): AppVersion | undefined {
    try {
      const { files, codeHash } = JSON.parse(Deno.readTextFileSync(this.#noteFile()));
      return hashFiles(files) === codeHash ? { app: this.#key, codeHash } : undefined;
    } catch {
      return undefined;
    }
  }

  /** What a run should do; undefined if nothing is known of this version. */
  async plan(options: Partial<PlanOptions>): Promise<Plan | undefined> {
    const version = this.version();
    if (version === undefined) return undefined;
    const conditions = options.conditions ?? this.#store.learned(version)?.conditions ?? ASSUMED;
    return await planRun(this.#store, version, { ...options, conditions });
  }

  /** Whether more profiles of this version are wanted. */
  wantsProfile(): boolean {
    const version = this.version();
    return version === undefined || this.#store.executions(version).length < MAX_EXECUTIONS;
  }

  /** Adds what a run taught. */
  async record(report: Report, code: CodeService, conditions: Conditions | undefined): Promise<void> {
    const files = this.#ownFiles(code);
    const codeHash = hashFiles(files);
    if (codeHash === undefined) return;
    const version = { app: this.#key, codeHash };
    Deno.writeTextFileSync(this.#noteFile(), JSON.stringify({ files, codeHash }), { mode: 0o600 });
    if (report.learned !== null) this.#store.saveLearned(version, report.learned);
    if (report.profile !== undefined && this.wantsProfile()) {
      await this.#recordProfile(version, report, code, conditions);
    }
  }

  async #recordProfile(
    version: AppVersion,
    report: Report,
    code: CodeService,
    conditions: Conditions | undefined,
  ): Promise<void> {
    const main = modulePath(this.#app.main, this.#app.root);
    const counts = new Map(
      Object.entries(report.reached).map(([method, count]) => [method as MethodId, count]),
    );
    const hot = new Set<string>();
    const { tree, wallMs } = treeFromCpuProfile(report.profile!, {
      root: methodId(`${main}#<main>`),
      counts,
      isAway: ({ url, functionName }) => functionName === "request" && url.endsWith("/thread/sync_port.ts"),
      migrated: migratedWork(report.migrated, conditions?.cloneSpeed ?? 1),
      resolve: ({ url, lineNumber, columnNumber, functionName }) => {
        if (functionName === "" && lineNumber <= 0 && columnNumber <= 0) return undefined;
        const method = code.methodAt(url, lineNumber, columnNumber);
        if (method !== undefined) hot.add(url);
        return method as MethodId | undefined;
      },
    });
    if (wallMs < MIN_WALL_MS) return;
    tree.annotate(knowledgeOf(analyzeProgram(this.#sources(code))));
    const notPoints = code.notPoints(hot);
    this.#store.recordExecution(version, {
      input: Deno.args.join(" "),
      device: Deno.hostname(),
      source: "samples",
      atMs: Date.now(),
      weight: 1,
      onDevice: tree,
      ...(conditions !== undefined && { conditions }),
    });
    this.#saveNotPoints(version, notPoints);
    // Solving now, after the app has ended, keeps the next start short.
    await this.plan({ ...(conditions !== undefined && { conditions }), notPoints: this.notPoints(version) });
  }

  /** Methods that can't be migration points, as the last run found. */
  notPoints(version: AppVersion): Map<MethodId, string> {
    try {
      return new Map(
        JSON.parse(Deno.readTextFileSync(`${this.#noteFile()}.${version.codeHash.slice(0, 12)}.pins`)),
      );
    } catch {
      return new Map();
    }
  }

  #saveNotPoints(version: AppVersion, notPoints: ReadonlyMap<string, string>): void {
    const path = `${this.#noteFile()}.${version.codeHash.slice(0, 12)}.pins`;
    Deno.writeTextFileSync(path, JSON.stringify([...notPoints]), { mode: 0o600 });
  }

  #noteFile(): string {
    return `${this.#folder}/${createHash("sha256").update(this.#key).digest("hex").slice(0, 24)}`;
  }

  #ownFiles(code: CodeService): string[] {
    return code.modules().flatMap(({ url }) =>
      url.startsWith("file:") ? [decodeURIComponent(new URL(url).pathname)] : []
    ).sort();
  }

  #sources(code: CodeService) {
    return code.modules().filter(({ path }) => !path.startsWith("npm:")).map((
      { url, path, source, isModule },
    ) => ({
      url,
      path,
      text: source,
      kind: isModule ? "module" as const : "script" as const,
      imports: relativeImports(url),
    }));
  }
}

/** Relative specifiers of a module mean what they say; anything else is not followed. */
function relativeImports(url: string): ReadonlyMap<string, string> {
  const imports = new Map<string, string>();
  imports.get = (specifier) => /^\.{0,2}\//.test(specifier) ? new URL(specifier, url).href : undefined;
  return imports;
}

function migratedWork(migrated: Report["migrated"], cloneSpeed: number): Map<MethodId, MigratedWork> {
  return new Map(
    Object.entries(migrated).map(([method, { invocations, cloneMs, upBytes, downBytes }]) => {
      const entryBytes = emptySpread();
      const exitBytes = emptySpread();
      addSample(entryBytes, upBytes / invocations);
      addSample(exitBytes, downBytes / invocations);
      return [method as MethodId, { invocations, workMs: cloneMs * cloneSpeed, entryBytes, exitBytes }];
    }),
  );
}

/** Hash of the files' contents; undefined if one is gone. */
function hashFiles(files: readonly string[]): string | undefined {
  const hash = createHash("sha256");
  try {
    for (const file of files) hash.update(file).update("\0").update(Deno.readFileSync(file)).update("\0");
  } catch {
    return undefined;
  }
  return hash.digest("hex");
}
