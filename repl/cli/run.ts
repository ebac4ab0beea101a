import type { Command, Parsed } from "./command.ts";
import { later } from "./later.ts";
import { checkLink, RUN_OPTIONS, runOptions } from "./run_options.ts";
import { ownPlace } from "./run_place.ts";
import { servedRun } from "./run_client.ts";

/** `run APP`: starts an app under the runtime. */
export const run: Command = {
  summary: "Runs your program; its heavy methods migrate to a clone when that pays.",
  positionals: "APP [ARG]...",
  passThrough: true,
  options: RUN_OPTIONS,
  run: runApp,
};

async function runApp(parsed: Parsed): Promise<number> {
  const options = runOptions(parsed);
  await checkLink(options.link);
  const place = ownPlace();
  const served = await servedRun(options, place);
  if (served !== undefined) return served;
  const { ownRun } = await later<typeof import("./own_run.ts")>("./own_run.ts", import.meta.url);
  return await ownRun(options).start();
}
