import type { Channel } from "../../net/channel/mod.ts";
import { encodeFrame, SessionLink } from "../../runtime/mod.ts";

/** A session's connection over a channel, which it owns from now on: to a peer in this process. */
export class ChannelLink extends SessionLink {
  readonly #channel: Channel;

  constructor(channel: Channel) {
    super();
    this.#channel = channel;
    channel.start({ data: (chunk) => this.received(chunk), end: () => this.close() });
  }

  send(kind: number, ...parts: Uint8Array[]): Promise<void> | void {
    return this.#channel.write(encodeFrame(kind, ...parts));
  }

  protected end(): void {
    this.#channel.close();
  }
}
