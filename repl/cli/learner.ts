import { startBehind } from "../boot/background.ts";
import { Lessons } from "./lessons.ts";

/** No lesson takes longer than this of CPU time; the system ends a learner that does. */
const MAX_CPU_S = 600;
/** Heap of a learner, megabytes. */
const MAX_HEAP_MB = 512;
/** A log that is longer begins anew. */
const MAX_LOG_BYTES = 64 * 1024;
/** A lesson that a learner didn't survive is tried so often. */
const MAX_TRIES = 2;

const MOD = new URL("../../mod.ts", import.meta.url).href;

/**
 * Starts learning from what waits in a home, in a process of its own that outlives this one: of the lowest priority, bounded
 * in CPU time and memory, one at a time. It ends when nothing waits; killed, it leaves what it hadn't finished to the next.
 */
export function startLearner(home: string, denoPath: string): void {
  const learn = ["run", "-A", "--no-prompt", `--v8-flags=--max-old-space-size=${MAX_HEAP_MB}`, MOD]
    .concat("learn", "--home", home, "--log");
  startBehind(denoPath, learn, MAX_CPU_S);
}

/** Who learns from one lesson. */
export type Teach = (place: string) => Promise<void>;

/**
 * Works through the lessons in a home; waits first if a learner is at work there. Resolves to how many were learnt from.
 * With `wait` false it returns at once if one is at work: that one sees what came meanwhile.
 */
export async function workThrough(
  home: string,
  { teach, wait, tell }: { teach: Teach; wait: boolean; tell: (line: string) => void },
): Promise<number> {
  const lessons = new Lessons(home);
  let learnt = 0;
  while (lessons.waiting().length > 0) {
    using lock = Deno.openSync(`${lessons.folder}/lock`, { create: true, write: true, mode: 0o600 });
    if (wait) await lock.lock(true);
    else if (!await lock.tryLock(true)) break;
    for (const place of lessons.waiting()) {
      try {
        if (mayTry(place)) await teach(place);
        else tell(`gave up a lesson that could not be learnt in ${MAX_TRIES} tries`);
        learnt++;
      } catch (error) {
        tell(`could not learn from a run: ${(error as Error).message}`);
      }
      Lessons.drop(place);
    }
  }
  return learnt;
}

/** Counts a try before it is made: what is tried may end this process. */
function mayTry(place: string): boolean {
  for (let n = 1; n <= MAX_TRIES; n++) {
    try {
      Deno.openSync(`${place}/try${n}`, { createNew: true, write: true, mode: 0o600 }).close();
      return true;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
  return false;
}

/** A line in the home's log. */
export function log(home: string, line: string): void {
  const path = `${home}/learner.log`;
  try {
    if (Deno.statSync(path).size > MAX_LOG_BYTES) Deno.removeSync(path);
  } catch { /* there is none yet */ }
  Deno.writeTextFileSync(path, `${new Date().toISOString()} ${line}\n`, { append: true, mode: 0o600 });
}
