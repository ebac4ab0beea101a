import {
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
  encodeFrame,
  type Frame,
  HASH_BYTES,
  joinBytes,
  MAX_ASKED,
  MAX_BLOB_BYTES,
  unpackHashes,
} from "../../runtime/mod.ts";
import { applyDelta, MAX_DELTA_BYTES, signatureOf } from "./delta.ts";
import { nameOf, namesOf } from "./content_names.ts";
import { deltaOf, MAX_BASES, packSignatures, unpackBases } from "./delta_messages.ts";
import { unpackBlobs } from "./unpack_blobs.ts";
import { type ContentStore, hasHash } from "./content_store.ts";

/** Requests of one guest that may wait for its device at once. */
const MAX_WAITING = 1024;

/** Longest payload by the frame's kind. */
const LIMITS: Readonly<Record<number, number>> = {
  [BLOB_REQUEST]: HASH_BYTES,
  [BLOB_REPLY]: HASH_BYTES + MAX_BLOB_BYTES,
  [BLOB_PUSH]: MAX_BLOB_BYTES,
  [BLOB_ASK]: HASH_BYTES * MAX_ASKED,
  [BLOB_CHECK]: HASH_BYTES * MAX_ASKED,
  [BLOB_OFFER]: HASH_BYTES * MAX_ASKED,
  [BLOB_COMING]: HASH_BYTES * MAX_ASKED,
  [BLOB_GONE]: HASH_BYTES * MAX_ASKED,
  [BLOB_KEPT]: HASH_BYTES,
  [BLOB_SIGN]: (1 + HASH_BYTES) * MAX_BASES,
  [BLOB_DELTA]: MAX_BLOB_BYTES,
};

/** Where a {@linkcode BlobDesk} puts frames. */
export interface BlobEnds {
  /** To the guest. */
  toGuest(frame: Uint8Array): Promise<void> | void;
  /** To the device. */
  toDevice(frame: Uint8Array): Promise<void> | void;
  /** False leaves out that an answer's hash is compared; only tests do, to show what that is for. */
  readonly checksHashes?: boolean;
  /** True reads a content each time that one question names it; only tests do. */
  readonly readsEach?: boolean;
}

/**
 * Answers one guest's requests for content: from the clone's store, else from the device, whose answer is checked and
 * kept. Neither side is trusted: an answer that nobody asked for, or with another hash, is an error that ends the session.
 */
export class BlobDesk {
  readonly #store: ContentStore;
  readonly #device: string;
  readonly #ends: BlobEnds;
  readonly #began: number;
  /** How often each hash was asked for and not yet answered. */
  readonly #waiting = new Map<string, number>();
  /** What comes unasked: the device said so, or was told that the store lacks what it offered. */
  readonly #promised = new Set<string>();
  /** Of these, what the guest asked for already. */
  readonly #awaited = new Set<string>();

  constructor(store: ContentStore, device: string, ends: BlobEnds) {
    this.#store = store;
    this.#device = device;
    this.#ends = ends;
    this.#began = store.mark();
  }

  /** Bounds a request's or reply's frame before anything is allocated. @throws {RangeError} */
  static admit(kind: number, payloadBytes: number): void {
    const limit = LIMITS[kind];
    const least = kind === BLOB_PUSH || kind === BLOB_DELTA ? 1 : HASH_BYTES;
    if (limit === undefined || payloadBytes < least || payloadBytes > limit) {
      throw new RangeError(`Cannot pass content on: a frame of ${payloadBytes} bytes is not allowed`);
    }
  }

  /** Takes any frame of content. */
  async take(frame: Frame): Promise<void> {
    if (frame.kind === BLOB_REQUEST) await this.request(frame);
    else if (frame.kind === BLOB_REPLY) await this.reply(frame);
    else if (frame.kind === BLOB_PUSH) await this.push(frame);
    else if (frame.kind === BLOB_SIGN) await this.sign(frame);
    else if (frame.kind === BLOB_DELTA) await this.delta(frame);
    else if (frame.kind === BLOB_COMING) this.coming(frame);
    else if (frame.kind === BLOB_GONE) await this.gone(frame);
    else await this.asked(frame);
  }

  /** The device sends contents that messages will name. @throws {Error} if they are malformed */
  async push(frame: Frame): Promise<void> {
    const contents = unpackBlobs(frame.payload);
    await this.#keep(contents, contents.map(nameOf));
  }

  /** As {@linkcode push}, for a stream on which nothing is taken before this is done. */
  async pushInTurns(frame: Frame): Promise<void> {
    const contents = unpackBlobs(frame.payload);
    await this.#keep(contents, await namesOf(contents));
  }

  async #keep(contents: readonly Uint8Array[], names: readonly string[]): Promise<void> {
    // A full disk must not end a session: who needs it asks the device again.
    const room = this.#store.putAll(this.#device, contents, names);
    for (const [i, name] of names.entries()) await this.#arrived(name, contents[i]!);
    await room;
  }

  async #arrived(name: string, content: Uint8Array): Promise<void> {
    this.#promised.delete(name);
    if (!this.#awaited.delete(name)) return;
    await this.#ends.toGuest(encodeFrame(BLOB_REPLY, Uint8Array.fromHex(name), content));
  }

  /** The device asks what something that it has may differ from. @throws {RangeError} */
  async sign({ payload }: Frame): Promise<void> {
    const signatures: Uint8Array[] = [];
    for (const hashes of unpackBases(payload)) {
      const base = await this.#base(hashes);
      signatures.push(base === undefined ? new Uint8Array() : signatureOf(base));
    }
    await this.#ends.toDevice(encodeFrame(BLOB_SIGNED, ...packSignatures(signatures)));
  }

  /** The device sends contents as what they differ in. What doesn't come out as it says isn't kept. @throws {RangeError} */
  async delta({ payload }: Frame): Promise<void> {
    for (const message of unpackBlobs(payload)) {
      const { bases, name, steps } = deltaOf(message);
      const base = await this.#base(bases);
      if (base === undefined) continue;
      await this.#store.put(this.#device, name, applyDelta(base, steps)).catch(() => {});
    }
  }

  /** Contents one after the other; undefined if one isn't there, or they are too long. */
  async #base(hashes: readonly Uint8Array[]): Promise<Uint8Array | undefined> {
    const parts: Uint8Array[] = [];
    let length = 0;
    for (const name of hashes) {
      const part = await this.#store.get(this.#device, name);
      if (part === undefined || (length += part.length) > MAX_DELTA_BYTES) return undefined;
      parts.push(part);
    }
    return joinBytes(parts);
  }

  /** The device asks what it need not send. @throws {RangeError} */
  async asked({ kind, payload }: Frame): Promise<void> {
    const found: number[] = [];
    // Memory tells nothing of the disk.
    if (kind === BLOB_CHECK || kind === BLOB_KEPT) await this.#store.written();
    const isWhole = kind !== BLOB_KEPT || !this.#store.lostSince(this.#device, this.#began);
    // Each is read once, however often it is asked for at once.
    const read = new Map<string, boolean>();
    for (const item of unpackHashes(payload)) {
      const name = Uint8Array.fromHex(item);
      let there = this.#ends.readsEach === true ? undefined : read.get(item);
      there ??= kind === BLOB_CHECK
        ? await this.#store.get(this.#device, name) !== undefined
        : this.#store.has(this.#device, name);
      read.set(item, there);
      found.push(there && isWhole ? 1 : 0);
      if (kind === BLOB_OFFER && !there) this.#promise(item);
    }
    await this.#ends.toDevice(encodeFrame(BLOB_FOUND, Uint8Array.from(found)));
  }

  /** The device will send these. @throws {RangeError} */
  coming({ payload }: Frame): void {
    for (const item of unpackHashes(payload)) this.#promise(item);
  }

  /** The device won't send these after all. @throws {RangeError} */
  async gone({ payload }: Frame): Promise<void> {
    for (const item of unpackHashes(payload)) {
      if (this.#promised.delete(item)) await this.#arrived(item, new Uint8Array());
    }
  }

  #promise(name: string): void {
    this.#promised.add(name);
    if (this.#promised.size > MAX_ASKED) throw new RangeError("Cannot take content: too much is offered");
  }

  /** A guest asks. @throws {Error} if it asks for too much at once. */
  async request(frame: Frame): Promise<void> {
    const key = frame.payload.toHex();
    const content = await this.#store.get(this.#device, frame.payload);
    if (content !== undefined) {
      await this.#ends.toGuest(encodeFrame(BLOB_REPLY, frame.payload, content));
      return;
    }
    if (this.#promised.has(key)) return void this.#awaited.add(key);
    if (this.#waiting.size >= MAX_WAITING) {
      throw new Error(`Cannot fetch content: ${MAX_WAITING} requests wait already`);
    }
    this.#waiting.set(key, (this.#waiting.get(key) ?? 0) + 1);
    await this.#ends.toDevice(encodeFrame(BLOB_REQUEST, frame.payload));
  }

  /** The device answers. @throws {Error} if it was not asked, or sends something else. */
  async reply(frame: Frame): Promise<void> {
    const hash = frame.payload.subarray(0, HASH_BYTES);
    const content = frame.payload.subarray(HASH_BYTES);
    if (!this.#waiting.delete(hash.toHex())) {
      throw new Error("Cannot take content: the device was not asked for it");
    }
    if (content.length > 0) {
      if (this.#ends.checksHashes !== false && !hasHash(content, hash)) {
        throw new Error("Cannot take content: it doesn't have the hash that was asked for");
      }
      // A full disk must not end a session: the guest gets its content anyway.
      await this.#store.put(this.#device, hash, content).catch(() => {});
    }
    await this.#ends.toGuest(encodeFrame(BLOB_REPLY, frame.payload));
  }
}
