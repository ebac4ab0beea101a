/** Bytes read from a local descriptor at once: with yamux's header (12) they fill one noise message (65,535 with its tag of 16). */
export const READ_BYTES = 65_535 - 16 - 12;
/** Reads share one allocation of this size: small frames would otherwise cost 64 KiB of garbage each. */
export const SLAB_BYTES = 512 * 1024;
/** Queued bytes above which a writer is asked to wait: four reads, so that the other side never runs dry. */
export const HIGH_WATER_BYTES = 4 * READ_BYTES;
/** Largest JSON control message of one hop; real ones have under 2 KiB. */
export const MAX_CONTROL_BYTES = 64 * 1024;
/** Queued pieces are joined up to this: above it a copy costs more than one more write. */
export const JOIN_BYTES = 32 * 1024;
/** How long a closing channel may take to flush before it is cut. */
export const CLOSE_TIMEOUT_MS = 5_000;
/** How long a stranger may take for its first message. */
export const FIRST_MESSAGE_TIMEOUT_MS = 10_000;
