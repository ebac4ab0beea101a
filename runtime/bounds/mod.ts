/**
 * How the device reads ahead for its clone: what it does, and what is predicted of it. Loads no more than that.
 *
 * @module
 */

/** Bytes of further files sent after the first file that is read; doubled each time that guess was right. */
export const READ_FIRST_BYTES: number = 128 * 1024;
/** 0.4 s of compressed text on a WiFi link of 2011: more may be sent for nothing. */
export const READ_MOST_BYTES: number = 1024 * 1024;
/** A larger file isn't sent before its bytes are asked for: its reader may want some of them only. */
export const READ_WHOLE_BYTES: number = 4 * 1024 * 1024;
/** Paths that are looked at for one that was asked about. */
export const LOOKS_AT_ONCE = 64;
