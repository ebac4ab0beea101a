/**
 * How the device reads ahead for its clone: what it does, and what is predicted of it. Loads no more than that.
 *
 * @module
 */

/** Bytes of further files sent with the first file that is read; doubled each time that guess was right. */
export const READ_FIRST_BYTES: number = 128 * 1024;
/** 0.4 s of compressed text on a WiFi link of 2011: more would make the reader wait for what it may not want. */
export const READ_MOST_BYTES: number = 1024 * 1024;
/** Paths that are looked at for one that was asked about. */
export const LOOKS_AT_ONCE = 64;
