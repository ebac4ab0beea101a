/**
 * What a command line begins with. A run that the running peer serves needs next to nothing here: no parser of command lines, no
 * package, no commands.
 *
 * @module
 */
import { later } from "./later.ts";

const { args } = Deno;

if (args[0] === "run") {
  const { servedRun } = await later<typeof import("./run_client.ts")>("./run_client.ts", import.meta.url);
  const code = await servedRun(args.slice(1));
  if (code !== undefined) Deno.exit(code);
}
const { main } = await later<typeof import("./main.ts")>("./main.ts", import.meta.url);
await main(args);
