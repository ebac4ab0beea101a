/** Contents for a device's store, outside of sessions, on `/clonecloud/files/1.3.0`. */
export const FILES_PROTOCOL = "/clonecloud/files/1.3.0";
/** Largest frame there: a batch of contents, or hashes. */
export const MAX_FILE_FRAME_BYTES = 8 * 1024 * 1024;
/** Such streams of one device at once: each may hold a frame, and what comes of one, in memory. */
export const MAX_FILE_STREAMS = 8;
/** A clone that is there, and neither answers nor takes any bytes for so long, is given up: its disk may take seconds for what waits. */
export const ANSWER_TIMEOUT_MS = 60_000;
/** What all devices' content together may take on a clone's disk. */
export const DEFAULT_STORE_BYTES = 2 * 1024 * 1024 * 1024;
/** A pack that short is written sooner than a thread is asked to do it. */
export const AT_ONCE_BYTES = 128 * 1024;
/** Bytes that wait for the disk before whoever sends them has to: four batches, so that the disk never waits. */
export const MAX_UNWRITTEN_BYTES = 16 * 1024 * 1024;
/** Pieces that are written one after the other are copied together up to this: above, one more write costs less. */
export const MAX_JOINED_BYTES = 64 * 1024;
