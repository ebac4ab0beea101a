/**
 * The decision inside an app process. Loads no library.
 *
 * @module
 */
export { Decider, type DeciderModel } from "./decide.ts";
