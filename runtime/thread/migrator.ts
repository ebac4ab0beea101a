/**
 * The device's side of a migration, on the app's own thread: suspend, capture, hand over, wait, merge.
 *
 * Owns the session's view of the heap. Invariants:
 * 1. Until the merge starts the app's heap is untouched; whatever fails before that, the method runs here, once.
 * 2. One thread is away at a time: a migration point reached meanwhile runs here.
 * 3. A session whose invocation was abandoned is never used again: what its guest holds is unknown.
 */
import { type Capture, referencedCode, Refusal, SessionHeap, summary, takeFreshErrors } from "../heap/mod.ts";
import { type AppFacts, filePermissions } from "./app_facts.ts";
import type { BoardView } from "./board.ts";
import { longestAwayMs, outweighs } from "./clone_bounds.ts";
import type { Decision, DecisionMaker } from "./decision.ts";
import { featuresOf } from "../features/features.ts";
import { runFeatures } from "../features/run_features.ts";
import { unstableHere } from "../host/unstable.ts";
import type { Values } from "../host/values.ts";
import type { CodeRegistry } from "./code_registry.ts";
import { CodeToShip } from "./code_to_ship.ts";
import type { Control } from "./live_modules.ts";
import { appendDeviceFrames, appFrames, callerPosition, framesBelow, stackLimit } from "./stack.ts";
import type { DeviceCode } from "./device_code.ts";
import type { SessionState } from "./device_session.ts";
import { performEffects } from "./effects.ts";
import type { GlobalBindings } from "./global_bindings.ts";
import { max, min, promiseThen, SafeMap, typedArrayLength } from "./intrinsics.ts";
import type { AppConfig, MigrateHead, Miss, ReturnHead, TraceEvent } from "./protocol.ts";
import { invocationRoots } from "./invocation_roots.ts";
import { Rest } from "./rest.ts";
import type { Accessor } from "./scope_handles.ts";
import { OwnStages, shownRows, type StageRow } from "./stages.ts";
import type { SyncPort } from "./sync_port.ts";
import { unsentRules } from "./unsent.ts";
import { variablesAt } from "./variables.ts";
import { append, filter, forEach, fromEntries, includes, listOf, map } from "../heap/lists.ts";

export interface MigratorParts {
  readonly registry: CodeRegistry;
  readonly values: Values;
  readonly port: SyncPort;
  readonly config: AppConfig;
  readonly code: DeviceCode;
  readonly globals: GlobalBindings;
  readonly decision: DecisionMaker;
  readonly board: BoardView;
  readonly facts: AppFacts;
}

/** What a migration point gets: the result, or undefined to run the method here. */
type Outcome = { readonly v: unknown } | undefined;

/** How an invocation fared, for the decision model. */
interface Point {
  readonly module: string;
  readonly site: number;
  readonly method: string;
  /** The user wants it to migrate. */
  readonly forced: boolean;
  reached: number;
  /** Don't try again before this many more invocations. */
  rest: number;
  failures: number;
  /** Whether its clone asked for the frames below it: then they go along. */
  tellsFrames: boolean;
  /** Decisions to stay. */
  stayed: number;
  readonly resting: Rest;
  /** Why it ran here last, though the user wants it to migrate: told once in a row. */
  toldWhy: string;
}

/** Decisions to stay that are traced with their figures, for each method. */
const MAX_STAYS_TOLD = 1000;

/** Frames of a thread that a person is shown. */
const MAX_FRAMES_SHOWN = 40;

/** What the migrations of one method came to. */
interface Migrated {
  invocations: number;
  /** What processors spent on them there. */
  cloneMs: number;
  upBytes: number;
  downBytes: number;
}

interface Reply {
  readonly ok: boolean;
  readonly head?: ReturnHead;
  readonly packet?: Uint8Array;
  readonly reason?: string;
  readonly miss?: Miss;
  readonly bytesUp?: number;
  readonly bytesDown?: number;
  /** Milliseconds between handing over and having the answer. */
  readonly awayMs?: number;
  readonly framesAsked?: boolean;
  readonly faults?: number;
  readonly fileBytes?: number;
  readonly fileBytesRead?: number;
  readonly fileBytesSent?: number;
}

const now = performance.now.bind(performance);
const dateNow = Date.now;

const METHOD_REPLACED =
  "its object has another function in its place, which wraps it (a decorator's, an observable's action)";
const SUPERVISOR_GONE = "its supervisor is gone";
const BUILTINS_CHANGED = "built-in objects were changed since the last migration: it migrates again";

export class Migrator {
  readonly #parts: MigratorParts;
  readonly #stages: OwnStages;
  #heap: SessionHeap;
  #away = false;
  /** The session that the heap's view is of. */
  #session = 0;
  /** How long the app has waited for sessions to open. */
  #openingMs = 0;
  /** The last session that was given up. */
  #ended = -1;
  readonly #points: Point[] = [];
  readonly #migrated = new SafeMap<string, Migrated>();
  #boardVersion = -1;
  /** When there was no session though one was asked for. */
  #askedMs = -Infinity;
  /** Nothing has migrated in this session yet: the next one ships code too. */
  #cold = true;
  #runFeatures: readonly number[] | undefined;
  #current = {
    features: [] as readonly number[],
    startedMs: 0,
    cold: true,
    predicted: 0,
    longestMs: undefined as number | undefined,
    stakeMs: undefined as number | undefined,
  };
  #next = 1;
  readonly #code: CodeToShip;

  constructor(parts: MigratorParts) {
    this.#parts = parts;
    parts.values.looksAfterwards = true;
    this.#stages = new OwnStages(parts.port, parts.config.stepping);
    this.#code = new CodeToShip(parts);
    this.#heap = this.#newHeap();
  }

  #newHeap(): SessionHeap {
    return new SessionHeap({
      side: "device",
      values: this.#parts.values,
      code: this.#parts.registry,
      observed: this.#parts.config.stepping,
      unsent: unsentRules(this.#parts.values, () => this.#code.shipped),
    });
  }

  /** Switches a module's migration points on. */
  arm(module: string, control: Control, points: readonly (readonly [number, string])[]): void {
    forEach(points, ({ 0: site, 1: method }, i) => {
      if (!includes(this.#parts.config.methods, method)) return;
      const forced = includes(this.#parts.config.forced, method);
      const counts = { rest: 0, failures: 0, stayed: 0, toldWhy: "", reached: 0 };
      const resting = new Rest(now);
      const point: Point = { module, site, method, forced, tellsFrames: false, resting, ...counts };
      this.#points[this.#points.length] = point;
      control(
        2 + i,
        (self: unknown, args: ArrayLike<unknown>, accessor?: Accessor) =>
          this.#reach(point, self, args, accessor),
      );
    });
  }

  /** Tells all that happened and wasn't told yet. */
  tellAll(): void {
    forEach(this.#points, (point) => this.#tellPassed(point));
    this.#stages.tellAll();
  }

  /** How long the app has waited for sessions to open, milliseconds. */
  get openingMs(): number {
    return this.#openingMs;
  }

  /** How often each method's migration point was reached. */
  reached(): Record<string, number> {
    return fromEntries(map(this.#points, (point) => [point.method, point.reached]));
  }

  /** What each method's migrations came to. */
  migrated(): Readonly<Record<string, Migrated>> {
    const entries: [string, Migrated][] = [];
    this.#migrated.forEach((sum, method) => entries[entries.length] = [method, sum]);
    return fromEntries(entries);
  }

  /** A migration point was reached. Throws what the method threw at the clone. */
  #reach(
    point: Point,
    self: unknown,
    args: ArrayLike<unknown>,
    accessor?: Accessor,
  ): Outcome | Promise<Outcome> {
    let isAsync: boolean | undefined;
    try {
      isAsync = this.#mayGo(point, args);
    } catch (error) {
      // Nothing of ours may reach the app, whatever went wrong.
      return this.#failed(point, `what it takes to migrate can't be told: ${error}`);
    }
    return isAsync === undefined ? undefined : this.#migrate(point, isAsync, self, args, accessor);
  }

  /** Whether the method is asynchronous; undefined if it stays. */
  #mayGo(point: Point, args: ArrayLike<unknown>): boolean | undefined {
    point.reached++;
    if (this.#away) return this.#local(point, "another thread is away");
    if (point.rest > 0) {
      point.rest--;
      return undefined;
    }
    if (point.resting.covers(args)) return undefined;
    const startedMs = now();
    this.#tellPassed(point);
    const features = point.forced ? [] : this.#featuresOf(args);
    let decision = this.#decide(point, features, args.length === 0);
    if (!decision.migrate) {
      this.#stay(point, decision, features);
      if (decision.likewise === true) point.resting.begin(args, now() - startedMs);
      return undefined;
    }
    const isAsync = this.#parts.registry.tableOf(point.module).sites[point.site]!.isAsync === true;
    if (isAsync && !this.#awaitedAtOnce()) return this.#local(point, "its call is not awaited at once");
    const session = this.#sessionState(point.forced ? FORCED_WAIT : waitFor(decision));
    if (session?.ok !== true) return this.#withoutSession(point, session, features, args.length === 0);
    if (session.id !== this.#session) {
      this.#forget();
      this.#session = session.id;
      // What was decided while it opened was decided for conditions of another day, or for none.
      decision = this.#decide(point, features, args.length === 0, true);
      if (!decision.migrate) return this.#stay(point, decision, features);
    }
    this.#trace({ event: "decide", thread: "main", method: point.method, ...decision, features });
    const { hereMs: predicted, longestMs, stakeMs } = decision;
    this.#current = { features, startedMs: now(), cold: this.#cold, predicted, longestMs, stakeMs };
    return isAsync;
  }

  /** Whoever decides counts those too that it wasn't asked about. */
  #tellPassed(point: Point): void {
    const passed = point.resting.takePassed();
    if (passed > 0) this.#parts.decision.passed(point.method, passed);
  }

  /** There is no clone, or none yet: it runs here, and whoever decides knows that it wasn't the method's fault. */
  #withoutSession(
    point: Point,
    session: Exclude<SessionState, { ok: true }> | undefined,
    features: readonly number[],
    ofRun: boolean,
  ): undefined {
    if (session === undefined || point.forced && !session.late) {
      return this.#failed(point, session?.error ?? SUPERVISOR_GONE);
    }
    if (session.late) return this.#local(point, session.error);
    this.#askedMs = now();
    const decision = this.#decide(point, features, ofRun, true);
    return this.#stay(point, { ...decision, migrate: false, reason: session.error }, features);
  }

  /** The first decisions to stay are traced with their figures, so that a person can see why; millions would help nobody. */
  #stay(point: Point, decision: Decision, features: readonly number[]): undefined {
    const { rest = 0, ...told } = decision;
    point.rest = rest;
    if (rest > 0) return undefined;
    if (this.#parts.config.trace && ++point.stayed <= MAX_STAYS_TOLD) {
      this.#trace({ event: "decide", thread: "main", method: point.method, ...told, features });
    }
    return this.#local(point, decision.reason);
  }

  #featuresOf(args: ArrayLike<unknown>): readonly number[] {
    const { args: given, cwd } = this.#parts.config.start;
    this.#runFeatures ??= runFeatures(given, cwd);
    return args.length === 0 ? this.#runFeatures : append(listOf(this.#runFeatures), featuresOf(args));
  }

  /** The session's state; undefined if the supervisor is gone. One that is ready is known without asking. */
  #sessionState(wait: SessionWait): SessionState | undefined {
    const { board, port } = this.#parts;
    board.refresh();
    const id = board.sessionId;
    // Until the supervisor has taken note, the board still shows the session that was just ended.
    if (board.session === "ready" && id !== this.#ended) return { ok: true, id };
    const asked = now();
    const session = port.request({ op: "session", ...wait }) as SessionState | undefined;
    this.#openingMs += now() - asked;
    return session;
  }

  /** A forced method waits for its session; any other goes on here until there is one. */
  #decide(point: Point, features: readonly number[], ofRun: boolean, again = false): Decision {
    if (point.forced) return { migrate: true, hereMs: 0, thereMs: 0, reason: "forced" };
    const { board, decision } = this.#parts;
    if (board.version !== this.#boardVersion) {
      this.#boardVersion = board.version;
      // While a session is opening, what was measured last time has to do.
      if (board.session !== "opening") decision.setConditions(board.read(), board.lacking);
    }
    // Nor is it lost for good: now and then an invocation for which that would pay asks for another.
    if (board.session === "lost") {
      if (now() - this.#askedMs >= ASK_AGAIN_MS) decision.expectClone();
      else decision.setConditions(undefined);
    }
    return decision.decide(point.method, features, ofRun, again);
  }

  #migrate(
    point: Point,
    isAsync: boolean,
    self: unknown,
    args: ArrayLike<unknown>,
    accessor?: Accessor,
  ): Outcome | Promise<Outcome> {
    const started = now();
    let roots: unknown[] | undefined;
    let message: Record<string, unknown>;
    let capture: Capture;
    try {
      roots = invocationRoots(this.#parts, point, { self, args, accessor });
      if (roots === undefined) return this.#failed(point, METHOD_REPLACED);
      capture = this.#heap.capture(roots, { rootNames: ["method", "this", "arguments"] });
      this.#trace({
        event: "capture",
        thread: "main",
        method: point.method,
        objects: capture.objects,
        named: capture.named,
        bytes: capture.bytes,
        ms: now() - started,
        ...(this.#parts.config.trace && { from: summary(capture.explain(), SHARES_TRACED) }),
      });
      if (outweighs(now() - started, this.#current.stakeMs)) {
        this.#endSession();
        return this.#failed(point, "capturing it takes longer than it could save");
      }
      // Below a method that is waited for they can still be read when somebody asks.
      const below = this.#parts.facts.framesBelow = isAsync ? framesBelow() : () => framesBelow()();
      const { code, missing } = this.#code.take(capture);
      const unstable = unstableHere();
      const head: Omit<MigrateHead, "permits"> = {
        id: this.#next++,
        method: point.method,
        isAsync,
        nowMs: dateNow(),
        sinceStartMs: now(),
        pid: Deno.pid,
        exitCode: Deno.exitCode,
        ...(unstable.length > 0 && { unstable }),
        stack: { ...(point.tellsFrames && { below: below() }), limit: stackLimit() },
        code,
      };
      message = {
        op: "migrate",
        session: this.#session,
        head,
        missing,
        method: point.method,
        longestAwayMs: longestAwayMs(this.#current.predicted, this.#current.longestMs),
        permissions: filePermissions(),
      };
    } catch (error) {
      // Whatever went wrong, a fault of ours included: the app's heap is untouched.
      this.#endSession();
      if (!(error instanceof Refusal)) return this.#failed(point, `its state can't be captured: ${error}`);
      const { path, what, fix, message } = error;
      return this.#failed(point, message, { refused: { path, what, fix } });
    }
    this.#stopAtCapture(point, roots, capture);
    const { port } = this.#parts;
    const id = port.post(message, capture.parts, isAsync);
    if (this.#builtinsChanged()) {
      this.#endSession();
      port.wait(id);
      this.#trace({ event: "abandon", thread: "main", method: point.method, reason: BUILTINS_CHANGED });
      return this.#reach(point, self, args, accessor);
    }
    this.#away = true;
    if (!isAsync) {
      try {
        return this.#home(point, port.wait(id));
      } finally {
        this.#away = false;
      }
    }
    return promiseThen(port.arrival(id), (reply: Reply | undefined) => {
      this.#away = false;
      const conflict = reply?.ok ? this.#heap.conflict() : undefined;
      if (conflict !== undefined) return this.#abandon(point, `${conflict} changed on the device meanwhile`);
      return this.#home(point, reply);
    });
  }

  /**
   * Whether built-ins were changed since the capture that has just left looked at them. Looking takes longer than a small
   * capture, so it is done while the thread is away; a program that changes them again is looked at before, from then on.
   */
  #builtinsChanged(): boolean {
    const { values } = this.#parts;
    if (!values.looksAfterwards || !values.builtinsChanged()) return false;
    values.looksAfterwards = false;
    return true;
  }

  /** The answer is there: merge it, or run here. */
  #home(point: Point, reply: Reply = { ok: false, reason: SUPERVISOR_GONE }): Outcome {
    const { head, packet } = reply;
    if (!reply.ok || head === undefined || packet === undefined || !head.ok) {
      const said = head?.ok === false ? `${head.reason}${head.path ? ` at ${head.path}` : ""}` : "no answer";
      const reason = reply.reason ?? said;
      return this.#abandon(point, reason, reply.miss);
    }
    const started = now();
    const { port } = this.#parts;
    const hasFiles = head.files !== undefined;
    // All or none of its files, before the heap is touched: if the heap can't be merged, they are undone.
    const refused = hasFiles ? port.request({ op: "land" }) : undefined;
    if (refused !== undefined) return this.#abandon(point, `its files can't land: ${refused}`);
    let roots: readonly unknown[];
    try {
      this.#adoptGlobals(head.globals);
      const code = referencedCode(packet);
      forEach(code.modules, (module) => {
        this.#parts.code.prefetchMakers(
          module,
          map(filter(code.sites, (item) => item.module === module), (item) => item.site),
        );
      });
      roots = this.#heap.accept(packet);
    } catch (error) {
      if (hasFiles) port.request({ op: "supervisor", request: { op: "landed", keep: false } });
      return this.#abandon(point, `its packet can't be merged: ${(error as Error)?.message}`);
    }
    if (hasFiles) port.request({ op: "supervisor", request: { op: "landed", keep: true } });
    performEffects(head.effects);
    point.failures = 0;
    point.tellsFrames ||= reply.framesAsked === true;
    this.#learn(point, reply, head);
    this.#trace({
      event: "merge",
      thread: "main",
      method: point.method,
      ms: now() - started,
      bytes: typedArrayLength(packet),
      away: reply.awayMs,
      total: now() - this.#current.startedMs,
      up: reply.bytesUp,
      down: reply.bytesDown,
      predicted: this.#current.predicted,
      ...(this.#parts.config.trace && {
        rows: this.#heap.counts(),
        conditions: this.#parts.board.read(),
      }),
      faults: reply.faults,
      fileBytes: reply.fileBytes,
      fileBytesSent: reply.fileBytesSent,
      clone: head.ms,
    });
    this.#current.startedMs = 0;
    this.#stages.reach(() => ({
      stage: "merge",
      thread: "main",
      method: point.method,
      side: "device",
      outcome: head.outcome,
      bytes: typedArrayLength(packet),
      ...shownRows(this.#heap),
    }));
    forEach(takeFreshErrors(), (error) => {
      appendDeviceFrames(error);
    });
    if (head.outcome === "throw") throw roots[0];
    return { v: roots[0] };
  }

  #learn(point: Point, reply: Reply, head: Extract<ReturnHead, { ok: true }>): void {
    const { features, startedMs, cold } = this.#current;
    this.#cold = false;
    const sum = this.#migrated.get(point.method) ?? { invocations: 0, cloneMs: 0, upBytes: 0, downBytes: 0 };
    sum.invocations++;
    sum.cloneMs += head.ms.cpu;
    sum.upBytes += reply.bytesUp ?? 0;
    sum.downBytes += reply.bytesDown ?? 0;
    this.#migrated.set(point.method, sum);
    this.#parts.decision.observe(point.method, {
      where: "there",
      totalMs: now() - startedMs,
      cloneMs: head.ms.run,
      cloneCpuMs: head.ms.cpu,
      upBytes: reply.bytesUp ?? 0,
      downBytes: reply.bytesDown ?? 0,
      faults: reply.faults ?? 0,
      fileBytes: reply.fileBytesSent ?? 0,
      readBytes: reply.fileBytesRead ?? 0,
      waitedMs: head.ms.waited,
      features,
      cold,
    });
  }

  #stopAtCapture(point: Point, roots: readonly unknown[], capture: Capture): void {
    this.#stages.reach(() => {
      const explanation = capture.explain();
      const origins = explanation.origins();
      const { rows, rowCount } = shownRows(this.#heap);
      return {
        stage: "capture",
        thread: "main",
        method: point.method,
        side: "device",
        bytes: capture.bytes,
        objects: capture.objects,
        named: capture.named,
        from: summary(explanation, SHARES_SHOWN),
        frames: appFrames(MAX_FRAMES_SHOWN),
        variables: variablesAt(this.#parts.registry, point, roots as [Function, unknown, unknown[]]),
        rows: map(rows, (row): StageRow => ({ ...row, ...origins.get(row.mid!) })),
        rowCount,
      };
    });
  }

  /** Only then nobody can see that what the method does before its first `await` happens later. */
  #awaitedAtOnce(): boolean {
    const caller = callerPosition();
    const module = caller === undefined ? undefined : this.#parts.code.moduleAt(caller.url);
    return module !== undefined &&
      includes(this.#parts.registry.tableOf(module.key).awaited, caller!.position);
  }

  #adoptGlobals(names: readonly string[]): void {
    forEach(names, (name, index) => {
      if (this.#parts.globals.index(name) !== index) {
        throw new RangeError(`global binding ${name} is out of order`);
      }
    });
  }

  // Failing

  /** What a guest knew is of no use any more. */
  #forget(): void {
    this.#code.forget();
    this.#cold = true;
    this.#parts.values.forgetBuiltins();
    this.#heap = this.#newHeap();
  }

  #endSession(): void {
    if (this.#ended === this.#session) return;
    this.#ended = this.#session;
    this.#parts.port.tell({ op: "close" });
    this.#forget();
  }

  #abandon(point: Point, reason: string, miss?: Miss): undefined {
    this.#trace({
      event: "abandon",
      thread: "main",
      method: point.method,
      reason,
      ...(miss !== undefined && { miss }),
    });
    this.#endSession();
    return this.#failed(point, reason, { permanent: miss !== undefined });
  }

  /** Runs it here, and leaves it here for a while if that keeps happening; for good if it would happen again. */
  #failed(
    point: Point,
    reason: string,
    { permanent = false, refused }: { permanent?: boolean; refused?: TraceEvent["refused"] } = {},
  ): undefined {
    const { startedMs } = this.#current;
    const lostMs = startedMs > 0 ? now() - startedMs : 0;
    this.#current = { ...this.#current, startedMs: 0 };
    this.#parts.decision.observe(point.method, { where: "failed", permanent, lostMs });
    point.failures++;
    point.rest = permanent ? Infinity : min(1 << min(point.failures, 20), 1_000_000) - 1;
    return this.#local(point, reason, refused);
  }

  #local(point: Point, reason: string, refused?: TraceEvent["refused"]): undefined {
    const event: TraceEvent = {
      event: "local",
      thread: "main",
      method: point.method,
      reason,
      ...(refused !== undefined && { refused }),
    };
    if (this.#isTraced) this.#stages.tell(event);
    else if (point.forced && point.toldWhy !== reason) {
      point.toldWhy = reason;
      this.#stages.tellSoon(event);
    }
    return undefined;
  }

  get #isTraced(): boolean {
    const { trace, stepping } = this.#parts.config;
    return trace || stepping;
  }

  #trace(event: TraceEvent): void {
    if (this.#isTraced || event.event === "abandon") this.#stages.tell(event);
    else if (event.event === "merge") this.#stages.tellSoon(event);
  }
}

/** Of the roots, paths, classes and modules that a packet's bytes come from. */
const SHARES_TRACED = 5;
const SHARES_SHOWN = 12;
/** A lost session is asked about again after that long. */
const ASK_AGAIN_MS = 5_000;
/** How long to wait for a session that is opening: at most, and of that also if it has been opening for long. */
interface SessionWait {
  readonly waitMs: number;
  readonly riskMs: number;
}

/** How long a forced method waits for its session. */
const FORCED_WAIT: SessionWait = { waitMs: 30_000, riskMs: 0 };
/** Any other waits for as long as it expects to save, at most this long … */
const MAX_WAIT_MS = 15_000;
/** … or, if that is longer, for this share of what it takes here: no more is lost if no clone comes. */
const RISKED_SHARE = 0.1;

function waitFor({ hereMs, thereMs }: Decision): SessionWait {
  const riskMs = hereMs * RISKED_SHARE;
  return { waitMs: max(0, min(max(MAX_WAIT_MS, riskMs), hereMs - thereMs)), riskMs };
}
