/**
 * What an app's process and its supervisor say to each other over named pipes; see `sync_port.ts` and `app_link.ts`.
 *
 *   message := bytes of head u32 LE | bytes of packet u32 LE | head | packet
 *
 * A head is a value as the engine itself serialises it: unlike JSON that runs no `toJSON` of the app.
 */

import { typedArrayLength, uncurry } from "./intrinsics.ts";

// One end runs in the app's isolate: nothing is looked up after the app's code began.
const Bytes = Uint8Array;
const put = uncurry(Uint8Array.prototype.set) as (into: Uint8Array, bytes: Uint8Array, at: number) => void;

/** Answers to whoever waits at once, or later. */
export type Lane = "down" | "late";

/** Bytes of one read at most: what a pipe holds. */
export const READ_BYTES = 65_536;

/** Bytes before a head. */
export const HEADER_BYTES = 8;

/** A packet that isn't longer is written together with its head. */
const JOINED_BYTES = 16_384;

/** What the supervisor asks of the app's process. */
export type AppQuestion =
  | { readonly about: "permission"; readonly permission: Deno.PermissionDescriptor }
  /** The stack below the method that is away, as lines `    at …`. */
  | { readonly about: "frames" }
  /** What the caller of the method that is away does with a promise. */
  | { readonly about: "caller" }
  /** A variable of its environment, or all. */
  | { readonly about: "environment"; readonly name?: string }
  /** The size of its terminal now. */
  | { readonly about: "terminal" };

/** An answer, or a question that is answered before it. */
export interface AppAnswer {
  readonly id: number;
  readonly value?: unknown;
  /** So many bytes that belong to the value lie in the parcel. */
  readonly parcel?: number;
  readonly question?: AppQuestion;
}

/**
 * A message in the pieces it is to be written in: in one, unless copying the packet takes longer, as who writes twice wakes
 * the other end twice.
 */
export function messageParts(head: Uint8Array, packet: readonly Uint8Array[]): readonly Uint8Array[] {
  let bytes = 0;
  for (let i = 0; i < packet.length; i++) bytes += typedArrayLength(packet[i]!);
  const joins = bytes <= JOINED_BYTES;
  const first = new Bytes(HEADER_BYTES + typedArrayLength(head) + (joins ? bytes : 0));
  put(first, headerOf(typedArrayLength(head), bytes), 0);
  put(first, head, HEADER_BYTES);
  const parts: Uint8Array[] = [first];
  let at = HEADER_BYTES + typedArrayLength(head);
  for (let i = 0; i < packet.length; i++) {
    const piece = packet[i]!;
    if (joins) put(first, piece, at);
    else parts[parts.length] = piece;
    at += typedArrayLength(piece);
  }
  return parts;
}

/** The header of a message. */
export function headerOf(headBytes: number, packetBytes: number): Uint8Array {
  const header = new Bytes(HEADER_BYTES);
  for (let i = 0; i < 4; i++) {
    header[i] = headBytes >>> (8 * i);
    header[4 + i] = packetBytes >>> (8 * i);
  }
  return header;
}

/** What a header says: bytes of head and of packet. */
export function sizesOf(header: Uint8Array): { readonly headBytes: number; readonly packetBytes: number } {
  const at = (i: number) =>
    (header[i]! | header[i + 1]! << 8 | header[i + 2]! << 16 | header[i + 3]! << 24) >>> 0;
  return { headBytes: at(0), packetBytes: at(4) };
}

/** The engine's structured clone to bytes and back, as Deno has it for its own messages. */
export interface Serializer {
  serialize(value: unknown): Uint8Array;
  deserialize(bytes: Uint8Array): unknown;
}

/** @throws {Error} if this Deno has none. */
export function engineSerializer(): Serializer {
  // deno-lint-ignore no-explicit-any
  const core = (Deno as any)[(Deno as any).internal]?.core;
  if (typeof core?.serialize !== "function" || typeof core.deserialize !== "function") {
    throw new Error(`Cannot start: Deno ${Deno.version.deno} has no serializer`);
  }
  const { serialize, deserialize } = core;
  return { serialize: (value) => serialize(value), deserialize: (bytes) => deserialize(bytes) };
}
