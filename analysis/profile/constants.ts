/** Contexts a profile tree may hold; 20,000 × ~300 bytes stays under 6 MB even on a small board. The rest folds into callers. */
export const MAX_CONTEXTS = 20_000;
/** Features of one invocation that are looked at: of the run's input three, and of no more than eight arguments. */
export const MAX_FEATURES = 11;
/** Executions kept one by one for an app; older ones are added up in one row, so a store doesn't grow with every run. */
export const MAX_EXECUTIONS = 32;
/** Version of the store's tables; a file with a newer one is refused, never rewritten. */
export const STORE_VERSION = 1;
/** Version of a profile tree's JSON. */
export const TREE_VERSION = 1;
/** How long a store waits for another process of this project that is writing, milliseconds. */
export const STORE_BUSY_MS = 5_000;
/** Methods below this share of a run's time aren't measured at a clone; at most so many methods, in so many layers. */
export const SAMPLED_SHARE = 0.02;
export const MAX_SAMPLED_METHODS = 16;
export const MAX_LAYERS = 3;
