/**
 * Sizes of a run's input, by which decisions go. Loads nothing else.
 *
 * @module
 */
export { runFeatures } from "./run_features.ts";
