/**
 * The command line.
 *
 * @module
 */
export { type App, modulePath } from "./app.ts";
export { type Command, type Parsed, UsageError } from "./command.ts";
export { main } from "./main.ts";
export { overridesFor } from "./overrides.ts";
export { type Onlooker, Run, run } from "./run.ts";
