import { once } from "node:events";
import { createServer } from "node:net";
import { equal, match, ok, rejects } from "node:assert/strict";
import type { Peer } from "../mod.ts";
import { Scene } from "../../tests/net_fixtures.ts";

Deno.test("auto finds a paired clone at a remembered address, though others don't answer or belong to somebody else", async () => {
  await using scene = new Scene();
  const home = await scene.home();
  const stranger = await scene.peer({ maxGuests: 0 });
  const clone = await scene.peer({ name: "laptop" });
  const first = await scene.peer({ home, serve: false });
  const address = clone.addresses()[0]!;
  const offer = clone.offerPairing();
  await first.joinPairing(offer.code, address);
  await first.stop();
  const file = `${home}/trust.json`;
  const saved = JSON.parse(await Deno.readTextFile(file));
  const bare = (text: string) => text.replace(/\/p2p\/.*/, "");
  // 240.0.0.1 is never answered from; the stranger's address is now another machine's.
  saved.peers[0].addresses = ["/ip4/240.0.0.1/tcp/9", bare(stranger.addresses()[0]!), address];
  await Deno.writeTextFile(file, JSON.stringify(saved));
  const device = await scene.peer({ home, serve: false });
  const start = performance.now();
  const app = await scene.app(device, { clones: ["auto"] });
  const reply = await app.message();
  equal(reply.clone?.peer, clone.id, JSON.stringify(reply));
  ok(performance.now() - start < 3_000);
});

Deno.test("auto says who was tried and why it can't be reached", async () => {
  await using scene = new Scene();
  const { device, clone } = await scene.pair();
  const offer = clone.offerPairing();
  await device.joinPairing(offer.code, clone.addresses()[0]!);
  await clone.stop();
  const app = await scene.app(device, { clones: ["auto"] });
  match(
    (await app.message()).error,
    /^Cannot reach laptop \(12D3Koo\w+\): laptop doesn't answer at \/ip4\/127/,
  );
});

Deno.test("an address that nobody answers at isn't waited for: the next one is dialled, or where else the peer is known to be", async () => {
  await using scene = new Scene();
  // Takes connections and says nothing, as one whose machine has gone: a dial ends after ten seconds only.
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  scene.onEnd(() => listener.close());
  const silent = `/ip4/127.0.0.1/tcp/${(listener.addr as Deno.NetAddr).port}`;
  const opens = async (device: Peer, clones: readonly string[]) => {
    const start = performance.now();
    const reply = await (await scene.app(device, { clones })).message();
    equal(reply.clone?.peer, clone.id, JSON.stringify(reply));
    const ms = performance.now() - start;
    ok(ms < 8_000, `${clones} took ${ms} ms`);
  };
  const { device, clone } = await scene.pair();
  const [address] = clone.addresses();
  await opens(device, [silent, address!]);
  const home = await scene.home();
  const paired = await scene.peer({ home, serve: false });
  await paired.joinPairing(clone.offerPairing().code, address);
  await paired.stop();
  await opens(await scene.peer({ home, serve: false }), [`${silent}/p2p/${clone.id}`]);
});

Deno.test("pairing over a real connection ends with trust on both sides, and a wrong code with none", async () => {
  await using scene = new Scene();
  const device = await scene.peer({ serve: false });
  const clone = await scene.peer({ name: "laptop" });
  const [address] = clone.addresses();
  await rejects(device.joinPairing("123-456", address), /shows no code now/);
  const { code, done } = clone.offerPairing();
  await rejects(device.joinPairing(code === "000-000" ? "000-001" : "000-000", address), /the code is wrong/);
  equal((await device.joinPairing(code, address)).name, "laptop");
  equal((await done).peer, device.id);
  equal((await device.peers())[0]!.connected, true);
});

Deno.test("connectTo() says what of an address is missing, and where nobody listens", async () => {
  await using scene = new Scene();
  const { device, clone } = await scene.pair();
  const [address] = clone.addresses();
  const reason = async (clones: string[]) => (await (await scene.app(device, { clones })).message()).error;
  match(await reason(["/ip4/127.0.0.1"]), /^Cannot use address "\/ip4\/127.0.0.1": it has no port/);
  match(await reason([address!.slice(0, -4)]), /its peer id, behind \/p2p\/, is not whole/);
  await clone.stop();
  match(await reason([address!]), /^Cannot reach .*: no peer listens there; start `peer`/);
  const full = createServer((socket) => socket.resetAndDestroy()).listen(0, "127.0.0.1");
  await once(full, "listening");
  const { port } = full.address() as { port: number };
  match(await reason([`/ip4/127.0.0.1/tcp/${port}`]), /^Cannot reach .*: whoever listens there hung up/);
  full.close();
});
