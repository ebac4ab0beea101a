/** Our own frames never show: the app's stack traces name the app's lines. */

import {
  apply,
  defineProperty,
  deleteProperty,
  floor,
  getOwnPropertyDescriptor,
  max,
  min,
  Url,
  urlText,
} from "./intrinsics.ts";
import { OWN } from "./own_code.ts";
import { append, filter, join, listOf } from "../heap/lists.ts";
import { execRegExp, hasText, sliceText, splitText, startsWith, testRegExp } from "../heap/texts.ts";

const ErrorCtor = Error;
const PREPARE = "prepareStackTrace";
/** Frames of the runtime that may stand on top of the app's. */
const OWN_FRAMES = 24;

/** Callers that are looked at to know whether all wait. */
const MOST_CALLERS = 32;

/** Ends the clone's part of a stack when only the device can tell the rest. */
export const REMOTE_END = "    at <clonecloud:device>";

/** The calling app code's frames, without those of the runtime, as lines `    at …`: at most `count`. */
export function appFrames(count: number): string[] {
  return framesLater(count)();
}

/** As {@linkcode appFrames}, for frames that nobody may want to see: wording them takes a hundred times as long as noting them. */
function framesLater(count: number): () => string[] {
  const trace = undisturbed(count + OWN_FRAMES, () => new ErrorCtor());
  return () => {
    const stack = undisturbed(count + OWN_FRAMES, () => trace.stack ?? "");
    const lines = filter(splitText(stack, "\n"), (line) => testRegExp(/^ {4}at /, line));
    const shown = filter(lines, (line) => !hasText(line, OWN) && !hasText(line, "clonecloud:runtime"));
    return listOf(shown, count);
  };
}

/** How many frames the app's stack traces have. */
export function stackLimit(): number {
  const limit: unknown = getOwnPropertyDescriptor(ErrorCtor, "stackTraceLimit")?.value;
  return typeof limit === "number" && limit > 0 ? min(floor(limit), 200) : 0;
}

/** Frames below the method that is at its migration point: they stay here, but its errors name them. */
export function framesBelow(): () => string[] {
  const frames = framesLater(stackLimit() + 1);
  return () => withoutFirst(frames());
}

/**
 * An error that was made at the clone after an `await`, with the frames below, which only are known now; the first is the method
 * itself at its migration point, unless that has been left.
 */
export function appendDeviceFrames(error: Error, isLeft: boolean): void {
  const stack = ownStack(error);
  if (stack === undefined || !hasText(stack.text, REMOTE_END)) return;
  const { 0: remote } = splitText(stack.text, `\n${REMOTE_END}`);
  const frames = filter(splitText(remote!, "\n"), (line) => testRegExp(/^ {4}at /, line)).length;
  const shown = appFrames(max(0, stackLimit() - frames) + 1);
  const below = isLeft ? listOf(shown, max(0, stackLimit() - frames)) : withoutFirst(shown);
  stack.set(join(append([remote!], below), "\n"));
}

/** An error's `stack`, read without running any code of the app; undefined if it isn't a text that can be changed. */
export function ownStack(error: Error): { readonly text: string; set(text: string): void } | undefined {
  const own = getOwnPropertyDescriptor(error, "stack");
  if (own?.configurable !== true) return undefined;
  const native = own.get !== undefined && own.get === getOwnPropertyDescriptor(new ErrorCtor(), "stack")?.get;
  const text: unknown = native ? apply(own.get!, error, []) : own.value;
  if (typeof text !== "string") return undefined;
  const set = (value: string) => {
    defineProperty(error, "stack", native ? own : { ...own, value });
    if (native) apply(own.set!, error, [value]);
  };
  return { text, set };
}

/** A place in a stack trace. */
export interface CallPosition {
  readonly url: string;
  /** `line:column` */
  readonly position: string;
}

/** What a caller does after its call: it awaits, it has nothing more to do nor has anybody below it, or it goes on. */
export type AfterCall = "awaits" | "ends" | "goes on";

/**
 * Whether everybody below the method at its migration point waits for it, as far as `after` knows of each caller: up to whom the
 * event loop has called. The app's own `Error.prepareStackTrace` is not called. Read from the trace's text: call sites ask for
 * a source map each time.
 */
export function everyCallerWaits(after: (caller: CallPosition) => AfterCall): boolean {
  const frames = appFrames(MOST_CALLERS + 1);
  let isHosts = false;
  for (let i = 1; i < frames.length; i++) {
    const frame = frames[i]!;
    // What follows goes on later.
    if (startsWith(frame, "    at async ")) return true;
    if (testRegExp(/[ (](?:ext|node):/, frame)) {
      isHosts = true;
      continue;
    }
    const caller = isHosts ? undefined : placeOf(frame);
    const does = caller === undefined ? "goes on" : after(caller);
    if (does !== "awaits") return does === "ends";
  }
  return frames.length <= MOST_CALLERS;
}

function placeOf(frame: string): CallPosition | undefined {
  const parts = execRegExp(/(\S+?):(\d+:\d+)\)?$/, frame);
  if (parts === null) return undefined;
  const { 1: place, 2: position } = parts as unknown as [string, string, string];
  const name = startsWith(place, "(") ? sliceText(place, 1) : place;
  return { url: startsWith(name, "/") ? urlText(new Url(`file://${name}`)) : name, position };
}

/**
 * Does something with stack traces of our own making; what the app set stays as it was. Where the app set nothing, only a
 * value changes: with properties that come and go the engine would throw its machine code away that mentions `Error`.
 */
export function undisturbed<T>(limit: number, act: () => T): T {
  const limitBefore = getOwnPropertyDescriptor(ErrorCtor, "stackTraceLimit");
  const words = PREPARE in ErrorCtor;
  const wordsBefore = words ? getOwnPropertyDescriptor(ErrorCtor, PREPARE) : undefined;
  if (words) put(PREPARE, undefined);
  if (limitBefore?.writable === true) ErrorCtor.stackTraceLimit = limit;
  else put("stackTraceLimit", limit);
  try {
    return act();
  } finally {
    if (limitBefore?.writable === true) ErrorCtor.stackTraceLimit = limitBefore.value as number;
    else restore("stackTraceLimit", limitBefore);
    if (PREPARE in ErrorCtor) restore(PREPARE, wordsBefore);
  }
}

/** Not by assignment: the program may have put accessors there. */
function put(name: string, value: unknown): void {
  defineProperty(ErrorCtor, name, { value, writable: true, enumerable: true, configurable: true });
}

function restore(name: string, before: PropertyDescriptor | undefined): void {
  if (before === undefined) deleteProperty(ErrorCtor, name);
  else defineProperty(ErrorCtor, name, before);
}

function withoutFirst(lines: readonly string[]): string[] {
  return filter(lines, (_, i) => i > 0);
}
