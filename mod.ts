/**
 * clonecloud: run your own program on this device, its heavy methods on your laptop.
 *
 * As a library this is the door to the runtime's types; as a program it is the command line (`deno run -A mod.ts --help`).
 *
 * @module
 */
export type { Conditions, MethodId } from "./runtime/mod.ts";

if (import.meta.main) {
  await import(new URL("./repl/cli/start.ts", import.meta.url).href);
}
