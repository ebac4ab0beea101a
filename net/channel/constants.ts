/**
 * Bytes read from a local descriptor at once: nearly all that its socket holds, as each read is a wake, a send and a wait for room.
 * They go out as three frames, each of which fills, with its header of 12, a noise message (65,535 with a tag of 16) to the last byte.
 */
export const READ_BYTES = 3 * (65_535 - 16 - 12);
/** Reads share one allocation of this size: small frames would otherwise cost a whole read of garbage each. */
export const SLAB_BYTES = 4 * READ_BYTES;
/** Queued bytes above which a writer is asked to wait: four pipes full, so that the other side never runs dry. */
export const HIGH_WATER_BYTES = 256 * 1024;
/** Largest JSON control message of one hop; real ones have under 2 KiB. */
export const MAX_CONTROL_BYTES = 64 * 1024;
/** Queued pieces are joined up to this: above it a copy costs more than one more write. */
export const JOIN_BYTES = 32 * 1024;
/** How long a closing channel may take to flush before it is cut. */
export const CLOSE_TIMEOUT_MS = 5_000;
/** How long a stranger may take for its first message. */
export const FIRST_MESSAGE_TIMEOUT_MS = 10_000;
