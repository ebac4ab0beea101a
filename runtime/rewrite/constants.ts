/** Version of everything the rewriter emits; part of every cache key. */
export const REWRITER_VERSION = 11;
