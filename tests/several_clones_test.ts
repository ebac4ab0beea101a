import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import type { Peer, PeerOptions } from "../net/mod.ts";
import { Scene } from "./net_fixtures.ts";

/** Machines that are alike, whatever this one does besides: grants make the difference. */
const machine = { unitsPerMs: () => 10, load: () => 0 };

/** A device and two clones that it is paired with. */
async function three(scene: Scene, options: PeerOptions = {}) {
  const home = await scene.home();
  const first = await scene.peer({ home, serve: false });
  const clone = async (name: string) => {
    const peer = await scene.peer({ name, trust: [first.id], machine });
    const offer = peer.offerPairing();
    await first.joinPairing(offer.code, peer.addresses()[0]);
    return peer;
  };
  const [desk, laptop] = [await clone("desk"), await clone("laptop")];
  await first.stop();
  return { device: await scene.peer({ ...options, home, serve: false, machine }), desk, laptop };
}

const slow = (clone: Peer, device: Peer) => clone.limit(device.id, { cores: 0.1 });
const fast = (clone: Peer, device: Peer) => clone.limit(device.id, undefined);

Deno.test("of several clones the best one is taken, and status says why", async () => {
  await using scene = new Scene();
  const { device, desk, laptop } = await three(scene);
  for (const [good, bad] of [[desk, laptop], [laptop, desk]] as const) {
    await slow(bad, device);
    await fast(good, device);
    const app = await scene.app(device);
    const reply = await app.message();
    equal(reply.clone?.name, good.name, JSON.stringify(reply));
    match(reply.why, new RegExp(`^${good.name} \\S+ s for a second of this device's work .*; ${bad.name} `));
    equal(device.status().apps.at(-1)!.why, reply.why);
    app.close();
    while (device.status().apps.length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
});

Deno.test("a clone that takes no sessions, or is gone, is passed over", async () => {
  await using scene = new Scene();
  const { device, desk, laptop } = await three(scene);
  await desk.limit(device.id, { hours: "00:00-00:00" });
  const first = await (await scene.app(device)).message();
  equal(first.clone.name, "laptop");
  match(first.why, /desk can't: it lends itself to this device from/);
  await laptop.limit(device.id, { hours: "00:00-00:00" });
  const { error } = await (await scene.app(device)).message();
  // The likeliest first, which either may be.
  for (const name of ["desk", "laptop"]) match(error, new RegExp(`${name}: it lends itself`));
  await laptop.limit(device.id, undefined);
  await desk.stop();
  equal((await (await scene.app(device)).message()).clone.name, "laptop");
});

Deno.test("a clone is left when another has become much better, but not in the middle of a migration", async () => {
  await using scene = new Scene();
  const { device, desk, laptop } = await three(scene, { reviewMs: 100 });
  await slow(laptop, device);
  const app = await scene.app(device);
  equal((await app.message()).clone.name, "desk");
  // A migration (which makes the echo guest ask for content) that comes back only below.
  await app.send(17, new Uint8Array(32));
  equal((await app.sessionFrame())!.kind, 1);
  await fast(laptop, device);
  await slow(desk, device);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  equal(device.status().apps.length, 1);
  // Kind 20 makes it write bytes as they are: an empty frame of kind 18, which returns the thread.
  await app.send(20, new Uint8Array([0, 0, 0, 1, 18]));
  equal((await app.sessionFrame())!.kind, 18);
  match((await app.message()).reason, /^laptop is better now: /);
  equal((await (await scene.app(device)).message()).clone.name, "laptop");
});

Deno.test("peers() tells links, speed, load, power, capabilities and grants, and whom a trusted peer knows", async () => {
  await using scene = new Scene();
  const { device, desk, laptop } = await three(scene);
  const offer = laptop.offerPairing();
  await desk.joinPairing(offer.code, laptop.addresses()[0]);
  const stranger = await scene.peer({ name: "attic", maxGuests: 0 });
  const more = stranger.offerPairing();
  await desk.joinPairing(more.code, stranger.addresses()[0]);
  await desk.limit(device.id, { cores: 2 });
  const rows = await device.peers();
  const row = rows.find(({ name }) => name === "desk")!;
  equal(row.problem, undefined);
  for (const field of ["rttMs", "upBytesPerSecond", "downBytesPerSecond", "speed", "cores"] as const) {
    ok(row[field]! > 0, field);
  }
  equal(row.addressKind, "tcp, this machine");
  equal(row.grantsThere!.cores, 2);
  ok(row.linkAgeMs! < 3_000 && row.linkSpread!.upBytesPerSecond >= 0);
  equal(row.grants!.guests, 8);
  ok(
    row.load! >= 0 && row.free! > 0 && Math.abs(row.clockAheadMs!) < 1_000 && Array.isArray(row.capabilities),
  );
  ok(["mains", "battery", "unknown"].includes(row.power!));
  const told = rows.find(({ name }) => name === "attic")!;
  deepStrictEqual([told.trusted, told.knownBy, told.peer], [false, ["desk"], stranger.id]);
});

Deno.test("peers() tells how full a peer's battery is", async () => {
  await using scene = new Scene();
  const supplies = await scene.home();
  await Deno.mkdir(`${supplies}/BAT0`);
  for (const [file, text] of Object.entries({ type: "Battery", status: "Discharging", capacity: "57" })) {
    await Deno.writeTextFile(`${supplies}/BAT0/${file}`, text);
  }
  const device = await scene.peer({ serve: false });
  const laptop = await scene.peer({ name: "laptop", machine: { supplies } });
  await device.joinPairing(laptop.offerPairing().code, laptop.addresses()[0]);
  const [row] = await device.peers();
  deepStrictEqual([row!.power, row!.batteryPercent, row!.problem], ["battery", 57, undefined]);
});

Deno.test("a peer that moved is found where a trusted one says it is", async () => {
  await using scene = new Scene();
  const home = await scene.home();
  const first = await scene.peer({ home, serve: false });
  const desk = await scene.peer({ name: "desk", trust: [first.id] });
  const laptopHome = await scene.home();
  const before = await scene.peer({ name: "laptop", home: laptopHome, trust: [first.id, desk.id] });
  for (const clone of [desk, before]) {
    const offer = clone.offerPairing();
    await first.joinPairing(offer.code, clone.addresses()[0]);
  }
  await first.stop();
  await before.stop();
  const laptop = await scene.peer({ home: laptopHome });
  const offer = laptop.offerPairing();
  await desk.joinPairing(offer.code, laptop.addresses()[0]);
  const device = await scene.peer({ home, serve: false });
  equal((await device.peers()).find(({ peer }) => peer === laptop.id)!.connected, false);
  equal((await device.peers()).find(({ peer }) => peer === laptop.id)!.connected, true);
});
