import {
  addSample,
  analyzeProgram,
  appKey,
  type AppVersion,
  type CpuProfile,
  type DeciderModel,
  devicePower,
  emptySpread,
  knowledgeOf,
  type MigratedWork,
  planRun,
  ProfileStore,
  type SampledTree,
  STEPS_WHILE_WAITING,
  treeFromCpuProfile,
} from "../../analysis/mod.ts";
import { type CodeService, type Conditions, type MethodId, methodId } from "../../runtime/mod.ts";
import { type App, modulePath } from "./app.ts";
import { AppMemory, hashFiles, type StartNotes } from "./app_memory.ts";
import { type KnownMiss, wordsOf } from "./misses.ts";
import { isBundle } from "../boot/mod.ts";
import { overridesFor } from "./overrides.ts";
import { ownPower } from "./own_power.ts";
import { filesOf, sourcesOf } from "./sources.ts";
import { undisturbed } from "./undisturbed.ts";

/** What an app's migrations of one method came to. */
export interface MigratedReport {
  readonly invocations: number;
  /** What a processor of the clone spent on it. */
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
  /** What preparing the app process took, milliseconds. */
  readonly bootMs?: number;
  /** What processors worked for it, if Deno tells. */
  readonly cpuMs?: number;
  /** How long it waited for sessions with a clone to open, milliseconds. */
  readonly openingMs?: number;
}

/** Conditions that a plan starts from until the link has been measured. */
const ASSUMED: Conditions = {
  rttMs: 20,
  upBytesPerSecond: 1e6,
  downBytesPerSecond: 1e6,
  cloneSpeed: 4,
  power: "unknown",
};
/** A run shorter than this has nothing worth migrating in it. */
const MIN_WALL_MS = 20;

/** What a run is learnt from. */
export interface Lesson {
  readonly app: App;
  readonly home: string;
  readonly report: Report;
  readonly code: CodeService;
  readonly conditions: Conditions | undefined;
  /** Methods that have to stay, of this run and earlier ones. */
  readonly misses: readonly KnownMiss[];
  readonly objective: "time" | "energy";
  readonly starts: StartNotes | undefined;
  /** Sizes of the run's input. */
  readonly features: readonly number[];
  /** What it was given, for people. */
  readonly input: string;
  readonly endedMs: number;
  readonly onProblem: (message: string) => void;
}

/**
 * Learns from a run that has ended: its profile goes to the store, and the next run's plan is made now, so that the next
 * start is short. Resolves to the methods that have a migration point in it; undefined if there is no plan.
 */
export async function learn(lesson: Lesson): Promise<readonly string[] | undefined> {
  const { app, home, report } = lesson;
  const files = filesOf(lesson.code, app);
  const codeHash = await hashFiles(files);
  if (codeHash === undefined || files.some((file) => changedAfter(file, lesson.endedMs))) return undefined;
  using store = new ProfileStore(`${home}/profiles.sqlite`, { onProblem: lesson.onProblem });
  const version = { app: appKey(app.path, "/"), codeHash };
  const memory = await AppMemory.open(app, home);
  // A run that ended later may have left its note already.
  const newer = memory.writtenMs() > lesson.endedMs ? await memory.read() : undefined;
  const { learned, starts } = newer === undefined
    ? { learned: report.learned, starts: lesson.starts }
    : { learned: newer.model as DeciderModel, starts: newer.starts };
  if (learned !== null) store.saveLearned(version, learned);
  if (report.profile !== undefined && !recordProfile(store, version, lesson)) return undefined;
  const notPoints = notPointsOf(store, version, lesson);
  const conditions = lesson.conditions ?? ASSUMED;
  const plan = await planRun(store, version, {
    ...{ conditions, notPoints, objective: lesson.objective },
    power: devicePower(ownPower(home)),
  });
  if (plan === undefined) return undefined;
  memory.write({
    files,
    codeHash,
    objective: lesson.objective,
    candidates: plan.candidates,
    model: { ...plan.model, ...(starts?.perCpuMs !== undefined && { perCpuMs: starts.perCpuMs }) },
    executions: store.executions(version).length,
    ...(starts !== undefined && { starts }),
  });
  return plan.candidates;
}

/** Then the text that ran is no longer there to be hashed. */
function changedAfter(file: string, endedMs: number): boolean {
  try {
    const { mtime } = Deno.statSync(file);
    return mtime !== null && mtime.getTime() > endedMs;
  } catch {
    return false; // A file that may be missing: the hash says whether that is right.
  }
}

/** Whether a module is the app's end of the link to its supervisor: by itself, or in the bundle of all that is loaded there. */
function isLink(url: string): boolean {
  return url.endsWith("/thread/sync_port.ts") || isBundle(url);
}

/** The tree of a sampled run, with what the analyzer knows of its methods. */
export function sampledTree(
  { app, report, code, conditions }: Pick<Lesson, "app" | "report" | "code" | "conditions">,
): SampledTree {
  const counts = new Map(
    Object.entries(report.reached).map(([method, count]) => [method as MethodId, count]),
  );
  const sampled = treeFromCpuProfile(report.profile!, {
    root: methodId(`${modulePath(app.main, app.root)}#<main>`),
    counts,
    isAway: ({ url, functionName }) => functionName === "wait" && isLink(url),
    migrated: migratedWork(report.migrated, conditions?.cloneSpeed ?? 1),
    resolve: ({ url, lineNumber, columnNumber, functionName }) => {
      if (functionName === "" && lineNumber <= 0 && columnNumber <= 0) return undefined;
      return code.methodAt(url, lineNumber, columnNumber) as MethodId | undefined;
    },
  });
  const overrides = overridesFor(app.root);
  const options = { maxSteps: STEPS_WHILE_WAITING, ...(overrides === undefined ? {} : { overrides }) };
  sampled.tree.annotate(knowledgeOf(analyzeProgram(sourcesOf(code), options)));
  return sampled;
}

/** Adds the run's profile. False if the run was too short. */
function recordProfile(store: ProfileStore, version: AppVersion, lesson: Lesson): boolean {
  const { conditions, endedMs: atMs } = lesson;
  // A learner that was killed may have come so far.
  if (store.executions(version).some((execution) => execution.atMs === atMs)) return true;
  const report = undisturbed(lesson.report, lesson.starts);
  const { tree, wallMs, idleMs } = sampledTree({ ...lesson, report });
  if (wallMs < MIN_WALL_MS) return false;
  store.recordExecution(version, {
    input: lesson.input,
    features: lesson.features,
    device: Deno.hostname(),
    source: "samples",
    atMs,
    weight: 1,
    idleMs,
    onDevice: tree,
    ...(conditions !== undefined && { conditions }),
  });
  return true;
}

/** What of the methods seen in profiles can't be migration points. */
export function notPointsOf(
  store: ProfileStore,
  version: AppVersion,
  { code, misses }: Pick<Lesson, "code" | "misses">,
): Map<MethodId, string> {
  const trees = store.executions(version).map(({ onDevice }) => onDevice);
  const paths = new Set(trees.flatMap(({ nodes }) => nodes.map(({ method }) => method.split("#")[0]!)));
  const hot = new Set(code.modules().filter(({ path }) => paths.has(path)).map(({ url }) => url));
  const learnt = misses.map((miss): [string, string] => [miss.method, `it reaches ${wordsOf(miss)}`]);
  return new Map([...code.notPoints(hot), ...learnt]) as Map<MethodId, string>;
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
