/**
 * Content that devices sent, kept by hash on the clone.
 *
 * @module
 */
export { BlobDesk } from "./blob_desk.ts";
export { FILES_PROTOCOL, MAX_FILE_STREAMS } from "./constants.ts";
export { FileClient, serveFiles } from "./file_protocol.ts";
export { indexName } from "./sent_before.ts";
export { readTreeIndex, type TreeIndex, writeTreeIndex } from "./tree_index.ts";
export { hashesOf, type PushProgress, type PushResult, pushTree } from "./tree_push.ts";
export { type ContentStore, openContentStore } from "./content_store.ts";
