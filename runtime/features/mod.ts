/**
 * Sizes that decisions go by: of a method's arguments, and of a run's input. Loads nothing else.
 *
 * @module
 */
export { featuresOf, runFeatures } from "./features.ts";
