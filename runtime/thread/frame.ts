/**
 * The one framing used on every hop between a device's app and its guest: local socket, libp2p stream, guest stdio.
 *
 *   frame := length u32 BE (of kind + payload) | kind u8 | payload
 *
 * Kinds below {@linkcode FIRST_SESSION_KIND} belong to one hop and are consumed by whoever receives them. All others
 * are the session's own: a peer forwards them byte for byte and never looks inside.
 */
import { joinBytes, totalBytes } from "./bytes.ts";
import { MAX_FRAME_BYTES } from "./constants.ts";

/** Frame kinds of one hop; a JSON body in UTF-8. */
export const HOP_CONTROL = 0;
/** Asks the next store on the way for the content of a SHA-256 hash (32 bytes); see `net/files`. */
export const BLOB_REQUEST = 1;
/** Answers a {@linkcode BLOB_REQUEST}: the 32-byte hash, then the content; no content byte follows if unknown. */
export const BLOB_REPLY = 2;
/** Device → clone: contents for its store, several at once; see `blobs.ts`. */
export const BLOB_PUSH = 3;
/** Device → clone: which of these contents (hashes, one after the other) are in the store? */
export const BLOB_ASK = 4;
/** Clone → device: a byte for each hash that was asked for, 1 if it is there. */
export const BLOB_FOUND = 5;
/** As {@linkcode BLOB_ASK}; the store reads each content and checks its hash. */
export const BLOB_CHECK = 6;
/** As {@linkcode BLOB_ASK}; what the store lacks follows in a {@linkcode BLOB_PUSH}: requests for it wait for that. */
export const BLOB_OFFER = 7;
/** Device → clone, outside of sessions: asks for signatures of contents; see `net/files`. */
export const BLOB_SIGN = 8;
/** Clone → device: signatures that were asked for, none for what isn't there. */
export const BLOB_SIGNED = 9;
/** Device → clone: contents, as steps that make them of others. */
export const BLOB_DELTA = 10;
/** Device → clone, outside of sessions: as {@linkcode BLOB_ASK} for one hash; 1 if nothing else of this stream was lost, either. */
export const BLOB_KEPT = 11;
/** Device → clone: these contents (hashes) are on their way, each in a {@linkcode BLOB_PUSH}: requests for them wait. No answer. */
export const BLOB_COMING = 12;
/** Device → clone: these don't come after all: requests for them are answered as if they were unknown. */
export const BLOB_GONE = 13;
/** First kind that belongs to the session (device ⇄ guest). */
export const FIRST_SESSION_KIND = 16;

/** Bytes before a payload. */
export const FRAME_HEADER_BYTES = 5;

/** One frame, decoded. */
export interface Frame {
  readonly kind: number;
  readonly payload: Uint8Array;
}

/** Encodes a frame's header; the payload's parts follow it unchanged. */
export function frameHeader(kind: number, payloadBytes: number): Uint8Array {
  const header = new Uint8Array(FRAME_HEADER_BYTES);
  new DataView(header.buffer).setUint32(0, payloadBytes + 1);
  header[4] = kind;
  return header;
}

/** Encodes one frame from the parts of its payload. */
export function encodeFrame(kind: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return joinBytes([frameHeader(kind, totalBytes(parts)), ...parts]);
}

/** Encodes a JSON frame. */
export function encodeJsonFrame(kind: number, body: unknown): Uint8Array {
  return encodeFrame(kind, new TextEncoder().encode(JSON.stringify(body)));
}

/** Decodes the JSON payload of a frame. @throws {SyntaxError} if it isn't JSON. */
export function decodeJson(payload: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(payload));
}

/**
 * Cuts a byte stream into frames. Push what arrives; take frames out until `undefined`.
 *
 * A frame is buffered only up to what has arrived: an announced length alone allocates nothing.
 */
export class FrameDecoder {
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  readonly #maxBytes: number;

  /** `maxBytes` bounds one frame's payload. */
  constructor(maxBytes: number = MAX_FRAME_BYTES) {
    this.#maxBytes = maxBytes;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
  }

  /** The next whole frame. @throws {RangeError} if a frame is empty or longer than allowed. */
  next(): Frame | undefined {
    if (this.#bytes < FRAME_HEADER_BYTES) return undefined;
    const header = this.#peek(FRAME_HEADER_BYTES);
    const length = new DataView(header.buffer, header.byteOffset).getUint32(0);
    if (length === 0 || length - 1 > this.#maxBytes) {
      throw new RangeError(`Cannot read frame: its length ${length} is not in 1..${this.#maxBytes + 1}`);
    }
    if (this.#bytes < length + 4) return undefined;
    this.#take(FRAME_HEADER_BYTES);
    return { kind: header[4]!, payload: this.#take(length - 1) };
  }

  #peek(count: number): Uint8Array {
    const first = this.#chunks[0]!;
    if (first.length >= count) return first.subarray(0, count);
    const out = new Uint8Array(count);
    let at = 0;
    for (const chunk of this.#chunks) {
      const part = chunk.subarray(0, count - at);
      out.set(part, at);
      at += part.length;
      if (at === count) break;
    }
    return out;
  }

  #take(count: number): Uint8Array {
    this.#bytes -= count;
    const first = this.#chunks[0];
    if (first !== undefined && first.length > count) {
      this.#chunks[0] = first.subarray(count);
      return first.subarray(0, count);
    }
    const out = new Uint8Array(count);
    let at = 0;
    while (at < count) {
      const chunk = this.#chunks[0]!;
      const part = chunk.subarray(0, count - at);
      out.set(part, at);
      at += part.length;
      if (part.length === chunk.length) this.#chunks.shift();
      else this.#chunks[0] = chunk.subarray(part.length);
    }
    return out;
  }
}
