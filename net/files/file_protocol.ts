import {
  BLOB_ASK,
  BLOB_CHECK,
  BLOB_DELTA,
  BLOB_FOUND,
  BLOB_KEPT,
  BLOB_PUSH,
  BLOB_SIGN,
  BLOB_SIGNED,
  fewerPieces,
  type Frame,
  FRAME_HEADER_BYTES,
  FrameDecoder,
  frameHeader,
  MAX_ASKED,
  packHashes,
  totalBytes,
} from "../../runtime/mod.ts";
import { type Channel, FrameOutlet } from "../channel/mod.ts";
import { BlobDesk } from "./blob_desk.ts";
import { ANSWER_TIMEOUT_MS, MAX_FILE_FRAME_BYTES, MAX_JOINED_BYTES } from "./constants.ts";
import type { ContentStore } from "./content_store.ts";
import { FrameIntake } from "./frame_intake.ts";
import { packBases, unpackSignatures } from "./delta_messages.ts";

const TAKEN: ReadonlySet<number> = new Set([
  BLOB_ASK,
  BLOB_CHECK,
  BLOB_KEPT,
  BLOB_PUSH,
  BLOB_SIGN,
  BLOB_DELTA,
]);

/** A question that waits for its answer; `take` throws if that is malformed. */
interface Question {
  readonly take: (frame: Frame) => void;
  readonly fail: (error: Error) => void;
}

/** Serves one device's questions and contents on a stream of its own, outside of any session. */
export function serveFiles(
  channel: Channel,
  { store, device }: { store: ContentStore; device: string },
): void {
  const out = new FrameOutlet(channel);
  const toDevice = (frame: Uint8Array) => out.inject(frame);
  const desk = new BlobDesk(store, device, { toDevice, toGuest: () => {} });
  const decoder = new FrameDecoder(MAX_FILE_FRAME_BYTES);
  let failed = false;
  const fail = (error: Error) => {
    failed = true;
    channel.abort(error);
  };
  const intake = new FrameIntake(
    (frame) => frame.kind === BLOB_PUSH ? desk.pushInTurns(frame) : desk.take(frame),
    fail,
  );
  channel.start({
    data(chunk) {
      if (failed) return;
      try {
        decoder.push(chunk);
        for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
          if (!TAKEN.has(frame.kind)) {
            throw new Error(`Cannot take frame: kind ${frame.kind} is not allowed here`);
          }
          BlobDesk.admit(frame.kind, frame.payload.length);
          intake.add(frame);
        }
      } catch (error) {
        fail(error as Error);
      }
      return intake.room;
    },
    end: () => void channel.close(),
  });
}

/** Frames that wait for their turn, each in pieces. */
interface Outgoing {
  readonly pieces: readonly Uint8Array[];
  readonly written: PromiseWithResolvers<void>;
}

/**
 * A device's end of {@linkcode serveFiles}: questions are answered in their order, several may be on their way. A question
 * goes before contents that wait, so that its answer is there when the link has room for what it asks about.
 */
export class FileClient {
  readonly #channel: Channel;
  readonly #answerMs: number;
  readonly #decoder = new FrameDecoder(MAX_FILE_FRAME_BYTES);
  readonly #asked: Question[] = [];
  #ended: Error | undefined;
  /** The clone has answered, so it trusts this device. */
  #answered = false;
  #sentBytes = 0;
  readonly #questions: Outgoing[] = [];
  readonly #contents: Outgoing[] = [];
  #writing: Outgoing | undefined;
  /** Ends this when the clone neither takes nor answers anything for too long. */
  #limit: ReturnType<typeof setTimeout> | undefined;

  /** `answerMs` is how long the clone may neither answer a question nor take any more bytes. */
  constructor(channel: Channel, answerMs = ANSWER_TIMEOUT_MS) {
    this.#channel = channel;
    this.#answerMs = answerMs;
    channel.start({ data: (chunk) => this.#take(chunk), end: (error) => this.#end(error) });
  }

  /** Bytes of all frames that were sent. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** Whether the clone has a content, and nothing was lost of what was asked for or sent before. @throws {Error} if it hangs up */
  async keeps(hash: string): Promise<boolean> {
    const [kept] = await this.#askFor(BLOB_KEPT, [hash]);
    return kept!;
  }

  /** Which contents the clone has; `check` makes it read and hash each. @throws {Error} if it hangs up */
  async ask(hashes: readonly string[], check = false): Promise<boolean[]> {
    return await this.#askFor(check ? BLOB_CHECK : BLOB_ASK, hashes);
  }

  async #askFor(kind: number, hashes: readonly string[]): Promise<boolean[]> {
    const found: { answer: Promise<boolean[]> }[] = [];
    for (let at = 0; at < hashes.length; at += MAX_ASKED) {
      const part = hashes.slice(at, at + MAX_ASKED);
      found.push(
        await this.#question([kind, packHashes(part)], ({ kind, payload }) => {
          if (kind !== BLOB_FOUND || payload.length !== part.length) return undefined;
          return [...payload].map((item) => item === 1);
        }),
      );
    }
    return (await Promise.all(found.map(({ answer }) => answer))).flat();
  }

  /** Signatures of contents, each of several one after the other; undefined of what the clone lacks. */
  async sign(bases: readonly (readonly string[])[]): Promise<(Uint8Array | undefined)[]> {
    const signed: { answer: Promise<(Uint8Array | undefined)[]> }[] = [];
    for (const payload of packBases(bases)) {
      signed.push(
        await this.#question(
          [BLOB_SIGN, payload.bytes],
          (frame) => frame.kind === BLOB_SIGNED ? unpackSignatures(frame.payload, payload.count) : undefined,
        ),
      );
    }
    return (await Promise.all(signed.map(({ answer }) => answer))).flat();
  }

  /** Sends contents, packed as {@linkcode PACKED_PLAIN} tells. */
  async push(...payload: readonly Uint8Array[]): Promise<void> {
    await this.#write(this.#contents, BLOB_PUSH, ...payload);
  }

  /** Sends contents as what they differ in, packed in the same way. */
  async pushDeltas(...payload: readonly Uint8Array[]): Promise<void> {
    await this.#write(this.#contents, BLOB_DELTA, ...payload);
  }

  async close(): Promise<void> {
    await this.#channel.close();
  }

  /** Sends a question; `read` returns undefined for what is no answer to it. */
  async #question<T>(
    question: readonly [kind: number, payload: Uint8Array],
    read: (frame: Frame) => T | undefined,
  ): Promise<{ answer: Promise<T> }> {
    const { promise: answer, resolve, reject: fail } = Promise.withResolvers<T>();
    answer.catch(() => {});
    const take = (frame: Frame) => {
      const found = read(frame);
      if (found === undefined) throw new Error("Cannot send files: the clone's answer is malformed");
      resolve(found);
    };
    this.#asked.push({ take, fail });
    try {
      await this.#write(this.#questions, ...question);
    } catch (error) {
      fail(error as Error);
    }
    return { answer };
  }

  /** Sends a frame in its queue's order. Large parts go as they are: a copy would cost as much as a pass over them. */
  async #write(queue: Outgoing[], kind: number, ...payload: readonly Uint8Array[]): Promise<void> {
    if (this.#ended !== undefined) throw this.#ended;
    const bytes = totalBytes(payload);
    this.#sentBytes += FRAME_HEADER_BYTES + bytes;
    const pieces = fewerPieces([frameHeader(kind, bytes), ...payload], MAX_JOINED_BYTES);
    const written = Promise.withResolvers<void>();
    queue.push({ pieces, written });
    if (this.#writing === undefined) this.#writeAll();
    await written.promise;
  }

  async #writeAll(): Promise<void> {
    while ((this.#writing = this.#questions.shift() ?? this.#contents.shift()) !== undefined) {
      for (const piece of this.#writing.pieces) {
        this.#expectProgress();
        await this.#channel.write(piece);
      }
      this.#writing.written.resolve();
    }
    this.#expectProgress();
  }

  /** The clone went on: from now on it may take its time again. */
  #expectProgress(): void {
    clearTimeout(this.#limit);
    if (this.#ended !== undefined || this.#writing === undefined && this.#asked.length === 0) return;
    this.#limit = setTimeout(() => {
      const seconds = this.#answerMs / 1000;
      this.#fail(
        new Error(
          `Cannot send files: the clone is there, but took and answered nothing for ${seconds} s; try again`,
        ),
      );
    }, this.#answerMs);
  }

  #take(chunk: Uint8Array): void {
    this.#decoder.push(chunk);
    try {
      for (let frame = this.#decoder.next(); frame !== undefined; frame = this.#decoder.next()) {
        const question = this.#asked[0];
        if (question === undefined) throw new Error("Cannot send files: the clone answers unasked");
        question.take(frame);
        this.#answered = true;
        this.#asked.shift();
        this.#expectProgress();
      }
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #fail(error: Error): void {
    this.#ended ??= error;
    this.#channel.abort(error);
    this.#end();
  }

  #end(error?: Error): void {
    this.#ended ??= this.#answered ? error ?? new Error("Cannot send files: the clone hung up") : new Error(
      "Cannot send files: the clone hung up at once; if it doesn't trust this device, run `pair` here and there",
      { cause: error },
    );
    this.#expectProgress();
    for (const question of this.#asked.splice(0)) question.fail(this.#ended);
    for (const frame of [this.#writing, ...this.#questions.splice(0), ...this.#contents.splice(0)]) {
      frame?.written.reject(this.#ended);
    }
  }
}
