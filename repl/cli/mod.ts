/**
 * The command line.
 *
 * @module
 */
export { type App, modulePath } from "./app.ts";
export { type Command, type Parsed, UsageError } from "./command.ts";
export { main } from "./main.ts";
export { overridesFor } from "./overrides.ts";
export type { Onlooker, Run } from "./app_run.ts";
export { ownRun } from "./own_run.ts";
export { run } from "./run.ts";
export { runOptions } from "./run_options.ts";
