/** Largest payload of one frame: a packet of a heap bigger than this stays on the device. */
export const MAX_FRAME_BYTES = 512 * 1024 * 1024;

/** Version of everything that device and guest say to each other; both must have the same. */
export const SESSION_VERSION = 8;

/**
 * Payloads of at least this many bytes are compressed: below, the link's round trip counts and not its bandwidth, and a weak device
 * takes longer to load a compressor.
 */
export const COMPRESS_FROM = 4096;
