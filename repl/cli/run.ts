import type { Command } from "./command.ts";
import { ownRun } from "./own_run.ts";
import { RUN_OPTIONS, runOptions } from "./run_options.ts";

/** `run APP`: starts an app under the runtime. Asked first is the running peer; see `start.ts`. */
export const run: Command = {
  summary: "Runs your program; its heavy methods migrate to a clone when that pays.",
  positionals: "APP [ARG]...",
  passThrough: true,
  options: RUN_OPTIONS,
  run: (parsed) => ownRun(runOptions(parsed)).start(),
};
