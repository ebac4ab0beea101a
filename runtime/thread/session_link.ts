import { type Frame, FrameDecoder, HOP_CONTROL } from "./frame.ts";

/** A session's own framed connection to the peer, whatever carries it. Whoever opens it closes it. */
export abstract class SessionLink {
  readonly #decoder = new FrameDecoder();
  #closed = false;
  /** A whole frame arrived. */
  onFrame: (frame: Frame) => void = () => {};
  /** Called once. */
  onClose: () => void = () => {};
  /** Something arrived, be it part of a frame. */
  onBytes: () => void = () => {};

  /** Resolves when it has left, or never will. */
  abstract send(kind: number, ...parts: Uint8Array[]): Promise<void> | void;

  /** Ends what carries the frames; called once. */
  protected abstract end(): void;

  sendJson(body: unknown): void {
    this.send(HOP_CONTROL, new TextEncoder().encode(JSON.stringify(body)));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.end();
    this.onClose();
  }

  /** Takes what arrived. @throws {RangeError} if it can't be a frame. */
  protected received(piece: Uint8Array): void {
    if (this.#closed) return;
    this.onBytes();
    this.#decoder.push(piece);
    for (let frame = this.#decoder.next(); frame !== undefined; frame = this.#decoder.next()) {
      this.onFrame(frame);
    }
  }
}

/** A connection, and which clones to ask for over it (see `SessionRequest`). */
export interface OpenedLink {
  readonly link: SessionLink;
  readonly clones: readonly string[];
}
