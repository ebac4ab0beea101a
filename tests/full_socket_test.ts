import { equal, ok } from "node:assert/strict";
import { streamChannel } from "../net/channel/mod.ts";
import { bounded } from "./bounded.ts";
import { Scene } from "./net_fixtures.ts";

/** What a wait looks at in a turn is a handful; one that never gives others a turn looks for ever. */
const MOST_LOOKS = 1_000;

const turn = () => new Promise<void>((resolve) => setTimeout(resolve));

Deno.test("who doesn't read what it is sent freezes nobody", async () => {
  await using scene = new Scene();
  const [here, there] = [await scene.host(), await scene.host()];
  await there.handle("/test/1.0.0", (stream) => streamChannel(stream).start({ data() {}, end() {} }));
  const connection = await here.dial(there.getMultiaddrs()[0]!);
  const stream = await connection.newStream("/test/1.0.0");
  let needsDrain = stream.writableNeedsDrain;
  let looks = 0;
  Object.defineProperty(stream, "writableNeedsDrain", {
    get() {
      ok(++looks < MOST_LOOKS, "write() looks again and again, and nothing else has a turn");
      return needsDrain;
    },
    set: (value: boolean) => void (needsDrain = value),
  });
  const channel = streamChannel(stream);
  // What fills a socket is a slow other side; here it says so itself.
  const { socket } = (connection as unknown as { maConn: { socket: Socket } }).maConn;
  const write = socket.write.bind(socket);
  for (let times = 1; times <= 3; times++) {
    looks = 0;
    socket.write = (bytes) => write(bytes) && false;
    let hasRoom = false;
    const waited = Promise.resolve(channel.write(new Uint8Array(1000))).then(() => hasRoom = true);
    socket.write = write;
    await turn();
    equal(hasRoom, false, `full for time ${times}`);
    // libp2p's own promise is kept once and for all: whoever waits for it and looks again never gives others a turn.
    const kept = await Promise.race([stream.onDrain().then(() => true), turn().then(() => false)]);
    equal(kept, times > 1);
    equal(hasRoom, false);
    socket.emit("drain");
    await bounded(`room after time ${times}`, 20_000, waited);
  }
});

/** The part of a node socket that is used. */
interface Socket {
  write(bytes: Uint8Array): boolean;
  emit(event: "drain"): void;
}
