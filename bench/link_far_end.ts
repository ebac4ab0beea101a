/**
 * The other processes of `bench:link`: a bare libp2p host, or a clone whose guest takes packets, which print their address; and a
 * device's peer, which prints its id and its local socket.
 */
import { generateKeyPair } from "@libp2p/crypto/keys";
import { startPeer } from "../net/mod.ts";
import { startHost } from "../net/peer/host.ts";

const [kind, device] = Deno.args;
const listen = ["/ip4/127.0.0.1/tcp/0"];
if (kind === "bare") {
  const host = await startHost({ key: await generateKeyPair("Ed25519"), listen, gater: {}, mdns: false });
  await host.handle("/bench/1.0.0", (stream) => {
    let left = 0;
    stream.addEventListener("message", ({ data }) => {
      const chunk = data instanceof Uint8Array ? data : data.subarray();
      // A packet begins with its length.
      if (left === 0) left = new DataView(chunk.buffer, chunk.byteOffset).getUint32(0);
      left -= data.byteLength;
      if (left === 0) stream.send(new Uint8Array(1));
    });
  });
  console.log(String(host.getMultiaddrs()[0]));
} else if (kind === "device") {
  const peer = await startPeer({ home: await Deno.makeTempDir(), serve: false, mdns: false });
  console.log(peer.id, (await peer.listenLocal()).path);
} else {
  const peer = await startPeer({
    home: await Deno.makeTempDir(),
    listen,
    mdns: false,
    trust: [device!],
    guestCommand: {
      command: Deno.execPath(),
      args: ["run", "--quiet", "--no-config", "--no-lock", new URL("./link_guest.ts", import.meta.url).href],
      env: {},
    },
  });
  console.log(peer.addresses()[0]);
}
