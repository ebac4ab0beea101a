/** What all devices' content together may take on a clone's disk. */
export const DEFAULT_STORE_BYTES = 2 * 1024 * 1024 * 1024;
