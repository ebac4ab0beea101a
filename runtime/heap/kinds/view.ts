import type { ValueAccess } from "../access.ts";
import type { Inlet, Properties } from "../inlet.ts";
import {
  bufferByteLength,
  bufferDetached,
  bufferMaxByteLength,
  bufferResizable,
  bufferResize,
  bytesSet,
  bytesSlice,
  dataViewBuffer,
  dataViewByteLength,
  dataViewByteOffset,
  newUint8Array,
  ownKeys,
  typedArrayAt,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayByteOffset,
  typedArrayName,
  VIEW_CONSTRUCTORS,
} from "../intrinsics.ts";
import { KIND } from "../node.ts";
import { isArrayIndex } from "../keys.ts";
import type { Outlet } from "../outlet.ts";
import { PacketError } from "../packet_error.ts";
import { pathOf } from "../path.ts";
import { applyProperties, checkProperties } from "../properties.ts";
import { Refusal } from "../refusal.ts";
import { REFUSALS } from "../refusals.ts";
import type { Kind } from "./kind.ts";

interface ViewShell {
  readonly type: number;
  readonly buffer: number;
  readonly byteOffset: number;
  /** Undefined if the view's length follows its buffer's. */
  readonly byteLength: number | undefined;
}

/** Typed arrays and DataViews: windows on a buffer, which holds the contents. */
export const view: Kind<object, ViewShell, Properties> = {
  name: "view",
  writeShell(node, out: Outlet) {
    const buffer = bufferOf(node);
    if (!out.fresh) return out.node(buffer);
    if (outOfBounds(node) && !bufferDetached(buffer)) {
      throw new Refusal(pathOf(out, out.at), REFUSALS.shrunkenView);
    }
    const window = windowOf(node);
    out.w.byte(window.type);
    out.node(window.buffer);
    out.w.varint(window.byteOffset);
    out.w.varint(tracks(node, window) ? 0 : window.byteLength + 1);
  },
  writeContent(node, out: Outlet) {
    if (!out.knownLayout(node)) {
      out.learnLayout(node, out.properties(node, otherKeys(node, out.values)), true);
    }
  },
  readShell(inlet: Inlet) {
    const type = inlet.byte();
    const buffer = inlet.mid();
    const byteOffset = inlet.varint();
    const length = inlet.varint();
    if (VIEW_CONSTRUCTORS[type] === undefined) throw new PacketError("a view is of no known type");
    return { type, buffer, byteOffset, byteLength: length === 0 ? undefined : length - 1 };
  },
  needs: (shell) => [shell.buffer],
  create(shell, inlet) {
    if (inlet.kindOf(shell.buffer) !== KIND.buffer) throw new PacketError("a view has no buffer");
    const buffer = inlet.liveObject(shell.buffer) as ArrayBuffer;
    makeRoom(buffer, shell, inlet);
    const entry = VIEW_CONSTRUCTORS[shell.type]!;
    const length = shell.byteLength === undefined ? undefined : shell.byteLength / entry[2];
    if (length !== undefined && length % 1 !== 0) throw new PacketError("a view has a broken length");
    try {
      return new entry[1](buffer, shell.byteOffset, length);
    } catch (cause) {
      throw new PacketError("a view can't be made", { cause });
    }
  },
  readContent: (inlet: Inlet) => inlet.properties(),
  check(node, content, inlet) {
    checkProperties(node, otherKeys(node, inlet.values), content, inlet);
  },
  fill(node, content, inlet) {
    applyProperties(node, otherKeys(node, inlet.values), content, inlet);
  },
};

interface Window {
  readonly type: number;
  readonly buffer: ArrayBuffer;
  readonly byteOffset: number;
  readonly byteLength: number;
}

function bufferOf(node: object): ArrayBuffer {
  return typedArrayName(node) === undefined ? dataViewBuffer(node as DataView) : typedArrayBuffer(node);
}

/** Where a view looks, by its internal slots; an empty window if its buffer is detached. */
function windowOf(node: object): Window {
  const name = typedArrayName(node);
  let type = 0;
  if (name !== undefined) { while (VIEW_CONSTRUCTORS[type]![0] !== name) type++; }
  const buffer = bufferOf(node);
  if (bufferDetached(buffer)) return { type, buffer, byteOffset: 0, byteLength: 0 };
  const byteOffset = type === 0 ? dataViewByteOffset(node as DataView) : typedArrayByteOffset(node);
  return { type, buffer, byteOffset, byteLength: byteLengthOf(node) };
}

/**
 * Whether a view's length follows its buffer's. The language has no question for it, so the buffer is resized for a
 * moment, which nobody can see.
 */
function tracks(node: object, window: Window): boolean {
  const { buffer } = window;
  if (!bufferResizable(buffer)) return false;
  const size = bufferByteLength(buffer);
  const step = VIEW_CONSTRUCTORS[window.type]![2];
  if (window.byteOffset + window.byteLength + step <= size) return false;
  if (size + step <= bufferMaxByteLength(buffer)) return changesWith(node, window, size + step, size);
  if (window.byteLength < step) return false;
  const tail = bytesSlice(new newUint8Array(buffer), size - step, size);
  const changed = changesWith(node, window, size - step, size);
  bytesSet(new newUint8Array(buffer), tail, size - step);
  return changed;
}

/** Whether the view's length follows when its buffer's size is `probe`. */
function changesWith(node: object, window: Window, probe: number, size: number): boolean {
  bufferResize(window.buffer, probe);
  const follows = !outOfBounds(node) && byteLengthOf(node) !== window.byteLength;
  bufferResize(window.buffer, size);
  return follows;
}

function byteLengthOf(node: object): number {
  return typedArrayName(node) === undefined
    ? dataViewByteLength(node as DataView)
    : typedArrayByteLength(node);
}

/** Whether a view's buffer was detached or shrunk away under it: then nothing tells where it looked. */
function outOfBounds(node: object): boolean {
  try {
    if (typedArrayName(node) === undefined) dataViewByteLength(node as DataView);
    else typedArrayAt(node, 0);
    return false;
  } catch {
    return true;
  }
}

/** A new view on an existing buffer may need the size that the buffer gets only later in this packet. */
function makeRoom(buffer: ArrayBuffer, shell: ViewShell, inlet: Inlet): void {
  const end = shell.byteOffset + (shell.byteLength ?? 0);
  const size = bufferByteLength(buffer);
  if (end <= size || !bufferResizable(buffer) || end > bufferMaxByteLength(buffer)) return;
  inlet.undo[inlet.undo.length] = () => bufferResize(buffer, size);
  bufferResize(buffer, end);
}

/** Own keys without the elements. */
function otherKeys(node: object, values: ValueAccess): readonly PropertyKey[] {
  if (values.namedKeys !== undefined) return values.namedKeys(node);
  const keys = ownKeys(node);
  if (typedArrayName(node) === undefined) return keys as PropertyKey[];
  let from = 0;
  while (from < keys.length && isArrayIndex(keys[from]!)) from++;
  const others: PropertyKey[] = [];
  for (let i = from; i < keys.length; i++) others[others.length] = keys[i]!;
  return others;
}
