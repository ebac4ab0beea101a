/**
 * The device's side of a migration, on the app's own thread: suspend, capture, hand over, wait, merge.
 *
 * Owns the session's view of the heap. Invariants:
 * 1. Until the merge starts the app's heap is untouched; whatever fails before that, the method runs here, once.
 * 2. One thread is away at a time: a migration point reached meanwhile runs here.
 * 3. A session whose invocation was abandoned is never used again: what its guest holds is unknown.
 */
import { type Capture, referencedCode, Refusal, SessionHeap, takeFreshErrors } from "../heap/mod.ts";
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
import { appendDeviceFrames, everyCallerWaits, framesBelow, stackLimit } from "./stack.ts";
import type { MadeCode } from "./made_code.ts";
import type { DeviceCode } from "./device_code.ts";
import { AppSession, FORCED_WAIT, waitFor } from "./app_session.ts";
import type { SessionState } from "./device_session.ts";
import { performEffects } from "./effects.ts";
import type { GlobalBindings } from "./global_bindings.ts";
import { apply, functionBind, min, promiseThen } from "./intrinsics.ts";
import {
  type AppConfig,
  type Caller,
  type MadeModule,
  type MigrateHead,
  type MigrationReply,
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
import { MigrationReport } from "./migration_report.ts";
import { type MethodTotals, MigrationTotals } from "./migration_totals.ts";
import type { SyncPort } from "./sync_port.ts";
import { unsentRules } from "./unsent.ts";
import { startsWith } from "../heap/texts.ts";
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

const now = performance.now.bind(performance);
const dateNow = Date.now;

/** An invocation that is ready to leave. */
interface Suspended {
  /** The method, its `this`, its arguments. */
  readonly roots: readonly unknown[];
  readonly capture: Capture;
  readonly message: Record<string, unknown>;
}

const METHOD_REPLACED =
  "its object has another function in its place, which wraps it (a decorator's, an observable's action)";
const SUPERVISOR_GONE = "its supervisor is gone";
const BUILTINS_CHANGED = "built-in objects were changed since the last migration: it migrates again";

export class Migrator {
  readonly #parts: MigratorParts;
  readonly #report: MigrationReport;
  readonly #session: AppSession;
  #heap: SessionHeap;
  #away = false;
  /** Its answer waits for the moment when the method's promise is settled. */
  #later = false;
  readonly #points: MigrationPoint[] = [];
  readonly #totals = new MigrationTotals();
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
    this.#report = new MigrationReport(parts);
    this.#session = new AppSession(parts);
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
    this.#report.tellAll();
  }

  /** How long the app has waited for sessions to open, milliseconds. */
  get openingMs(): number {
    return this.#session.openingMs;
  }

  /** How often each method's migration point was reached. */
  reached(): Record<string, number> {
    return fromEntries(map(this.#points, (point) => [point.method, point.reached]));
  }

  /** What each method's migrations came to. */
  migrated(): Readonly<Record<string, MethodTotals>> {
    return this.#totals.read();
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
    const session = this.#session.state(point.forced ? FORCED_WAIT : waitFor(decision));
    if (session?.ok !== true) return this.#withoutSession(point, session, features, args.length === 0);
    if (this.#session.enter(session.id)) {
      this.#forget();
      // What was decided while it opened was decided for conditions of another day, or for none.
      decision = this.#decide(point, features, args.length === 0, true);
      if (!decision.migrate) return this.#stay(point, decision, features);
    }
    this.#report.decided(point, decision, features);
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
    this.#session.missed();
    const decision = this.#decide(point, features, ofRun, true);
    return this.#stay(point, { ...decision, migrate: false, reason: session.error }, features);
  }

  #stay(point: MigrationPoint, decision: Decision, features: readonly number[]): undefined {
    const { rest = 0, ...told } = decision;
    point.rest = rest;
    if (rest === 0) this.#report.stayed(point, told, features);
  }

  #featuresOf(args: ArrayLike<unknown>): readonly number[] {
    const { args: given, cwd } = this.#parts.config.start;
    this.#runFeatures ??= runFeatures(given, cwd);
    return args.length === 0 ? this.#runFeatures : append(listOf(this.#runFeatures), featuresOf(args));
  }

  /** A forced method waits for its session; any other goes on here until there is one. */
  #decide(point: MigrationPoint, features: readonly number[], ofRun: boolean, again = false): Decision {
    if (point.forced) return { migrate: true, hereMs: 0, thereMs: 0, reason: "forced" };
    const { decision } = this.#parts;
    this.#session.tellConditions(decision);
    return decision.decide(point.method, features, ofRun, again);
  }

  #migrate(point: MigrationPoint, way: Way, invocation: Invocation): Outcome {
    const { isAsync } = way;
    const isFlow = isAsync && way.awaited === true;
    let suspended: Suspended | undefined;
    try {
      suspended = this.#suspend(point, way, invocation);
    } catch (error) {
      // Whatever went wrong, a fault of ours included: the app's heap is untouched.
      this.#endSession();
      if (!(error instanceof Refusal)) return this.#failed(point, `its state can't be captured: ${error}`);
      const { path, what, fix, message } = error;
      return this.#failed(point, message, { refused: { path, what, fix } });
    }
    if (suspended === undefined) return undefined;
    const { roots, capture, message } = suspended;
    this.#report.atCapture(point, roots, this.#heap, capture);
    const { port } = this.#parts;
    const id = port.post(message, capture.parts, isFlow);
    if (this.#builtinsChanged()) {
      this.#endSession();
      port.wait(id);
      this.#report.abandoned(point, BUILTINS_CHANGED);
      return this.#reach(point, invocation);
    }
    this.#away = true;
    if (!isFlow) {
      try {
        const reply: MigrationReply | undefined = port.wait(id);
        const settled = reply?.head?.ok === true ? reply.head.settled : undefined;
        if (settled === undefined || isAsync && settled === 0) return asReturned(this.#home(point, reply));
        if (settled === 0) return asSettled(this.#home(point, reply));
        return this.#homeWhen(settled, point, { reply, way, fn: roots[0] as Function, invocation });
      } finally {
        this.#away = false;
      }
    }
    const p = promiseThen(port.arrival(id), (reply: MigrationReply | undefined) => {
      this.#away = false;
      return asReturned(this.#homeLater(point, reply));
    });
    return { v: undefined, p };
  }

  /** What leaves; undefined, and told why, if nothing does after all. @throws whatever capturing throws */
  #suspend(point: MigrationPoint, way: Way, invocation: Invocation): Suspended | undefined {
    const started = now();
    const roots = invocationRoots(this.#parts, point, invocation);
    if (roots === undefined) return this.#failed(point, METHOD_REPLACED);
    const capture = this.#heap.capture(roots, { rootNames: ["method", "this", "arguments"] });
    this.#report.captured(point, capture, now() - started);
    const { predicted, longestMs, stakeMs } = this.#current;
    if (outweighs(now() - started, stakeMs)) {
      this.#endSession();
      return this.#failed(point, "capturing it takes longer than it could save");
    }
    const { code, missing } = this.#code.take(capture);
    const message = {
      op: "migrate",
      session: this.#session.id,
      head: this.#headOf(point, way, { roots, code }),
      missing,
      method: point.method,
      longestAwayMs: longestAwayMs(predicted, longestMs),
      longestAskingMs: longestAskingMs(predicted),
      permissions: filePermissions(),
    };
    return { roots, capture, message };
  }

  #headOf(
    point: MigrationPoint,
    way: Way,
    { roots, code }: { readonly roots: readonly unknown[]; readonly code: MigrateHead["code"] },
  ): Omit<MigrateHead, "permits"> {
    // Below a method that is waited for they can still be read when somebody asks.
    const isRead = way.isAsync && way.awaited === true;
    const below = this.#parts.facts.framesBelow = isRead ? framesBelow() : () => framesBelow()();
    const caller = this.#parts.facts.caller = () => this.#caller(point, way, roots[2]);
    const unstable = unstableHere();
    return {
      id: this.#next++,
      method: point.method,
      isAsync: way.isAsync,
      ...(way.awaited !== undefined && { caller: caller() }),
      nowMs: dateNow(),
      sinceStartMs: now(),
      pid: Deno.pid,
      exitCode: Deno.exitCode,
      ...(unstable.length > 0 && { unstable }),
      stack: { ...(point.tellsFrames && { below: below() }), limit: stackLimit() },
      code,
    };
  }

  /** The answer is there, but others went on meanwhile: what they changed may be what was captured. */
  #homeLater(point: MigrationPoint, reply: MigrationReply | undefined, isLeft = false): Ended | undefined {
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
      reply: MigrationReply | undefined;
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
      if (!this.#session.isOpen) return this.#abandon(point, "its session has ended");
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
    reply: MigrationReply = { ok: false, reason: SUPERVISOR_GONE },
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
    const totalMs = this.#learn(point, reply, head);
    const { predicted } = this.#current;
    this.#current.startedMs = 0;
    this.#report.merged(point, this.#heap, { reply, head, packet, ms: now() - started, totalMs, predicted });
    forEach(takeFreshErrors(), (error) => {
      appendDeviceFrames(error, isLeft);
    });
    return { outcome: head.outcome, value: roots[0] };
  }

  /** @returns how long the migration took, milliseconds */
  #learn(point: MigrationPoint, reply: MigrationReply, head: Extract<ReturnHead, { ok: true }>): number {
    const { features, startedMs, cold } = this.#current;
    const totalMs = now() - startedMs;
    this.#cold = false;
    this.#totals.add(point.method, reply, head.ms.cpu);
    this.#parts.decision.observe(point.method, {
      where: "there",
      totalMs,
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
    return totalMs;
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
    if (this.#session.giveUp()) this.#forget();
  }

  #abandon(point: MigrationPoint, reason: string, miss?: Miss): undefined {
    this.#report.abandoned(point, reason, miss);
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
    this.#report.local(point, reason, refused);
  }
}
