/**
 * The framing of every hop, for a process that needs no more of the runtime.
 *
 * @module
 */
export { decodeJson, encodeJsonFrame, FrameDecoder, HOP_CONTROL } from "../thread/frame.ts";
