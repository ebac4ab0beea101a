/**
 * What happens inside app and guest processes: rewrite, capture, migrate, merge. Knows nothing of networks or partitions.
 *
 * @module
 */
export {
  HASH_BYTES,
  hashOf,
  MAX_ASKED,
  MAX_BLOB_BYTES,
  PACKED_DEFLATE,
  PACKED_PLAIN,
  PACKED_ZSTD,
  packHashes,
  unpackHashes,
} from "./thread/blobs.ts";
export {
  BLOB_ASK,
  BLOB_CHECK,
  BLOB_COMING,
  BLOB_DELTA,
  BLOB_FOUND,
  BLOB_GONE,
  BLOB_KEPT,
  BLOB_OFFER,
  BLOB_PUSH,
  BLOB_REPLY,
  BLOB_REQUEST,
  BLOB_SIGN,
  BLOB_SIGNED,
  decodeJson,
  encodeFrame,
  encodeJsonFrame,
  FIRST_SESSION_KIND,
  type Frame,
  FRAME_HEADER_BYTES,
  FrameDecoder,
  frameHeader,
  HOP_CONTROL,
} from "./thread/frame.ts";
export { fewerPieces, joinBytes, totalBytes } from "./thread/bytes.ts";
export { shownLine, shownText } from "./thread/shown_text.ts";
export { slabReader } from "./thread/slab_reader.ts";
export type { ModuleSource } from "./rewrite/mod.ts";
export { CodeService, type CodeSnapshot, type TextCache } from "./thread/code_service.ts";
export { type Made, type Order, OwnWorkshop, UnfitModule, type Workshop } from "./thread/workshop.ts";
export type { RewriteAnswer } from "./thread/load_hook.ts";
export { AppLink, type AppMessage, makePipes } from "./thread/app_link.ts";
export { Board } from "./thread/board.ts";
export { LocalConnection } from "./thread/local_connection.ts";
export { type MigrationService, openMigrationService } from "./thread/open_migration_service.ts";
export { type OpenedLink, SessionLink } from "./thread/session_link.ts";
export type { AppConfig, SupervisorRequest, TraceEvent } from "./thread/protocol.ts";
export { type Stage, type StageRow, STAGES, type StageStop, type StageVariable } from "./thread/stages.ts";
export { MIGRATE, READY, REQUEST, RETURN, STAGE } from "./thread/protocol.ts";
export { MAX_FRAME_BYTES, SESSION_VERSION } from "./thread/constants.ts";
export type { FileChanges } from "./host/file_changes.ts";
export { chunkEnd, chunksOf, MAX_CHUNK_BYTES } from "./host/chunks.ts";
export { readAt, readRange } from "./host/file_bytes.ts";
export { isSecretPath } from "./host/file_roots.ts";
export { land, type Landed, recoverLandings } from "./host/landing.ts";
export { type Unreadable, unreadableIn } from "./host/unreadable.ts";
export { type MethodId, methodId } from "./rewrite/method_id.ts";
export type { Conditions } from "./thread/conditions.ts";
export type { SessionNote, SessionNotice, SessionReply, SessionRequest } from "./thread/session_control.ts";
export { type GuestCommand, guestCommand, type GuestLimits } from "./thread/guest_command.ts";
