/**
 * A guest process: one session of one device. Started in advance, serves until its stdin ends.
 *
 * Everything that app code could reach here is either plain JavaScript or a wrapper that asks the device; whatever a
 * wrapper can't do abandons the migration: the device kills this process while it waits.
 */
import * as nodeModule from "node:module";
import process from "node:process";
import { type Capture, MissingBuiltinError, Refusal, SessionHeap } from "../heap/mod.ts";
import { stackAccessor } from "../heap/intrinsics.ts";
import type { FunctionDescription } from "../heap/access.ts";
import { Builtins } from "../host/builtins.ts";
import { absentMaker } from "../host/absent.ts";
import { GuestHost } from "../host/guest_host.ts";
import { Redefinitions } from "../host/redefinitions.ts";
import { Registries } from "../host/registries.ts";
import { guestRequires } from "../host/guest_require.ts";
import { TextDecoding } from "../host/text_decoding.ts";
import { setChangesAsideBy } from "../host/undisturbed.ts";
import { Values } from "../host/values.ts";
import { hideRewriting } from "./appearance.ts";
import { joinBytes, totalBytes } from "./bytes.ts";
import { CodeRegistry } from "./code_registry.ts";
import { SESSION_VERSION } from "./constants.ts";
import { compress, decompress } from "./compression.ts";
import { getPrototypeOf, ownKeys, PromiseCtor, SafeWeakMap } from "./intrinsics.ts";
import { GlobalBindings } from "./global_bindings.ts";
import { exitGuest, GuestChannel } from "./guest_channel.ts";
import { GuestCode } from "./guest_code.ts";
import { failGuest } from "./guest_failure.ts";
import { warmUp } from "./guest_warm_up.ts";
import { guestMake } from "./guest_making.ts";
import { GuestQuestions } from "./guest_questions.ts";
import { formatGuestStacks, guestStack, methodsOnStack, noteTimerCall } from "./guest_stack.ts";
import { LATER, type Leftover, Leftovers } from "./leftovers.ts";
import { Settlement } from "./settlement.ts";
import { shownRows, type StageStop } from "./stages.ts";
import {
  type Caller,
  type GuestRequest,
  type MadeForGuest,
  MIGRATE,
  type MigrateHead,
  NOT_AWAITED,
  packPayload,
  READY,
  RETURN,
  type ReturnHead,
  type SessionStart,
  type Settled,
  STAGE,
  START,
  unpackPayload,
} from "./protocol.ts";

const getBuiltinModule = (process as any).getBuiltinModule.bind(process) as (
  name: string,
) => object | undefined;
const now = performance.now.bind(performance);
// Its types don't tell of it, and another version may lack it: then no time is told.
const { cpuUsage = () => ({ user: 0, system: 0 }) } = Deno as {
  cpuUsage?: () => { readonly user: number; readonly system: number };
};
const channel = new GuestChannel();

const questions = new GuestQuestions(
  channel,
  () => abandon("neither the clone nor the device has what it needs"),
);
const ask = (request: GuestRequest) => questions.ask(request);

/** Ends the migration from inside: the device kills this process, so no app code ever sees an exception. */
function abandon(
  reason: string,
  { path, what, through }: { path?: string; what?: string; through?: readonly string[] | undefined } = {},
): never {
  const miss = what === undefined ? undefined : { what, through: through ?? methodsToHere() };
  ask({ op: "abandon", reason, ...(path !== undefined && { path }), ...(miss !== undefined && { miss }) });
  exitGuest(1);
}

/** Methods from the one that migrated to here. It isn't on the stack any more once it has awaited, or has left work behind. */
function methodsToHere(): readonly string[] {
  try {
    const methods = methodsOnStack(code, registry);
    return methods[0] === migrated ? methods : [migrated, ...methods];
  } catch {
    return [migrated]; // The app froze `Error`: that is no reason to throw anything at its code.
  }
}

let migrated = "";
await noteTimerCall();
// Before the host's own functions are replaced.
const leftovers = new Leftovers(methodsToHere);
const host = new GuestHost(ask, abandon, { aside: questions.aside, nextTick: leftovers.nextTick });
const decoding = new TextDecoding();
host.disguised.set(decoding.stand, decoding.original);
host.disguised.set(leftovers.stand, leftovers.queueMicrotask);
host.disguised.set(leftovers.nextTick, process.nextTick);
const redefinitions = new Redefinitions();
redefinitions.stands.forEach((original, stand) => host.disguised.set(stand, original));
const registries = new Registries(abandon);
registries.stands.forEach((original, stand) => host.disguised.set(stand, original));
const builtins = new Builtins();
const globals = new GlobalBindings();
const values = new Values(builtins, {
  makeAbsent: absentMaker(abandon),
  decoding,
  redefinitions,
  registries,
  requires: guestRequires({ abandon, builtin: (url) => builtins.byName(`${url}#`) }),
});
const bound = new SafeWeakMap<Function, FunctionDescription>();
const code = new GuestCode(
  host.modules,
  abandon,
  (key) => String(ask({ op: "source", key }).reply.value),
  (hashes) => questions.contents(hashes),
);
const registry = new CodeRegistry(code, globals, bound);
(globalThis as any)[Symbol.for("clonecloud.guest")] = undefined;
registry.make = guestMake({
  ...{ code, registry },
  rewritten: (script) => ask({ op: "make", script }).reply.value as MadeForGuest | null,
});
code.installHooks(registry);
(globalThis as any)[Symbol.for("clonecloud.guest")].values = new Map();
hideRewriting(registry, bound, host.disguised, builtins);
builtins.name();
stackAccessor();
warmUp(values, registry);
// After that, which would look for names among them: what they export is looked for when it is first needed.
// `node:path` before `node:path/posix`, which is the same object: a device has it by the name that it imported.
nameModule("path");
for (const name of nodeModule.builtinModules) nameModule(name);
builtins.addRare("process", () => host.modules.parts(PROCESS));
// Whose parts are shown by accessors.
for (const name of ["process.env", "node:process#.env"]) builtins.add(name, globalThis.process.env);
values.watchBuiltins();
setChangesAsideBy(() => values.setBuiltinsAside());
const settlement = new Settlement({
  leftovers,
  isPending: (promise) => values.promiseOutcome(promise)?.state === "pending",
  cpu: () => cpuMs() * 1000,
});
let stepping = false;
let observed = true;
const heap = new SessionHeap({ side: "clone", values, code: registry });

/** Puts the program's changes of built-ins back: while none of its code runs, what runs here uses the engine's own. */
let putBack = (): void => {};

async function serve(): Promise<void> {
  for (
    let frame = questions.nextFrame();
    frame.kind === START || frame.kind === MIGRATE;
    frame = questions.nextFrame()
  ) {
    if (frame.kind === START) start(unpackPayload(frame.payload).head as SessionStart);
    else {
      const { head, bytes } = unpackPayload(decompress(frame.payload));
      const { chunks } = head as MigrateHead;
      await migrate(
        head as MigrateHead,
        chunks === undefined ? bytes : joinBytes(questions.contents(chunks)),
      );
    }
  }
}

/** Can't be asked for its parts: what it lists are the device's. */
const PROCESS = "node:process";

/** Built-in modules are named as on the device; where one is wrapped, its wrapper has the name. */
function nameModule(name: string): void {
  const url = `node:${name.replace(/^node:/, "")}`;
  const ours = () => host.modules.module(url);
  if (host.isPlain(url)) builtins.addModule(`${url}#`, () => ours() ?? getBuiltinModule(url));
  else {
    builtins.addModule(`${url}#`, ours);
    builtins.addRare(`${url}#`, () => url === PROCESS ? host.modules.parts(url) : host.modules.stand(url));
  }
}

function start(session: SessionStart): void {
  if (session.sessionVersion !== SESSION_VERSION) {
    abandon(`session version ${session.sessionVersion} is not ${SESSION_VERSION}`);
  }
  host.install(session);
  stepping = session.stepping;
  observed = session.observed ?? true;
  formatGuestStacks(code, {
    tables: registry,
    positionOf: (key, offset) => String(ask({ op: "position", key, offset }).reply.value),
    framesBelow: () => ask({ op: "frames" }).reply.value as readonly string[],
    abandon,
  });
  channel.send(READY);
}

async function migrate(head: MigrateHead, packet: Uint8Array): Promise<void> {
  const ms = { accept: 0, run: 0, cpu: 0, waited: 0, capture: 0 };
  const started = now();
  migrated = head.method;
  registries.begin();
  host.begin(head);
  guestStack.below = head.stack.below;
  Error.stackTraceLimit = head.stack.limit;
  try {
    head.code.globals.forEach((name, index) => {
      if (globals.index(name) !== index) throw new RangeError(`global binding ${name} is out of order`);
    });
    const urls = code.add(head.code, registry);
    // Of the first module that is imported here, and of one whose imports aren't there yet, Deno asks the file system, which is
    // to hear of no path of the device's. They come in the order of their imports.
    if (urls.length > 0) await import("clonecloud:runtime");
    for (const url of urls) await import(url);
    putBack();
    const roots = heap.accept(packet);
    ms.accept = now() - started;
    putBack = values.setBuiltinsAside();
    if (observed) channel.send(STAGE, ...packPayload({ ms: ms.accept, objects: roots.length }));
    reachStage(() => ({ stage: "resume", bytes: packet.length }));
    putBack();
    await run(head, roots, ms);
  } catch (error) {
    const reason = error instanceof Refusal
      ? error.message
      : error instanceof MissingBuiltinError
      ? `it may reach ${error.builtin}, which only the device has`
      : `the clone failed: ${(error as Error)?.stack ?? error}`;
    putBack = values.setBuiltinsAside();
    send({ id: head.id, ok: false, reason });
  }
}

/**
 * Whether the device makes a promise of its own of what this one comes to. One that is fulfilled already can go as it is; whether
 * somebody handles a rejection is for the device to see.
 */
function takesPlaceOf(result: unknown, { isAsync }: MigrateHead): result is Promise<unknown> {
  const isPromise = typeof result === "object" && result !== null && values.brandOf(result) === "promise";
  if (!isPromise || isAsync) return isPromise;
  const state = values.promiseOutcome(result as object)?.state;
  return state === "pending" ||
    (state === "rejected" && isPlain(result as object) && !heap.knows(result as object));
}

function isPlain(promise: object): boolean {
  return getPrototypeOf(promise) === PromiseCtor.prototype && ownKeys(promise).length === 0;
}

/** Waits for what a method's promise comes to. Where the caller may look at anything meanwhile, nothing may change that it could see. */
async function settle(
  promise: Promise<unknown>,
  { awaits, changesNothing, isAsync }: Caller & Pick<MigrateHead, "isAsync">,
): Promise<Settled> {
  const isSeen = settlement.isPending(promise) && !awaits;
  if (isSeen) {
    if (!changesNothing) mustBeAwaited("what others may change meanwhile");
    if (!isPlain(promise)) mustBeAwaited("a promise of a class of its own");
    checkUnseen();
  }
  const settled = await settlement.of(promise, awaits);
  if (typeof settled === "object") {
    return isSeen
      ? mustBeAwaited(settled.unsettled)
      : abandon(`it waits for ${settled.unsettled}`, { what: settled.unsettled });
  }
  if (isSeen) {
    const isRejected = values.promiseOutcome(promise)?.state === "rejected";
    if (isAsync && settled === 1 && isRejected) mustBeAwaited("an error after its first await");
    checkUnseen();
  }
  return settled;
}

/** What the caller could see has to be as it came: else it is unknown when it changed. */
function checkUnseen(): void {
  if (host.effectCount > 0) mustBeAwaited("output");
  if (host.filesChanged > 0) mustBeAwaited("a file that changes");
  if (heap.touched()) mustBeAwaited("changes of what others can see meanwhile");
}

function mustBeAwaited(what: string): never {
  return abandon(`${NOT_AWAITED}, and leads to ${what}`);
}

/** What processors have spent on this process. */
function cpuMs(): number {
  const { user, system } = cpuUsage();
  return (user + system) / 1000;
}

/** Runs the method and sends home what became of it. */
async function run(
  head: MigrateHead,
  roots: readonly unknown[],
  ms: { accept: number; run: number; cpu: number; waited: number; capture: number },
): Promise<void> {
  const { 0: fn, 1: self, 2: args } = roots as [Function, unknown, unknown[]];
  const started = now();
  const waitedBefore = questions.waitedMs;
  const cpuBefore = cpuMs();
  let outcome: "return" | "throw" = "return";
  let settled: Settled | undefined;
  let promise: Promise<unknown> | undefined;
  let caller: Caller | undefined;
  let result: unknown;
  leftovers.begin();
  try {
    result = guestStack.enter(fn, self, args);
    if (head.isAsync && head.caller?.awaits === true) result = await (result as Promise<unknown>);
    else if (takesPlaceOf(result, head)) {
      promise = result;
      const askedAt = questions.waitedMs;
      caller = head.caller ?? ask({ op: "caller" }).reply.value as Caller;
      const forCallerMs = questions.waitedMs - askedAt;
      settled = await settle(promise, { isAsync: head.isAsync, ...caller });
      // What the device takes a turn of its event loop for is asked for here while this thread waits.
      const usedFiles = questions.waitedMs - waitedBefore > forCallerMs || host.filesChanged > 0;
      if (usedFiles && settled !== 0) settled = "turn";
      const { state, value } = values.promiseOutcome(promise)!;
      if (state === "rejected") outcome = "throw";
      result = value;
    }
  } catch (error) {
    outcome = "throw";
    result = error;
  }
  const left = leftovers.end();
  if (left !== undefined) {
    // What is to run next may show what it does.
    await undefined;
    goesOn(left);
  }
  ms.waited = questions.waitedMs - waitedBefore;
  ms.run = now() - started - ms.waited;
  ms.cpu = cpuMs() - cpuBefore;
  const captured = now();
  const rootNames = [outcome === "return" ? "result" : "error", "method", "this", "arguments"];
  const capture = await captureReturn([result, fn, self, args], rootNames);
  if (promise !== undefined && caller?.awaits === false && heap.knows(promise)) {
    mustBeAwaited("a promise that it keeps");
  }
  const effects = host.takeEffects();
  await settleTicks();
  putBack = values.setBuiltinsAside();
  ms.capture = now() - captured;
  const { bytes, objects, named } = capture;
  const { changes, bytes: fileBytes, observed, read } = host.fileChanges();
  const changedBytes = totalBytes(fileBytes);
  reachStage(() => ({ stage: "return", bytes, objects, named, outcome }));
  send({
    id: head.id,
    ok: true,
    outcome,
    ...(settled !== undefined && { settled }),
    effects,
    observed,
    read,
    ...(changes !== undefined && { files: { changes, bytes: changedBytes } }),
    globals: globals.names(),
    ms,
  }, [...capture.parts, ...fileBytes]);
}

/** @throws {Refusal} if something can't travel that must, unless work that was left is the reason, as of a pending promise */
async function captureReturn(roots: readonly unknown[], rootNames: readonly string[]): Promise<Capture> {
  try {
    return heap.capture(roots, { rootNames });
  } catch (error) {
    const left = error instanceof Refusal ? await leftovers.settle() : false;
    if (left !== false) goesOn(left);
    throw error;
  }
}

/** Lets what Node left behind come to its end, unseen by the device: what was captured must still hold then. */
async function settleTicks(): Promise<void> {
  const { filesChanged } = host;
  // Else what the program itself left, if anything, may go on until it shows what it does.
  const watched = leftovers.ticksWait();
  if (watched) registry.watchEntries(() => goesOn("a method that is called after its return"));
  const settled = await leftovers.settle();
  registry.watchEntries(undefined);
  if (settled === false) return;
  if (settled !== true || !watched) goesOn(settled);
  if (host.effectCount > 0) goesOn("output after its return");
  if (host.filesChanged !== filesChanged) goesOn("a file that changes after its return");
  const outdated = heap.outdated();
  if (outdated !== undefined) goesOn(`${outdated}, which changes after its return`);
}

function goesOn(what: string | true | Leftover): never {
  if (typeof what === "object") return abandon(what.reason, what);
  return abandon(LATER, { what: what === true ? "a tick that runs after its return" : what });
}

/** Stands still until the person at the device goes on, if anybody steps. */
function reachStage(makeStop: () => Omit<StageStop, "thread" | "method">): void {
  if (stepping) ask({ op: "stage", ...makeStop(), ...shownRows(heap) });
}

function send(head: ReturnHead, parts: readonly Uint8Array[] = []): void {
  channel.send(RETURN, ...compress([...packPayload(head), ...parts]));
}

try {
  await serve();
} catch (error) {
  failGuest(error);
}
