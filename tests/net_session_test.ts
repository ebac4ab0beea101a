import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { Scene } from "./net_fixtures.ts";

Deno.test("a session carries frames from app to guest and back", async () => {
  await using scene = new Scene();
  const { device, clone } = await scene.pair();
  const app = await scene.app(device, { clones: clone.addresses() });
  const reply = await app.message();
  equal(reply.ok, true, JSON.stringify(reply));
  equal(reply.clone.peer, clone.id);
  equal(reply.clone.name, "laptop");
  ok(reply.conditions.rttMs > 0 && reply.conditions.upBytesPerSecond > 0 && reply.conditions.cloneSpeed > 0);
  const payload = crypto.getRandomValues(new Uint8Array(50_000));
  await app.send(16, payload);
  deepStrictEqual((await app.sessionFrame())!.payload, payload);
  equal(clone.status().guests.length, 1);
});

Deno.test("a session is refused with a reason when the device is not paired", async () => {
  await using scene = new Scene();
  const device = await scene.peer({ serve: false });
  const clone = await scene.peer();
  const app = await scene.app(device, { clones: clone.addresses() });
  const reply = await app.message();
  equal(reply.ok, false);
  match(reply.error, /does not trust this device; run `pair`/);
  equal(await app.frame(), undefined);
});
