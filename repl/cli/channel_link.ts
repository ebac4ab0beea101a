import type { Channel } from "../../net/channel/mod.ts";
import { encodeFrame, type Frame, FrameDecoder, HOP_CONTROL, type SessionLink } from "../../runtime/mod.ts";

/** A session's connection over a channel, which it owns from now on: to a peer in this process. */
export class ChannelLink implements SessionLink {
  readonly #channel: Channel;
  #closed = false;
  onFrame: (frame: Frame) => void = () => {};
  onClose: () => void = () => {};
  onBytes: () => void = () => {};

  constructor(channel: Channel) {
    this.#channel = channel;
    const decoder = new FrameDecoder();
    channel.start({
      data: (chunk) => {
        if (this.#closed) return;
        this.onBytes();
        decoder.push(chunk);
        for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) this.onFrame(frame);
      },
      end: () => this.close(),
    });
  }

  send(kind: number, ...parts: Uint8Array[]): Promise<void> | void {
    return this.#channel.write(encodeFrame(kind, ...parts));
  }

  sendJson(body: unknown): void {
    this.send(HOP_CONTROL, new TextEncoder().encode(JSON.stringify(body)));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#channel.close();
    this.onClose();
  }
}
