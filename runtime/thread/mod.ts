/**
 * What a preload module needs to bring the runtime into an app process. Loads no library.
 *
 * @module
 */
export { bootApp, type BootOptions } from "./app_boot.ts";
export type { Decision, DecisionMaker, Outcome } from "./decision.ts";
