/**
 * How peers find and reach each other.
 *
 * @module
 */
export { addressOf, Finder, isPlainAddress, parseAddress } from "./finder.ts";
export { tolerantMdns } from "./tolerant_mdns.ts";
