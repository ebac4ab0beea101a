import type { Program } from "./program_runs.ts";

const NOT_AWAITED = "its call is not awaited at once";
const LEAVES = "it leaves work for after its return";

/** Methods that return promises, by what settles those; each that may stay at home has a reason here. */
export const PROMISE_PROGRAMS: readonly Program[] = [
  { file: "executor.js", migrate: ["search"] },
  { file: "chain.ts", migrate: ["square", "pipeline"] },
  { file: "stream_end.ts", migrate: ["collect"] },
  {
    file: "promisified.ts",
    migrate: ["pack", "twice", "inside"],
    stays: [
      /(pack|twice): it touches a function made by eval, by the engine or by a module that runs unchanged/,
    ],
  },
  { file: "zlib_callback.js", migrate: ["deflate", "roundTrip"] },
  { file: "subtle.ts", migrate: ["digest", "digestPlain", "sign", "chain"] },
  { file: "once.ts", migrate: ["runJob", "runPlain", "ticks"] },
  { file: "async_generators.ts", migrate: ["total", "gather"] },
  { file: "combinators.js", migrate: ["all", "first", "any", "settled"] },
  {
    file: "pipeline.ts",
    migrate: ["squeeze", "plainly", "webStreams", "compressed"],
    stays: [RegExp(`webStreams: ${LEAVES}`)],
  },
  { file: "ticks.js", migrate: ["order", "ticked", "immediates", "messages", "intervals", "waits"] },
  {
    file: "outlives.js",
    migrate: ["early", "microtaskAfter", "never", "interval"],
    stays: [
      RegExp(`(early|microtaskAfter|interval): ${LEAVES}`),
      RegExp(`never: ${NOT_AWAITED}, and leads to`),
    ],
  },
  { file: "main_call.ts", migrate: ["crunch", "heavy"] },
  {
    file: "order.js",
    migrate: ["soon", "effects", "flow", "pure"],
    stays: [RegExp(`(effects|flow): ${NOT_AWAITED}, and leads to what others may change`)],
  },
  { file: "memo.ts", migrate: ["memo"] },
  {
    file: "sleeps.js",
    migrate: ["pause"],
    stays: [/pause: it waits for a timer that settles what it returns/],
  },
  {
    file: "thenable.js",
    migrate: ["same", "asks", "own", "maybe", "passes"],
    stays: [RegExp(`own: ${NOT_AWAITED}, and leads to a promise of a class of its own`)],
  },
  {
    file: "errors.ts",
    migrate: ["rejects", "throwsInThen", "throwsAtOnce", "throwsInTimer"],
    stays: [RegExp(`rejects: ${NOT_AWAITED}, and leads to a timer that settles what it returns`)],
  },
  { file: "callers.js", migrate: ["work", "wraps", "relay"] },
  { file: "queue.ts", migrate: ["runAll"] },
  { file: "lexer_flow.ts", migrate: ["tally"] },
  { file: "files_plain.ts", migrate: ["words", "callback", "streamed", "writes"] },
  {
    file: "concurrent.js",
    migrate: ["slow"],
    stays: [
      RegExp(`slow: ${NOT_AWAITED}`),
      /slow: method→state changed on the device meanwhile/,
    ],
  },
  {
    file: "abortable.js",
    migrate: ["cancellable", "inside", "timeout"],
    stays: [/cancellable: .* AbortSignal can't travel/],
  },
  { file: "methods.ts", migrate: ["Store.static open", "Store.get", "Store.get size", "Store.update"] },
  {
    file: "scripts.cjs",
    migrate: ["compute", "chained"],
  },
  {
    file: "loops.js",
    migrate: ["repeat", "reduce"],
    stays: [RegExp(`repeat: ${NOT_AWAITED}`)],
  },
  { file: "late_stacks.js", migrate: ["late"] },
  {
    file: "stacks.js",
    migrate: ["passes", "chained", "direct", "timed", "inner"],
    stays: [/inner: (another thread is away|its call)/],
  },
].map((program) => ({ ...program, file: `promises/${program.file}`, moves: true }));
