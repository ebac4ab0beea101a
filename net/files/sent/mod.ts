/**
 * What was sent ahead. Loads nothing of what sends.
 *
 * @module
 */
export { sentBefore } from "../sent_before.ts";
