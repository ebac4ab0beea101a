import type { Channel } from "./channel.ts";

/** Writes frames to a channel from two sources: one that is forwarded in pieces, and frames of the hop's own. */
export class FrameOutlet {
  readonly #channel: Channel;
  #inFrame = false;
  #waiting: Uint8Array[] = [];

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** Forwards bytes of frames; `whole` tells whether they end where a frame ends. */
  forward(bytes: Uint8Array, whole: boolean): Promise<void> | void {
    this.#inFrame = !whole;
    let wait = this.#channel.write(bytes);
    if (whole && this.#waiting.length > 0) {
      for (const frame of this.#waiting.splice(0)) wait = this.#channel.write(frame);
    }
    return wait;
  }

  /** Puts a whole frame in: at once between forwarded frames, else right after the one under way. */
  inject(frame: Uint8Array): Promise<void> | void {
    if (!this.#inFrame) return this.#channel.write(frame);
    this.#waiting.push(frame);
  }
}
