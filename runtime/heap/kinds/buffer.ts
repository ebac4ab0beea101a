import type { Inlet, Properties } from "../inlet.ts";
import {
  bufferByteLength,
  bufferDetached,
  bufferMaxByteLength,
  bufferResizable,
  bufferResize,
  bufferTransfer,
  bytesSet,
  newArrayBuffer,
  newUint8Array,
  ownKeys,
  typedArrayLength,
} from "../intrinsics.ts";
import type { Outlet } from "../outlet.ts";
import { PacketError } from "../packet_error.ts";
import { applyProperties, checkProperties } from "../properties.ts";
import { sameBytes } from "../reader.ts";
import type { Kind } from "./kind.ts";

interface BufferShell {
  readonly byteLength: number;
  /** Undefined if the buffer can't be resized. */
  readonly maxByteLength: number | undefined;
}

/** A buffer's content as read. */
export interface BufferContent {
  /** Undefined if the buffer is detached. */
  readonly bytes: Uint8Array | undefined;
  readonly properties: Properties;
}

/** ArrayBuffers. Their bytes are in the order in which the program's views wrote them: little endian everywhere. */
export const buffer: Kind<ArrayBuffer, BufferShell, BufferContent> = {
  name: "ArrayBuffer",
  writeShell(node, out: Outlet) {
    out.w.varint(bufferByteLength(node));
    out.w.varint(bufferResizable(node) ? bufferMaxByteLength(node) + 1 : 0);
  },
  writeContent(node, out: Outlet) {
    out.w.varint(bufferDetached(node) ? 0 : bufferByteLength(node) + 1);
    if (!bufferDetached(node)) out.bytes(new newUint8Array(node));
    if (!out.knownLayout(node)) out.learnLayout(node, out.properties(node, ownKeys(node)), true);
  },
  readShell(inlet: Inlet) {
    const byteLength = inlet.varint();
    const max = inlet.varint();
    inlet.bufferBytes += max === 0 ? byteLength : max - 1;
    if (byteLength > inlet.allBytes) throw new PacketError("a buffer is larger than the packet");
    if (inlet.bufferBytes > inlet.limits.maxBufferBytes) throw new PacketError("its buffers are too large");
    return { byteLength, maxByteLength: max === 0 ? undefined : max - 1 };
  },
  create({ byteLength, maxByteLength }) {
    try {
      return maxByteLength === undefined
        ? new newArrayBuffer(byteLength)
        : new newArrayBuffer(byteLength, { __proto__: null, maxByteLength } as { maxByteLength: number });
    } catch (cause) {
      throw new PacketError("a buffer can't be made", { cause });
    }
  },
  readContent(inlet: Inlet) {
    const length = inlet.varint();
    const bytes = length === 0 ? undefined : inlet.blob(length - 1);
    return { bytes, properties: inlet.properties() };
  },
  check(node, content, inlet) {
    const length = content.bytes === undefined ? 0 : typedArrayLength(content.bytes);
    const sizeFits = bufferDetached(node)
      ? content.bytes === undefined
      : content.bytes === undefined || length === bufferByteLength(node) ||
        bufferResizable(node) && length <= bufferMaxByteLength(node);
    if (!sizeFits) throw new PacketError("a buffer has another size");
    checkProperties(node, ownKeys(node), content.properties, inlet);
  },
  fill(node, content, inlet) {
    if (content.bytes !== undefined) fillBytes(node, content.bytes);
    else if (!bufferDetached(node)) bufferTransfer(node);
    applyProperties(node, ownKeys(node), content.properties, inlet);
  },
};

function fillBytes(node: ArrayBuffer, bytes: Uint8Array): void {
  if (bufferByteLength(node) !== typedArrayLength(bytes)) bufferResize(node, typedArrayLength(bytes));
  const view = new newUint8Array(node);
  if (!sameBytes(view, bytes, { a: 0, b: 0, length: typedArrayLength(bytes) })) bytesSet(view, bytes, 0);
}
