/**
 * Errors that came from a clone, or through hooks of the runtime's, when nobody catches them.
 *
 * The engine reports an uncaught error by the frames that it saw when the error was made, with the first one's source
 * line; an error that came in a packet has none, only its `stack`; one that came through a hook has others. So right before the report, frames are made that read
 * as that `stack` does: functions of those names, at those places, that call one another.
 */
import * as nodeModule from "node:module";
import process from "node:process";
import { isMadeError } from "../heap/mod.ts";
import { apply, defineProperty, getOwnPropertyDescriptor } from "./intrinsics.ts";
import { ownStack, stackLimit, undisturbed } from "./stack.ts";

/** A line of a stack trace. */
interface Frame {
  readonly name: string;
  /** URL, or whatever stands where one should; undefined for built-in functions. */
  readonly url?: string;
  /** From 1. */
  readonly line?: number;
  readonly column?: number;
}

type Next = () => unknown;

/** How many errors behind one another (`cause`) are given frames. */
const MAX_CAUSES = 16;
const ErrorCtor = Error;
const LINE = /^ {4}at (?:(.*) \((.*)\)|(.*))$/;
const PLACE = /^(.*):(\d+):(\d+)$/;
/** A script at such a URL may have a source map, which the engine would apply to frames that are original already. */
const MAPPED = /^(file|https?|data|blob):/;
const HELPER = "/clonecloud/frames";
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const onArray = (length: number) => (method: string) => {
  const call = (next: Next) => (Array.prototype as any)[method].bind(new Array(length).fill(0), next);
  return [`Array.${method}`, call] as const;
};

/** Built-in functions that call back, by the name they have in a stack trace. */
const BUILTINS: Readonly<Record<string, (next: Next) => unknown>> = {
  ...Object.fromEntries([
    ...["map", "forEach", "filter", "some", "every", "find", "findIndex", "flatMap"].map(onArray(1)),
    ...["reduce", "reduceRight", "sort"].map(onArray(2)),
  ]),
  "Map.forEach": (next) => Map.prototype.forEach.bind(new Map([[0, 0]]), next),
  "Set.forEach": (next) => Set.prototype.forEach.bind(new Set([0]), next),
  "String.replace": (next) => (String.prototype.replace as any).bind("a", "a", next),
  "JSON.stringify": (next) => JSON.stringify.bind(JSON, { toJSON: next }),
  "JSON.parse": (next) => JSON.parse.bind(JSON, "1", next),
};

/** Errors of this process whose `stack` was corrected: reported by it too. */
const corrected = new WeakSet<Error>();

/** Does something in which hooks of the runtime's are below the app: errors that come out of it don't show them. */
export function withoutHooks<T>(act: () => T): T {
  try {
    return undisturbed(stackLimit() + HOOK_FRAMES, act);
  } catch (error) {
    if (error instanceof ErrorCtor) hideHooks(error);
    throw error;
  }
}

/** Deno's and ours between an app's `require` and what fails in a hook. */
const HOOK_FRAMES = 9;
const HOOK_FRAME = /^ {4}at (?:nextResolve|wrappedNext|executeResolveHookChain) \(node:module:/;

function hideHooks(error: Error): void {
  const stack = ownStack(error);
  const lines = stack?.text.split("\n") ?? [];
  const first = lines.findIndex((line) => HOOK_FRAME.test(line));
  const last = lines.findLastIndex((line) => HOOK_FRAME.test(line));
  if (stack === undefined || first < 0) return;
  // The caller of the hooks has a frame of its own once more.
  lines.splice(first, last + 2 - first);
  const frames = lines.findIndex((line) => LINE.test(line));
  stack.set(lines.slice(0, frames + stackLimit()).join("\n"));
  corrected.add(error);
}

/** Makes the engine report uncaught errors of a clone as it reports those of this process. Before any of the app's code. */
export function reportAsLocal(): void {
  addEventListener("error", (event) => giveFrames(event.error));
  addEventListener("unhandledrejection", (event) => giveFrames(event.reason));
}

function giveFrames(error: unknown): void {
  let at = error;
  for (let i = 0; i < MAX_CAUSES && (isMadeError(at) || corrected.has(at as Error)); i++) {
    try {
      restack(at as Error);
    } catch {
      // Then it is reported by its `stack` alone.
    }
    at = getOwnPropertyDescriptor(at as object, "cause")?.value;
  }
}

function restack(error: Error): void {
  const stack = ownStack(error);
  const frames = stack === undefined ? undefined : framesOf(stack.text);
  if (frames === undefined) return;
  const call = stacked(frames, error);
  try {
    undisturbed(frames.length, () => {
      call();
      return error.stack;
    });
  } finally {
    stack!.set(stack!.text);
  }
}

/** Undefined for a text without frames, or with any that can't be made. */
function framesOf(stack: string): Frame[] | undefined {
  const lines = stack.split("\n");
  const first = lines.findIndex((line) => LINE.test(line));
  if (first < 0) return undefined;
  const frames = lines.slice(first).map(frameOf);
  return frames.every((frame) => frame !== undefined) ? frames : undefined;
}

function frameOf(text: string): Frame | undefined {
  const [, name = "", within, alone] = LINE.exec(text) ?? [];
  const where = within ?? alone;
  if (where === undefined) return undefined;
  if (where === "<anonymous>") return name in BUILTINS ? { name } : undefined;
  const [, url, line, column] = PLACE.exec(where) ?? [];
  return url === undefined ? undefined : { name, url, line: Number(line), column: Number(column) };
}

/** What gives the error these frames when it is called. */
function stacked(frames: readonly Frame[], error: Error): Next {
  const { Script } = process.getBuiltinModule("node:vm");
  const helper = mapTo(frames);
  const { captureStackTrace } = ErrorCtor;
  const capture = () => captureStackTrace(error, capture);
  let next: Next = capture;
  frames.forEach((frame, i) => {
    next = frame.url === undefined ? BUILTINS[frame.name]!(next) as Next : frameCall(Script, frame, {
      next,
      mapped: MAPPED.test(frame.url) ? { url: helper, line: i } : undefined,
    });
  });
  return next;
}

const TEXT = "(function(next){return next()})";
const CALL_AT = TEXT.indexOf("next()");

function frameCall(
  // deno-lint-ignore no-explicit-any
  Script: any,
  { name, url, line, column }: Frame,
  { next, mapped }: { next: Next; mapped: { url: string; line: number } | undefined },
): Next {
  const place = mapped === undefined
    ? { filename: url, lineOffset: line! - 1, columnOffset: column! - 1 - CALL_AT }
    : { filename: mapped.url, lineOffset: mapped.line, columnOffset: 0 };
  const fn = new Script(TEXT, place).runInThisContext();
  defineProperty(fn, "name", { value: name });
  return fn.bind(undefined, next);
}

let helpers = 0;

/** The URL of an empty module whose source map leads from line i (counted from 0) to the place of frame i. */
function mapTo(frames: readonly Frame[]): string {
  const path = `${HELPER}${helpers++}#.cjs`;
  // deno-lint-ignore no-explicit-any
  const Module: any = (nodeModule as any).default;
  let before = [0, 0, 0];
  const mappings = frames.map(({ line = 1, column = 1 }, i) => {
    const now = [i, line - 1, column - 1];
    const segment = `A${now.map((value, k) => vlq(value - before[k]!)).join("")}`;
    before = now;
    return segment;
  });
  const sources = frames.map(({ url = "" }) => url);
  const map = JSON.stringify({ version: 3, sources, names: [], mappings: mappings.join(";") });
  const encoded = btoa(String.fromCharCode(...new TextEncoder().encode(map)));
  const text = `//# sourceMappingURL=data:application/json;base64,${encoded}`;
  apply(Module.prototype._compile, new Module(path), [text, path, "module", true]);
  return process.getBuiltinModule("node:url").pathToFileURL(path).href;
}

/** A number of a source map. */
function vlq(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = "";
  do {
    const digit = rest & 31;
    rest >>>= 5;
    text += BASE64[rest > 0 ? digit | 32 : digit];
  } while (rest > 0);
  return text;
}
