/** Our own frames never show: the app's stack traces name the app's lines. */

import { apply, defineProperty, getOwnPropertyDescriptor } from "./intrinsics.ts";

const ErrorCtor = Error;
const OWN = new URL("../", import.meta.url).href;
/** Frames of the runtime that may stand on top of the app's. */
const OWN_FRAMES = 16;

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
    const lines = stack.split("\n").filter((line) => /^ {4}at /.test(line));
    return lines.filter((line) => !line.includes(OWN) && !/clonecloud:runtime/.test(line)).slice(0, count);
  };
}

/** How many frames the app's stack traces have. */
export function stackLimit(): number {
  const limit: unknown = Error.stackTraceLimit;
  return typeof limit === "number" && limit > 0 ? Math.min(Math.floor(limit), 200) : 0;
}

/** Frames below the method that is at its migration point: they stay here, but its errors name them. */
export function framesBelow(): () => string[] {
  const frames = framesLater(stackLimit() + 1);
  return () => frames().slice(1);
}

/** An error that was made at the clone after an `await`, with the frames below, which only are known now. */
export function appendDeviceFrames(error: Error): void {
  const stack = ownStack(error);
  if (stack === undefined || !stack.text.includes(REMOTE_END)) return;
  const [remote] = stack.text.split(`\n${REMOTE_END}`);
  const frames = remote!.split("\n").filter((line) => /^ {4}at /.test(line)).length;
  // The first device frame is the method itself at its migration point.
  const below = appFrames(Math.max(0, stackLimit() - frames) + 1).slice(1);
  stack.set([remote, ...below].join("\n"));
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

/**
 * Where the caller of the method at its migration point stands: URL and `line:column`; undefined if it isn't app code.
 * The app's own `Error.prepareStackTrace` is not called. Read from the trace's text: call sites ask for a source map each time.
 */
export function callerPosition(): { readonly url: string; readonly position: string } | undefined {
  const parts = /(\S+?):(\d+:\d+)\)?$/.exec(appFrames(2)[1] ?? "");
  if (parts === null) return undefined;
  const [, place, position] = parts as unknown as [string, string, string];
  const name = place.replace(/^\(/, "");
  return { url: name.startsWith("/") ? new URL(`file://${name}`).href : name, position };
}

/** Does something with stack traces of our own making; what the app set stays as it was. */
export function undisturbed<T>(limit: number, act: () => T): T {
  const before = (["prepareStackTrace", "stackTraceLimit"] as const).map((name) =>
    [name, Reflect.getOwnPropertyDescriptor(Error, name)] as const
  );
  (Error as { prepareStackTrace?: unknown }).prepareStackTrace = undefined;
  Error.stackTraceLimit = limit;
  try {
    return act();
  } finally {
    for (const [name, descriptor] of before) {
      if (descriptor === undefined) Reflect.deleteProperty(Error, name);
      else Reflect.defineProperty(Error, name, descriptor);
    }
  }
}
