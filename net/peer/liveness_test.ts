import { equal, match } from "node:assert/strict";
import type { Connection } from "@libp2p/interface";
import { Liveness } from "./liveness.ts";

/** A connection that never says anything. */
function silent(liveness: Liveness) {
  const timeline = {};
  const raw = { timeline, addEventListener: () => {}, abort: () => {} };
  // deno-lint-ignore no-explicit-any
  liveness.gater().denyOutboundEncryptedConnection!(undefined as any, raw as any);
  const ended: string[] = [];
  const connection = { timeline, abort: ({ message }: Error) => ended.push(message) };
  return { connection: connection as unknown as Connection, ended };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Nothing else of this process runs meanwhile. */
function holdUp(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}

Deno.test("Liveness.watch() counts no time as silence in which its own process was held up", async () => {
  const liveness = new Liveness(() => true);
  const { connection, ended } = silent(liveness);
  const unwatch = liveness.watch(connection, 1_500);
  await pause(10);
  holdUp(2_500);
  await pause(600);
  equal(ended.length, 0, `cut after being held up: ${ended}`);
  for (let i = 0; i < 200 && ended.length === 0; i++) await pause(50);
  unwatch();
  liveness.close();
  match(ended.join(), /no sign of life for 1500 ms/);
});

Deno.test("Liveness.heard() is a sign of life where an emulated link holds back what has arrived", async () => {
  const liveness = new Liveness(() => true);
  const { connection, ended } = silent(liveness);
  const unwatch = liveness.watch(connection, 1_500);
  for (let i = 0; i < 30; i++) {
    await pause(100);
    liveness.heard(connection);
  }
  equal(ended.length, 0, `cut while it was heard: ${ended}`);
  for (let i = 0; i < 200 && ended.length === 0; i++) await pause(50);
  unwatch();
  liveness.close();
  match(ended.join(), /no sign of life for 1500 ms/);
});

Deno.test("Liveness.watch() goes by the watcher who waits least, while that one watches", async () => {
  const liveness = new Liveness(() => true);
  const { connection, ended } = silent(liveness);
  const patient = liveness.watch(connection, 600_000);
  const impatient = liveness.watch(connection, 100);
  impatient();
  await pause(1_000);
  equal(ended.length, 0, `cut for a watcher that had left: ${ended}`);
  const again = liveness.watch(connection, 100);
  for (let i = 0; i < 200 && ended.length === 0; i++) await pause(50);
  for (const leave of [patient, again]) leave();
  liveness.close();
  match(ended.join(), /no sign of life for 100 ms/);
});
