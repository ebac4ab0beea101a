/**
 * Absolute paths of a POSIX system. Loads nothing else.
 *
 * @module
 */
export { absolutePath, folderOf } from "../host/plain_path.ts";
