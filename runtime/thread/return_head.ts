/** What a clone says with an answer, checked before anything of it counts: a clone may say anything. */
import { CONSOLE_CALLS } from "./effects.ts";
import type { Effect, ReturnHead, Settled } from "./protocol.ts";
import { shownText } from "./shown_text.ts";

/** Rounds of microtasks after which a promise may be settled: a device goes through each of them. */
const MAX_ROUNDS = 100_000;
/** Prints and writes of one invocation, and folders it saw. */
const MAX_ITEMS = 1_000_000;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * The head of an answer to the migration with this id; to any if none is given.
 *
 * @throws {TypeError} if it is none: what came with it is dropped then, before anything is merged or printed.
 */
export function checkedReturn(value: unknown, asked?: number): ReturnHead {
  const given = record(value, "its head");
  const { id } = given;
  if (typeof id !== "number" || id !== (asked ?? id)) throw new TypeError("it answers something else");
  if (given.ok === false) {
    if (typeof given.reason !== "string") throw new TypeError("it gives no reason");
    const { path } = given;
    return {
      id,
      ok: false,
      reason: shownText(given.reason),
      ...(typeof path === "string" && { path: shownText(path) }),
    };
  }
  const { ok, outcome, settled, effects, observed, read = [], files, globals } = given;
  if (ok !== true || (outcome !== "return" && outcome !== "throw")) throw new TypeError("it has no outcome");
  return {
    id,
    ok,
    outcome,
    ...(settled !== undefined && { settled: checkedSettled(settled) }),
    effects: list(effects, "its effects").map(checkedEffect),
    observed: texts(observed, "the folders it saw"),
    read: texts(read, "the files it read"),
    ...(files !== undefined && { files: record(files, "its files") as never }),
    globals: texts(globals, "its globals"),
    ms: checkedTimes(given.ms),
  };
}

function checkedSettled(value: unknown): Settled {
  const isRounds = Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_ROUNDS;
  if (isRounds || value === "tick" || value === "turn") return value as Settled;
  throw new TypeError("its promise was settled at no time");
}

function checkedEffect(value: unknown): Effect {
  const { type, fd, text, base64, call, args, code } = record(value, "an effect");
  const isStream = fd === 1 || fd === 2;
  if (type === "print" && isStream && typeof text === "string") return { type, fd, text };
  if (type === "write" && isStream && isBase64(base64)) return { type, fd, base64 };
  if (type === "console" && typeof call === "string" && CONSOLE_CALLS.has(call)) {
    return { type, call, args: texts(args, "what it prints") };
  }
  if (type === "exit code" && Number.isInteger(code) && Math.abs(code as number) < 2 ** 31) {
    return { type, code: code as number };
  }
  throw new TypeError("an effect of it is malformed");
}

function checkedTimes(value: unknown) {
  const { accept, run, cpu, waited, capture } = record(value, "its times");
  const runMs = timeOf(run);
  return {
    accept: timeOf(accept),
    run: runMs,
    // Several of its threads may have worked at once. A clone of before doesn't say.
    cpu: Math.min(runMs, timeOf(cpu) || runMs),
    waited: timeOf(waited),
    capture: timeOf(capture),
  };
}

function timeOf(ms: unknown): number {
  return typeof ms === "number" && Number.isFinite(ms) && ms > 0 ? ms : 0;
}

function isBase64(value: unknown): value is string {
  return typeof value === "string" && value.length % 4 === 0 && BASE64.test(value);
}

function texts(value: unknown, what: string): string[] {
  const items = list(value, what);
  if (items.some((item) => typeof item !== "string")) throw new TypeError(`${what} are malformed`);
  return items as string[];
}

function list(value: unknown, what: string): unknown[] {
  if (!Array.isArray(value) || value.length > MAX_ITEMS) throw new TypeError(`${what} are malformed`);
  return value;
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`${what} is malformed`);
  }
  return value as Record<string, unknown>;
}
