/**
 * Byte channels between processes and machines, and frames that pass through them.
 *
 * @module
 */
export { allOf, type Channel, type ChannelSink } from "./channel.ts";
export { childChannel } from "./child_channel.ts";
export {
  FIRST_MESSAGE_TIMEOUT_MS,
  MAX_CONTROL_BYTES,
  NOISE_PLAIN_BYTES,
  NOISE_TAG_BYTES,
  READ_BYTES,
  YAMUX_FRAME_BYTES,
} from "./constants.ts";
export { ControlChannel, type Message } from "./control_channel.ts";
export { descriptorChannel, type Descriptors } from "./descriptor_channel.ts";
export { FrameOutlet } from "./frame_outlet.ts";
export { FrameRelay, type RelayRule } from "./frame_relay.ts";
export { memoryChannelPair } from "./memory_channel.ts";
export { socketChannel } from "./socket_channel.ts";
export { streamChannel } from "./stream_channel.ts";
export { timed, within } from "./timed.ts";
