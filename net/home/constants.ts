/** A home is read by its owner only: it holds the peer's private key. */
export const HOME_MODE = 0o700;
/** Mode of every file in a home that a stranger must not read. */
export const PRIVATE_FILE_MODE = 0o600;
/** Largest JSON file of a home: ten thousand trusted peers fit many times over. */
export const MAX_HOME_FILE_BYTES = 16 * 1024 * 1024;
/** Bytes that a Unix socket's path may have (`sun_path`: 108 on Linux, 104 on macOS, with the closing zero). */
export const MAX_SOCKET_PATH_BYTES = 103;
