/** Version of everything the rewriter emits; part of every cache key. */
export const REWRITER_VERSION = 31;

/** Takes the place of `node:worker_threads`, whose named imports nothing else can give another value. */
export const NODE_WORKERS_URL = "clonecloud:worker_threads";
/** The specifiers that mean it. */
export const NODE_WORKERS: readonly string[] = ["node:worker_threads", "worker_threads"];

/** What an accessor is asked with to tell whether a class is the one whose private names its closure can use. */
export const OF_CLASS = 1e9;
