/** Contents for a device's store, outside of sessions, on `/clonecloud/files/1.1.0`. */
export const FILES_PROTOCOL = "/clonecloud/files/1.1.0";
/** Largest frame there: a batch of contents, or hashes. */
export const MAX_FILE_FRAME_BYTES = 8 * 1024 * 1024;
/** What all devices' content together may take on a clone's disk. */
export const DEFAULT_STORE_BYTES = 2 * 1024 * 1024 * 1024;
