import type { Connection } from "@libp2p/interface";
import { timed } from "../channel/mod.ts";
import { DEVICE_SILENCE_MS, PING_PROTOCOL } from "./constants.ts";
import type { Liveness } from "./liveness.ts";

/**
 * Cuts a connection whose other end has gone, until the returned function is called. Who waits in line says nothing by itself: it is
 * asked, four times before it counts as silent.
 */
export function watchWaiting(
  connection: Connection,
  liveness: Liveness,
  silenceMs: number = DEVICE_SILENCE_MS,
): () => void {
  const unwatch = liveness.watch(connection, silenceMs);
  const timer = setInterval(() => makeAnswer(connection, silenceMs), silenceMs / 4);
  return () => {
    clearInterval(timer);
    unwatch();
  };
}

/** Never rejects. Not the ping service's own way: that takes any connection of the peer's. */
async function makeAnswer(connection: Connection, timeoutMs: number): Promise<void> {
  try {
    const stream = await timed(timeoutMs, (signal) => connection.newStream(PING_PROTOCOL, { signal }));
    await stream.close();
  } catch {
    // It is gone, or its silence will show.
  }
}
