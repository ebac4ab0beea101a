/** Takes what a {@linkcode Channel} delivers. */
export interface ChannelSink {
  /** One piece, in order. A returned promise holds back the next one until it settles. It must not throw or reject. */
  data(chunk: Uint8Array): Promise<void> | void;
  /** Called once: no more data. `error` is set unless the other side ended in order. */
  end(error?: Error): void;
}

/**
 * A pair of byte streams with backpressure: a libp2p stream, a local socket, a guest's stdin and stdout, or memory.
 *
 * It pushes: a piece goes from one channel to the next in the same turn of the event loop.
 */
export interface Channel {
  /** Starts delivery, once; nothing is lost that arrived before. */
  start(sink: ChannelSink): void;
  /**
   * Takes a piece; the caller never touches those bytes again. A promise means: wait before the next piece. What is
   * written after the channel ended is dropped. Never throws or rejects.
   */
  write(chunk: Uint8Array): Promise<void> | void;
  /** Sends what was written, then ends this direction; resolves when that is done or has failed. */
  close(): Promise<void>;
  /** Drops both directions at once; the sink's `end` gets the reason. */
  abort(reason: Error): void;
}

/** One promise for several that a sink may wait for; undefined if there is none. */
export function allOf(waits: readonly (Promise<void> | void)[]): Promise<void> | void {
  const promises = waits.filter((wait) => wait !== undefined);
  if (promises.length === 0) return;
  if (promises.length === 1) return promises[0];
  return Promise.all(promises).then(() => {});
}
