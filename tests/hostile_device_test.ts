import { equal, ok } from "node:assert/strict";
import { attacked } from "./hostile_device.ts";

/** Memory that streams, guests' pipes and garbage take; what the attacks announce is thousands of times as much. */
const ROOM_MIB = 250;

Deno.test("a clone outlives a trusted device that says anything on every protocol, and serves others afterwards", async () => {
  const seed = Math.floor(Math.random() * 1e6);
  const outcome = await attacked({ seconds: 4, seed });
  const told = JSON.stringify({ seed, ...outcome });
  ok(outcome.attacks >= 10, told);
  ok(outcome.lives && outcome.answers, told);
  ok(outcome.mostMiB < outcome.startMiB + ROOM_MIB, told);
  equal(outcome.guests, 0, told);
  equal(outcome.said, "", told);
});
