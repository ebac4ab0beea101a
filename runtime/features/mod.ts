/**
 * Sizes of a run's input, by which decisions go. Loads nothing else.
 *
 * @module
 */
export { RUN_ARGUMENTS, RUN_BYTES, RUN_NUMBER, runFeatures } from "./run_features.ts";
