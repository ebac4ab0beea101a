/** Largest content that passes a peer; code, libraries and data files of apps are far below. */
export const MAX_BLOB_BYTES = 128 * 1024 * 1024;
/** Bytes of a SHA-256 hash. */
export const HASH_BYTES = 32;
/** What all devices' content together may take on a clone's disk. */
export const DEFAULT_STORE_BYTES = 2 * 1024 * 1024 * 1024;
