/**
 * Why a peer can't be found or reached, in plain words.
 *
 * @module
 */
export type { Finding } from "./diagnose.ts";
export { type Examination, examine, examineAddress } from "./examine.ts";
