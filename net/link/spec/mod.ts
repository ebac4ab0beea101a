/**
 * What names and descriptions of links mean. Loads nothing else.
 *
 * @module
 */
export { type LinkSpec, NAMED_LINKS, parseLink } from "../emulated_link.ts";
