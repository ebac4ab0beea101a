import type { Connection, Stream } from "@libp2p/interface";
import { ControlChannel, FIRST_MESSAGE_TIMEOUT_MS, streamChannel, timed } from "../channel/mod.ts";
import { INFO_PROTOCOL, INFO_TIMEOUT_MS } from "./constants.ts";
import { parseInfo, type PeerInfo, type ToldInfo } from "./info_messages.ts";

/** Answers one question about this peer; never rejects. `describe` gives undefined for whom it isn't told. */
export async function answerInfo(
  stream: Stream,
  describe: () => Promise<ToldInfo | undefined>,
): Promise<void> {
  const control = new ControlChannel(streamChannel(stream));
  try {
    await timed(FIRST_MESSAGE_TIMEOUT_MS, (signal) => control.receive(signal));
    await control.send(await describe() ?? { error: "not-paired" });
  } catch {
    // It hung up, or sent something else.
  }
  await control.channel.close();
}

/** What the peer at the other end says of itself. @throws {Error} if it doesn't answer, or doesn't trust this one. */
export async function askInfo(connection: Connection): Promise<PeerInfo> {
  return await timed(INFO_TIMEOUT_MS, async (signal) => {
    const control = new ControlChannel(streamChannel(await connection.newStream(INFO_PROTOCOL, { signal })));
    try {
      control.send({});
      return parseInfo(await control.receive(signal));
    } finally {
      await control.channel.close();
    }
  });
}
