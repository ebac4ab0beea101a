import { type Frame, FRAME_HEADER_BYTES, joinBytes, MAX_FRAME_BYTES } from "../../runtime/mod.ts";
import { allOf, type ChannelSink } from "./channel.ts";
import type { FrameOutlet } from "./frame_outlet.ts";

/** What a hop does with the frames that pass it. */
export interface RelayRule {
  /**
   * Whether a frame goes on as it is, or is taken whole. Called as soon as its header is there, before anything is
   * allocated for it. @throws {Error} to refuse it, which ends the relay.
   */
  route(kind: number, payloadBytes: number): "forward" | "take";
  /** A whole frame that was to be taken. A promise holds back what follows. @throws {Error} to end the relay. */
  taken(frame: Frame): Promise<void> | void;
}

/**
 * Reads frames from a channel and forwards them piece by piece, as they arrive, without copying or waiting for a
 * frame's end; frames that the rule takes are collected instead.
 */
export class FrameRelay implements Pick<ChannelSink, "data"> {
  readonly #out: FrameOutlet;
  readonly #rule: RelayRule;
  readonly #onError: (error: Error) => void;
  #header = new Uint8Array(FRAME_HEADER_BYTES);
  #headerBytes = 0;
  /** Payload bytes of the current frame that are still to come. */
  #remaining = 0;
  #kind = 0;
  #parts: Uint8Array[] | undefined;
  #failed = false;

  /** `onError` is called once, when a frame is refused; nothing is relayed after it. */
  constructor(out: FrameOutlet, rule: RelayRule, onError: (error: Error) => void) {
    this.#out = out;
    this.#rule = rule;
    this.#onError = onError;
  }

  data(chunk: Uint8Array): Promise<void> | void {
    if (this.#failed) return;
    const waits: (Promise<void> | void)[] = [];
    try {
      this.#scan(chunk, waits);
    } catch (error) {
      this.#fail(error as Error);
    }
    return allOf(waits)?.catch((error) => this.#fail(error));
  }

  #fail(error: Error): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#onError(error);
  }

  #scan(chunk: Uint8Array, waits: (Promise<void> | void)[]): void {
    let at = 0;
    // Where the run of bytes that go on unchanged starts, or -1.
    let run = this.#remaining > 0 && this.#parts === undefined ? 0 : -1;
    const flush = (end: number) => {
      if (run >= 0 && end > run) {
        waits.push(this.#out.forward(chunk.subarray(run, end), this.#remaining === 0));
      }
      run = -1;
    };
    while (at < chunk.length) {
      if (this.#remaining > 0) {
        at += this.#body(chunk, at, waits);
        continue;
      }
      const start = at;
      const split = this.#headerBytes > 0;
      at += this.#fillHeader(chunk, at);
      if (this.#headerBytes < FRAME_HEADER_BYTES) {
        flush(start);
        return;
      }
      // A run that ends here ends at a frame's end, whatever the next frame is.
      const next = this.#peekRoute();
      if (next.taken) flush(start);
      this.#begin(next);
      if (next.taken) {
        if (this.#remaining === 0) this.#take(waits);
      } else if (split) {
        waits.push(this.#out.forward(this.#header.slice(), this.#remaining === 0));
        run = at;
      } else if (run < 0) run = start;
    }
    flush(at);
  }

  #body(chunk: Uint8Array, at: number, waits: (Promise<void> | void)[]): number {
    const count = Math.min(this.#remaining, chunk.length - at);
    this.#remaining -= count;
    if (this.#parts !== undefined) {
      // A copy: the chunk's allocation is shared and larger.
      this.#parts.push(chunk.slice(at, at + count));
      if (this.#remaining === 0) this.#take(waits);
    }
    return count;
  }

  #fillHeader(chunk: Uint8Array, at: number): number {
    const count = Math.min(FRAME_HEADER_BYTES - this.#headerBytes, chunk.length - at);
    this.#header.set(chunk.subarray(at, at + count), this.#headerBytes);
    this.#headerBytes += count;
    return count;
  }

  #peekRoute(): { taken: boolean; kind: number; payloadBytes: number } {
    const length = new DataView(this.#header.buffer).getUint32(0);
    if (length === 0 || length > MAX_FRAME_BYTES + 1) {
      throw new RangeError(`Cannot read frame: its length ${length} is not in 1..${MAX_FRAME_BYTES + 1}`);
    }
    const kind = this.#header[4]!;
    return { kind, payloadBytes: length - 1, taken: this.#rule.route(kind, length - 1) === "take" };
  }

  #begin(next: { taken: boolean; kind: number; payloadBytes: number }): void {
    this.#headerBytes = 0;
    this.#kind = next.kind;
    this.#remaining = next.payloadBytes;
    this.#parts = next.taken ? [] : undefined;
  }

  #take(waits: (Promise<void> | void)[]): void {
    const parts = this.#parts!;
    const payload = parts.length === 1 ? parts[0]! : joinBytes(parts);
    this.#parts = undefined;
    waits.push(this.#rule.taken({ kind: this.#kind, payload }));
  }
}
