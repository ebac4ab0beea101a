import { type Command, UsageError } from "./command.ts";

/** `run APP`: starts an app under the runtime. */
export const run: Command = {
  summary: "Runs your program; its heavy methods migrate to a clone when that pays.",
  positionals: "APP [ARG]...",
  passThrough: true,
  options: {},
  run(parsed) {
    if (parsed.positionals.length === 0) throw new UsageError("no app given: run APP [ARG]...");
    return Promise.resolve(0);
  },
};
