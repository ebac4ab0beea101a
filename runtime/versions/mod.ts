/**
 * What of the runtime decides whether a thread can travel, in one text. Loads nothing else.
 *
 * @module
 */
import { PACKET_VERSION } from "../heap/constants.ts";
import { REWRITER_VERSION } from "../rewrite/constants.ts";
import { SESSION_VERSION } from "../thread/constants.ts";

/** The same for runtimes that carry the same state and forbid the same calls. */
export const CARRYING_VERSION: string = `${REWRITER_VERSION}.${PACKET_VERSION}.${SESSION_VERSION}`;
