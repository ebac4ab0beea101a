/** A bare libp2p stream with our options and in pieces like ours, to a process of its own: what everything of ours goes over. */
import { generateKeyPair } from "@libp2p/crypto/keys";
import type { Stream } from "@libp2p/interface";
import { multiaddr } from "@multiformats/multiaddr";
import { READ_BYTES } from "../net/channel/mod.ts";
import { startHost } from "../net/peer/host.ts";

/** A process of `link_far_end.ts`, and its first line. */
export async function farEnd(...args: string[]): Promise<{ said: string; child: Deno.ChildProcess }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", new URL("./link_far_end.ts", import.meta.url).href, ...args],
    stdout: "piped",
  }).spawn();
  const { value } = await child.stdout.getReader().read();
  return { said: new TextDecoder().decode(value).trim(), child };
}

/** Sends bytes, at least four; resolves when the other end has them all. The first four are overwritten. */
export type SendBare = (bytes: Uint8Array) => Promise<void>;

/** Opens the stream; `via` may put something in between, by the other end's port. */
export async function openBareStream(
  via: (port: number) => Promise<number> = (port) => Promise.resolve(port),
): Promise<{ send: SendBare; child: Deno.ChildProcess }> {
  const { said: address, child } = await farEnd("bare");
  const port = Number(/\/tcp\/(\d+)/.exec(address)![1]);
  const shown = address.replace(`/tcp/${port}`, `/tcp/${await via(port)}`);
  const host = await startHost({ key: await generateKeyPair("Ed25519"), listen: [], gater: {}, mdns: false });
  const stream = await (await host.dial(multiaddr(shown))).newStream("/bench/1.0.0");
  const send: SendBare = async (bytes) => {
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(0, bytes.length);
    const answered = new Promise((resolve) => stream.addEventListener("message", resolve, { once: true }));
    for (let at = 0; at < bytes.length; at += READ_BYTES) {
      if (!stream.send(bytes.subarray(at, at + READ_BYTES))) await drained(stream);
    }
    await answered;
  };
  return { send, child };
}

/** The stream's own promise for it is never renewed: waiting for it again would spin. */
function drained(stream: Stream): Promise<unknown> {
  return new Promise((resolve) => stream.addEventListener("drain", resolve, { once: true }));
}
