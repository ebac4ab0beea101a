import { equal } from "node:assert/strict";
import type { Connection } from "@libp2p/interface";
import { generateKeyPair } from "@libp2p/crypto/keys";
import { multiaddr } from "@multiformats/multiaddr";
import { Scene } from "../../tests/net_fixtures.ts";
import { Proxy } from "../../tests/net_proxy.ts";
import { startHost } from "./host.ts";
import { Liveness } from "./liveness.ts";
import { watchWaiting } from "./watch_waiting.ts";

const SILENCE_MS = 1_000;

Deno.test("watchWaiting() cuts who has gone without a word, and leaves who only says nothing", async () => {
  await using scene = new Scene();
  const liveness = new Liveness(() => true);
  const clone = await startHost({
    key: await generateKeyPair("Ed25519"),
    listen: ["/ip4/127.0.0.1/tcp/0"],
    gater: liveness.gater(),
    mdns: false,
  });
  scene.onEnd(() => clone.stop());
  const device = await scene.host();
  const address = clone.getMultiaddrs()[0]!.toString();
  const proxy = new Proxy(Number(/tcp\/(\d+)/.exec(address)![1]));
  scene.onEnd(() => proxy.close());
  const opened = new Promise<Connection>((resolve) =>
    clone.addEventListener("connection:open", ({ detail }) => resolve(detail), { once: true })
  );
  await device.dial(multiaddr(address.replace(/tcp\/\d+/, `tcp/${proxy.port}`)));
  const connection = await opened;
  const unwatch = watchWaiting(connection, liveness, SILENCE_MS);
  await new Promise((resolve) => setTimeout(resolve, 2.5 * SILENCE_MS));
  equal(connection.status, "open");
  equal(connection.streams.length, 0);
  proxy.freeze();
  while (connection.status === "open") await new Promise((resolve) => setTimeout(resolve, 20));
  unwatch();
});
