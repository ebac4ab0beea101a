/** What Noise adds to each message. */
export const NOISE_TAG_BYTES = 16;
/** What fits into one of its messages. */
export const NOISE_PLAIN_BYTES = 65_535 - NOISE_TAG_BYTES;
/** What Yamux sends as one frame that fills, with its header of 12, a message of Noise's to the last byte. */
export const YAMUX_FRAME_BYTES = NOISE_PLAIN_BYTES - 12;
/**
 * Bytes read from a local descriptor at once: nearly all that its socket holds, as each read is a wake, a send and a wait for room.
 * They go out as three whole frames.
 */
export const READ_BYTES = 3 * YAMUX_FRAME_BYTES;
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
