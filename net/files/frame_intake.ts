import type { Frame } from "../../runtime/mod.ts";

/** Payloads that wait for those before them, bytes, until whoever sends them has to: two batches. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

/** Takes frames in order, each after the one before is done with, while further ones arrive. */
export class FrameIntake {
  readonly #take: (frame: Frame) => Promise<void>;
  readonly #onError: (error: Error) => void;
  #frames: Frame[] = [];
  #bytes = 0;
  #failed = false;
  #working: Promise<void> | undefined;
  #room: PromiseWithResolvers<void> | undefined;

  /** `onError` is called once, when one can't be taken; nothing is taken after it. */
  constructor(take: (frame: Frame) => Promise<void>, onError: (error: Error) => void) {
    this.#take = take;
    this.#onError = onError;
  }

  add(frame: Frame): void {
    if (this.#failed) return;
    this.#frames.push(frame);
    this.#bytes += frame.payload.length;
    this.#working ??= this.#work();
  }

  /** Settles when more may come; undefined if it may already. */
  get room(): Promise<void> | undefined {
    if (this.#bytes <= MAX_WAITING_BYTES) return undefined;
    return (this.#room ??= Promise.withResolvers<void>()).promise;
  }

  async #work(): Promise<void> {
    try {
      for (let frame = this.#frames.shift(); frame !== undefined; frame = this.#frames.shift()) {
        await this.#take(frame);
        this.#bytes -= frame.payload.length;
        if (this.#bytes <= MAX_WAITING_BYTES) this.#release();
      }
      this.#working = undefined;
    } catch (error) {
      this.#failed = true;
      this.#frames = [];
      this.#bytes = 0;
      this.#release();
      this.#onError(error as Error);
    }
  }

  #release(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }
}
