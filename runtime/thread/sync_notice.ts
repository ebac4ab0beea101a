/** What `signal` holds: how many messages were posted to the main thread, and whether the migrator has failed. */
export const POSTED = 0;
export const FAILED = 1;
/** The notice that the migrator has failed: for those who don't wait. */
export const FAILED_ID = -1;

/**
 * An answer to the main thread: JSON, and bytes that belong to it as its `packet`. Flat, as Deno looks for ports in all
 * that is received, each byte of an array included.
 */
export interface Notice {
  readonly id: number;
  /** undefined: the migrator has failed. */
  readonly json: string | undefined;
  readonly bytes?: ArrayBuffer;
}
