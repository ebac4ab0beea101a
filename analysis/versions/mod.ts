/**
 * What tells whether something kept of a decision model can still be read. Loads nothing else.
 *
 * @module
 */
export { MODEL_VERSION } from "../cost/constants.ts";
