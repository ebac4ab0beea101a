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
import { longestAskingMs, longestAwayMs, outweighs } from "./clone_bounds.ts";
import type { Decision, DecisionMaker } from "./decision.ts";
import { featuresOf } from "../features/features.ts";
import { runFeatures } from "../features/run_features.ts";
import { unstableHere } from "../host/unstable.ts";
import type { Values } from "../host/values.ts";
import type { CodeRegistry } from "./code_registry.ts";
import { CodeToShip } from "./code_to_ship.ts";
import { isFixed, mayBeFixed } from "./fixed.ts";
import type { Control } from "./live_modules.ts";
import { appendDeviceFrames, appFrames, everyCallerWaits, framesBelow, stackLimit } from "./stack.ts";
import type { MadeCode } from "./made_code.ts";
import type { DeviceCode } from "./device_code.ts";
import type { SessionState } from "./device_session.ts";
import { performEffects } from "./effects.ts";
import type { GlobalBindings } from "./global_bindings.ts";
import { apply, functionBind, max, min, promiseThen, SafeMap, typedArrayLength } from "./intrinsics.ts";
import {
  type AppConfig,
  type Caller,
  type MadeModule,
  type MigrateHead,
  type Miss,
  NOT_AWAITED,
  type ReturnHead,
  type Settled,
  type TraceEvent,
} from "./protocol.ts";
import {
  asReturned,
  asSettled,
  asyncWhenSettled,
  type Ended,
  type Outcome,
  timersRun,
  whenSettled,
} from "./outcome.ts";
import { type Invocation, invocationRoots } from "./invocation_roots.ts";
import { type MigrationPoint, migrationPoint } from "./migration_point.ts";
import type { Accessor } from "./scope_handles.ts";
import { OwnStages, shownRows, type StageRow } from "./stages.ts";
import type { SyncPort } from "./sync_port.ts";
import { unsentRules } from "./unsent.ts";
import { startsWith } from "../heap/texts.ts";
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
  readonly made: MadeCode;
}

/** How an invocation goes: asynchronous or not; whether whoever called it waits at once for what it returns, as far as that is known. */
interface Way {
  readonly isAsync: boolean;
  awaited: boolean | undefined;
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
  readonly made?: readonly MadeModule[];
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
  /** Its answer waits for the moment when the method's promise is settled. */
  #later = false;
  /** The session that the heap's view is of. */
  #session = 0;
  /** How long the app has waited for sessions to open. */
  #openingMs = 0;
  /** The last session that was given up. */
  #ended = -1;
  readonly #points: MigrationPoint[] = [];
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
      const point = migrationPoint({ module, site, method, forced }, now);
      this.#points[this.#points.length] = point;
      control(
        2 + i,
        (self: unknown, args: ArrayLike<unknown>, accessor?: Accessor) =>
          this.#reach(point, { self, args, accessor }),
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
  #reach(point: MigrationPoint, invocation: Invocation): Outcome {
    let way: Way | undefined;
    try {
      way = this.#mayGo(point, invocation);
    } catch (error) {
      // Nothing of ours may reach the app, whatever went wrong.
      return this.#failed(point, `what it takes to migrate can't be told: ${error}`);
    }
    return way === undefined ? undefined : this.#migrate(point, way, invocation);
  }

  /** How the method goes; undefined if it stays. */
  #mayGo(point: MigrationPoint, invocation: Invocation): Way | undefined {
    const { args } = invocation;
    point.reached++;
    if (point.isHere) return undefined;
    if (this.#away || this.#later) return this.#local(point, "another thread is away");
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
    const entry = this.#parts.registry.tableOf(point.module).sites[point.site]!;
    const isAsync = entry.isAsync === true;
    const awaited = isAsync || point.promises ? this.#isAwaited() : undefined;
    if (awaited === false && (point.mustBeAwaited || isAsync && !mayBeFixed(invocation, entry))) {
      return this.#local(point, NOT_AWAITED);
    }
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
    return { isAsync, awaited };
  }

  /** Whoever decides counts those too that it wasn't asked about. */
  #tellPassed(point: MigrationPoint): void {
    const passed = point.resting.takePassed();
    if (passed > 0) this.#parts.decision.passed(point.method, passed);
  }

  /** There is no clone, or none yet: it runs here, and whoever decides knows that it wasn't the method's fault. */
  #withoutSession(
    point: MigrationPoint,
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
  #stay(point: MigrationPoint, decision: Decision, features: readonly number[]): undefined {
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

  /** Whether the session that the heap's view is of still is. */
  #isSessionOpen(): boolean {
    const { board } = this.#parts;
    board.refresh();
    return board.session === "ready" && board.sessionId === this.#session;
  }

  /** A forced method waits for its session; any other goes on here until there is one. */
  #decide(point: MigrationPoint, features: readonly number[], ofRun: boolean, again = false): Decision {
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

  #migrate(point: MigrationPoint, way: Way, invocation: Invocation): Outcome {
    const { isAsync } = way;
    const isFlow = isAsync && way.awaited === true;
    const started = now();
    let roots: unknown[] | undefined;
    let message: Record<string, unknown>;
    let capture: Capture;
    try {
      roots = invocationRoots(this.#parts, point, invocation);
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
      const below = this.#parts.facts.framesBelow = isFlow ? framesBelow() : () => framesBelow()();
      const caller = this.#parts.facts.caller = () => this.#caller(point, way, roots![2]);
      const { code, missing } = this.#code.take(capture);
      const unstable = unstableHere();
      const head: Omit<MigrateHead, "permits"> = {
        id: this.#next++,
        method: point.method,
        isAsync,
        ...(way.awaited !== undefined && { caller: caller() }),
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
        longestAskingMs: longestAskingMs(this.#current.predicted),
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
    const id = port.post(message, capture.parts, isFlow);
    if (this.#builtinsChanged()) {
      this.#endSession();
      port.wait(id);
      this.#trace({ event: "abandon", thread: "main", method: point.method, reason: BUILTINS_CHANGED });
      return this.#reach(point, invocation);
    }
    this.#away = true;
    if (!isFlow) {
      try {
        const reply: Reply | undefined = port.wait(id);
        const settled = reply?.head?.ok === true ? reply.head.settled : undefined;
        if (settled === undefined || isAsync && settled === 0) return asReturned(this.#home(point, reply));
        if (settled === 0) return asSettled(this.#home(point, reply));
        return this.#homeWhen(settled, point, { reply, way, fn: roots[0] as Function, invocation });
      } finally {
        this.#away = false;
      }
    }
    const p = promiseThen(port.arrival(id), (reply: Reply | undefined) => {
      this.#away = false;
      return asReturned(this.#homeLater(point, reply));
    });
    return { v: undefined, p };
  }

  /** The answer is there, but others went on meanwhile: what they changed may be what was captured. */
  #homeLater(point: MigrationPoint, reply: Reply | undefined, isLeft = false): Ended | undefined {
    const conflict = reply?.ok ? this.#heap.conflict() : undefined;
    if (conflict === undefined) return this.#home(point, reply, isLeft);
    return this.#abandon(point, `${conflict} changed on the device meanwhile`);
  }

  /**
   * What the method's promise comes to is merged when it is settled, since others may go on before. If it can't be merged then,
   * the method runs here, later than it was called. Where nobody can change what it reached, it is merged at once: others may
   * migrate before. Not an error, which names those that wait when it is settled.
   */
  #homeWhen(
    settled: Settled,
    point: MigrationPoint,
    { reply, way: { isAsync, awaited }, fn, invocation: { self, args } }: {
      reply: Reply | undefined;
      way: Way;
      fn: Function;
      invocation: Invocation;
    },
  ): Outcome {
    const isNow = !awaited && reply?.head?.ok === true && reply.head.outcome === "return";
    const ended = isNow ? this.#home(point, reply) : undefined;
    if (isNow && ended === undefined) return undefined;
    const end = () => {
      if (isNow) return ended;
      this.#later = false;
      // Its files would land with nobody.
      if (!this.#isSessionOpen()) return this.#abandon(point, "its session has ended");
      return this.#homeLater(point, reply, !isAsync);
    };
    this.#later = !isNow;
    const { port } = this.#parts;
    // Timers that are due come before. Not that timer itself: its reactions would show what Deno runs between two of them.
    const arrival = () => port.arrival(port.post({ op: "session", waitMs: 0, riskMs: 0 }, [], true));
    const turn = () => promiseThen(timersRun(), arrival) as Promise<unknown>;
    const settling = { settled, turn, end };
    if (isAsync) return asyncWhenSettled(settling);
    let call: Function;
    try {
      call = apply(functionBind, this.#parts.registry.callable(fn), append([self], listOf(args)));
    } catch (error) {
      this.#later = false;
      return this.#abandon(point, `it could not be called once more: ${error}`);
    }
    const before = () => void (point.isHere = true);
    const after = () => void (point.isHere = false);
    return { v: whenSettled(settling, { call, before, after }), p: undefined };
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

  /** What the clone has made of texts, both sides have. */
  #adoptMade(modules: readonly MadeModule[]): void {
    this.#parts.made.arrived(modules);
    forEach(modules, ({ key }) => {
      this.#code.shipped.add(key);
    });
  }

  /** The answer is there: merge it, or run here. `isLeft`: the method has returned meanwhile, and promised what this comes to. */
  #home(
    point: MigrationPoint,
    reply: Reply = { ok: false, reason: SUPERVISOR_GONE },
    isLeft = false,
  ): Ended | undefined {
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
      this.#adoptMade(reply.made ?? []);
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
      appendDeviceFrames(error, isLeft);
    });
    return { outcome: head.outcome, value: roots[0] };
  }

  #learn(point: MigrationPoint, reply: Reply, head: Extract<ReturnHead, { ok: true }>): void {
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

  #stopAtCapture(point: MigrationPoint, roots: readonly unknown[], capture: Capture): void {
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

  /** The method returns a promise: what its caller may do before that is settled. `list` is what the method was given. */
  #caller(point: MigrationPoint, way: Way, list: unknown): Caller {
    point.promises = true;
    const awaits = way.awaited ??= this.#isAwaited();
    return { awaits, changesNothing: awaits || isFixed(this.#heap, this.#parts.registry, list) };
  }

  /** Only then nobody can see that what the method does before its first `await` happens later, or what it does after it at once. */
  #isAwaited(): boolean {
    const { code, registry, config } = this.#parts;
    return everyCallerWaits(({ url, position }) => {
      const module = code.moduleAt(url);
      if (module === undefined) return "goes on";
      const { awaited, last } = registry.tableOf(module.key);
      if (includes(awaited, position)) return "awaits";
      return last === position && url === config.start.mainModule ? "ends" : "goes on";
    });
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

  #abandon(point: MigrationPoint, reason: string, miss?: Miss): undefined {
    this.#trace({
      event: "abandon",
      thread: "main",
      method: point.method,
      reason,
      ...(miss !== undefined && { miss }),
    });
    this.#endSession();
    // Elsewhere it may be awaited.
    point.mustBeAwaited ||= startsWith(reason, NOT_AWAITED);
    return this.#failed(point, reason, { permanent: miss !== undefined });
  }

  /** Runs it here, and leaves it here for a while if that keeps happening; for good if it would happen again. */
  #failed(
    point: MigrationPoint,
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

  #local(point: MigrationPoint, reason: string, refused?: TraceEvent["refused"]): undefined {
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
