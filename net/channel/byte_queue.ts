import { joinBytes } from "../../runtime/mod.ts";
import { HIGH_WATER_BYTES, JOIN_BYTES } from "./constants.ts";

/**
 * Writes pieces in order to a descriptor that takes one write at a time, joining small ones that queued up.
 *
 * Never rejects: a failed write drops what is queued and is told to `onError` once.
 */
export class ByteQueue {
  readonly #put: (bytes: Uint8Array) => Promise<unknown>;
  readonly #onError: (error: Error) => void;
  #queue: Uint8Array[] = [];
  #bytes = 0;
  #running: Promise<void> | undefined;
  #failed = false;
  #room: PromiseWithResolvers<void> | undefined;

  constructor(put: (bytes: Uint8Array) => Promise<unknown>, onError: (error: Error) => void) {
    this.#put = put;
    this.#onError = onError;
  }

  write(chunk: Uint8Array): Promise<void> | void {
    if (this.#failed || chunk.length === 0) return;
    this.#queue.push(chunk);
    this.#bytes += chunk.length;
    this.#running ??= this.#run();
    if (this.#bytes < HIGH_WATER_BYTES) return;
    return (this.#room ??= Promise.withResolvers<void>()).promise;
  }

  /** Resolves when all that was written is out, or has failed. */
  async flushed(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Drops what is queued and all that is written later. */
  fail(): void {
    this.#failed = true;
    this.#queue = [];
    this.#bytes = 0;
    this.#room?.resolve();
    this.#room = undefined;
  }

  async #run(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        const bytes = this.#takeJoined();
        await this.#put(bytes);
        if (this.#failed) break;
        this.#bytes -= bytes.length;
        if (this.#bytes < HIGH_WATER_BYTES && this.#room !== undefined) {
          this.#room.resolve();
          this.#room = undefined;
        }
      }
    } catch (error) {
      const first = !this.#failed;
      this.fail();
      if (first) this.#onError(error as Error);
    } finally {
      this.#running = undefined;
    }
  }

  /** The next piece, or small ones as one: a write costs as much as copying {@linkcode JOIN_BYTES}. */
  #takeJoined(): Uint8Array {
    let bytes = 0;
    let count = 0;
    while (count < this.#queue.length && bytes + this.#queue[count]!.length <= JOIN_BYTES) {
      bytes += this.#queue[count++]!.length;
    }
    if (count <= 1) return this.#queue.shift()!;
    return joinBytes(this.#queue.splice(0, count));
  }
}
