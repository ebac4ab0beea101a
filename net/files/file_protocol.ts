import {
  BLOB_ASK,
  BLOB_CHECK,
  BLOB_FOUND,
  BLOB_PUSH,
  encodeFrame,
  FrameDecoder,
  MAX_ASKED,
  packHashes,
} from "../../runtime/mod.ts";
import { type Channel, FrameOutlet } from "../channel/mod.ts";
import { BlobDesk } from "./blob_desk.ts";
import { MAX_FILE_FRAME_BYTES } from "./constants.ts";
import type { ContentStore } from "./content_store.ts";

/** Serves one device's questions and contents on a stream of its own, outside of any session. */
export function serveFiles(
  channel: Channel,
  { store, device }: { store: ContentStore; device: string },
): void {
  const out = new FrameOutlet(channel);
  const toDevice = (frame: Uint8Array) => out.inject(frame);
  const desk = new BlobDesk(store, device, { toDevice, toGuest: () => {} });
  const decoder = new FrameDecoder(MAX_FILE_FRAME_BYTES);
  const take = async (chunk: Uint8Array) => {
    decoder.push(chunk.slice());
    for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
      if (frame.kind !== BLOB_ASK && frame.kind !== BLOB_PUSH && frame.kind !== BLOB_CHECK) {
        throw new Error(`Cannot take frame: kind ${frame.kind} is not allowed here`);
      }
      BlobDesk.admit(frame.kind, frame.payload.length);
      await desk.take(frame);
    }
  };
  let failed = false;
  channel.start({
    data(chunk) {
      if (failed) return;
      return take(chunk).catch((error) => {
        failed = true;
        channel.abort(error);
      });
    },
    end: () => void channel.close(),
  });
}

/** A device's end of {@linkcode serveFiles}: questions are answered in their order, several may be on their way. */
export class FileClient {
  readonly #channel: Channel;
  readonly #decoder = new FrameDecoder(MAX_FILE_FRAME_BYTES);
  readonly #asked: { count: number; done: (found: boolean[]) => void; fail: (error: Error) => void }[] = [];
  #ended: Error | undefined;
  #sentBytes = 0;

  constructor(channel: Channel) {
    this.#channel = channel;
    channel.start({ data: (chunk) => this.#take(chunk), end: (error) => this.#end(error) });
  }

  /** Bytes of all frames that were sent. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** Which contents the clone has; `check` makes it read and hash each. @throws {Error} if it hangs up */
  async ask(hashes: readonly string[], check = false): Promise<boolean[]> {
    const found: Promise<boolean[]>[] = [];
    for (let at = 0; at < hashes.length; at += MAX_ASKED) {
      const part = hashes.slice(at, at + MAX_ASKED);
      if (this.#ended !== undefined) throw this.#ended;
      found.push(new Promise((done, fail) => this.#asked.push({ count: part.length, done, fail })));
      await this.#write(encodeFrame(check ? BLOB_CHECK : BLOB_ASK, packHashes(part)));
    }
    return (await Promise.all(found)).flat();
  }

  /** Sends contents, as `packBlobs` or its like made them. */
  async push(...payload: readonly Uint8Array[]): Promise<void> {
    if (this.#ended !== undefined) throw this.#ended;
    await this.#write(encodeFrame(BLOB_PUSH, ...payload));
  }

  async close(): Promise<void> {
    await this.#channel.close();
  }

  async #write(frame: Uint8Array): Promise<void> {
    this.#sentBytes += frame.length;
    await this.#channel.write(frame);
  }

  #take(chunk: Uint8Array): void {
    this.#decoder.push(chunk.slice());
    try {
      for (let frame = this.#decoder.next(); frame !== undefined; frame = this.#decoder.next()) {
        const question = this.#asked.shift();
        if (frame.kind !== BLOB_FOUND || frame.payload.length !== question?.count) {
          throw new Error("Cannot send files: the clone's answer is malformed");
        }
        question.done([...frame.payload].map((item) => item === 1));
      }
    } catch (error) {
      this.#channel.abort(error as Error);
      this.#end(error as Error);
    }
  }

  #end(error?: Error): void {
    this.#ended ??= error ?? new Error("Cannot send files: the clone hung up");
    for (const question of this.#asked.splice(0)) question.fail(this.#ended);
  }
}
