/**
 * The heap as it travels: capture, packet, instantiate, merge, and the object mapping table (§4.1, §4.2).
 *
 * @module
 */
export { SessionHeap, type SessionHeapOptions } from "./session_heap.ts";
export type { Capture } from "./capture.ts";
export type { CodeRefs } from "./outlet.ts";
export { type ByteShare, type ByteSummary, type Explanation, summary } from "./explain.ts";
export type { MappingRow } from "./mapping_table.ts";
export type { RowState } from "./session_state.ts";
export { formatStacksWith } from "./stack.ts";
export { ASKED_KEYS, iteratorKeeper } from "./kept_iterator.ts";
export { Refusal } from "./refusal.ts";
export { type BindingCell, KIND, type Node } from "./node.ts";
export { awaiting } from "./kinds/promise.ts";
export { isMadeError, takeFreshErrors } from "./kinds/error.ts";
export { MissingBuiltinError, PacketError } from "./packet_error.ts";
export { referencedCode } from "./packet.ts";
export { DEFAULT_LIMITS, type HeapLimits, MAX_OBSERVED_ROWS } from "./constants.ts";
export {
  type BindingRef,
  type Brand,
  type CodeAccess,
  type FunctionDescription,
  type ModuleKey,
  type PrivateSlot,
  type ScopeHandle,
  UNINITIALISED,
  type Unsent,
  type ValueAccess,
} from "./access.ts";
