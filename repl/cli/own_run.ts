import { runForeground } from "./app_process.ts";
import { Run, type RunParts } from "./app_run.ts";
import type { RunOptions } from "./run_options.ts";
import { ownPlace } from "./run_place.ts";

/** A run that lives in this process. */
export function ownRun(
  options: RunOptions,
  watched: Pick<RunParts, "onlooker" | "experiment"> = {},
): Run {
  return new Run({
    options,
    place: ownPlace(),
    terminal: { launch: runForeground, say: (line) => console.error(line) },
    ...watched,
  });
}
