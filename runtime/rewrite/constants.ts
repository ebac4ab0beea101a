/** Version of everything the rewriter emits; part of every cache key. */
export const REWRITER_VERSION = 36;

/** Starts the URLs of scripts that stand for functions made of texts: `new Function(…)`. */
export const MADE_URL = "made:";

/** Whether a module is such a script. */
export function isMade(url: string): boolean {
  return url.startsWith(MADE_URL);
}

/** Takes the place of `node:worker_threads`, whose named imports nothing else can give another value. */
export const NODE_WORKERS_URL = "clonecloud:worker_threads";
/** The specifiers that mean it. */
export const NODE_WORKERS: readonly string[] = ["node:worker_threads", "worker_threads"];

/** What an accessor is asked with to tell whether a class is the one whose private names its closure can use. */
export const OF_CLASS = 1e9;
