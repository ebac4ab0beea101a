/**
 * Sizes of a run's input and the work of its process, by which decisions go. Loads nothing else.
 *
 * @module
 */
export { ownCpuMs } from "./own_cpu.ts";
export { RUN_ARGUMENTS, RUN_BYTES, RUN_NUMBER, runFeatures } from "./run_features.ts";
