/**
 * The REPL: steps through migrations.
 *
 * @module
 */
export { repl } from "./repl.ts";
