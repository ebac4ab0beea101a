/**
 * Content that devices sent, kept by hash on the clone.
 *
 * @module
 */
export { BlobDesk } from "./blob_desk.ts";
export { type ContentStore, openContentStore } from "./content_store.ts";
